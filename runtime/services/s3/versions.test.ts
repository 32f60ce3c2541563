import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

async function version(Bucket: string, Status: 'Enabled' | 'Suspended'): Promise<void> {
  await lab.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
}

describe('versioning', () => {
  test('keeps what is overwritten and deleted, and brings it back', async () => {
    const Bucket = await lab.bucket('versions');
    const { VersionId: none } = await lab.put(Bucket, 'key', 'before');
    assert.equal(none, undefined);
    await version(Bucket, 'Enabled');
    const { VersionId: first } = await lab.put(Bucket, 'key', 'one');
    const { VersionId: second } = await lab.put(Bucket, 'key', 'two');
    const removal = await lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
    assert.equal(removal.DeleteMarker, true);
    await refuses(lab.text(Bucket, 'key'), 'NoSuchKey');
    assert.equal(
      (await refuses(lab.text(Bucket, 'key', { VersionId: removal.VersionId ?? '' }), 'MethodNotAllowed')).$metadata
        .httpStatusCode,
      405,
    );
    assert.equal(await lab.text(Bucket, 'key', { VersionId: first ?? '' }), 'one');
    assert.equal(await lab.text(Bucket, 'key', { VersionId: 'null' }), 'before');
    await refuses(
      lab.text(Bucket, 'key', { VersionId: 'x'.repeat(32) }),
      'NoSuchVersion',
      'The specified version does not exist.',
    );
    await refuses(lab.text(Bucket, 'key', { VersionId: 'bad' }), 'InvalidArgument', 'Invalid version id specified');
    const listed = await lab.s3.send(new ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        [second, false],
        [first, false],
        ['null', false],
      ],
    );
    assert.deepEqual(
      listed.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [[removal.VersionId, true]],
    );
    assert.equal((await lab.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
    await lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'key', VersionId: removal.VersionId }));
    assert.equal(await lab.text(Bucket, 'key'), 'two');
    await lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'key', CopySource: `${Bucket}/key?versionId=${first}` }));
    assert.equal(await lab.text(Bucket, 'key'), 'one');
  });

  test('suspended, keeps one version called null', async () => {
    const Bucket = await lab.bucket('suspended');
    await version(Bucket, 'Enabled');
    const { VersionId: kept } = await lab.put(Bucket, 'key', 'kept');
    await version(Bucket, 'Suspended');
    await lab.put(Bucket, 'key', 'null one');
    const { VersionId } = await lab.put(Bucket, 'key', 'null two');
    assert.equal(VersionId, 'null');
    const { VersionId: marker } = await lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
    assert.equal(marker, 'null');
    const listed = await lab.s3.send(new ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      [listed.Versions?.map((one) => one.VersionId), listed.DeleteMarkers?.map((one) => one.VersionId)],
      [[kept], ['null']],
    );
  });

  test('is listed in pages, with prefixes rolled up', async () => {
    const Bucket = await lab.bucket('version-pages');
    await version(Bucket, 'Enabled');
    for (const key of ['a/1', 'a/1', 'a/2', 'b', 'b', 'b', 'c/1']) await lab.put(Bucket, key);
    const pages: unknown[] = [];
    let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await lab.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, Delimiter: '/', ...marker }));
      pages.push([
        ...(page.CommonPrefixes ?? []).map((one) => one.Prefix),
        ...(page.Versions ?? []).map((one) => one.Key),
      ]);
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    assert.deepEqual(pages, [['a/', 'b'], ['b', 'b'], ['c/']]);
  });
});

describe('object lock', () => {
  test('keeps a version until its date, or while it is held', async () => {
    const Bucket = 'locked-away';
    await lab.s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await refuses(
      lab.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
      'InvalidBucketState',
    );
    await lab.s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 10 } },
        },
      }),
    );
    const { VersionId = '' } = await lab.put(Bucket, 'ledger');
    const remove = () => lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'ledger', VersionId }));
    await refuses(remove(), 'AccessDenied', 'Access Denied because object protected by object lock.');
    const { Retention } = await lab.s3.send(new GetObjectRetentionCommand({ Bucket, Key: 'ledger', VersionId }));
    assert.equal(Retention?.Mode, 'COMPLIANCE');
    const sooner = new Date(lab.orrery.clock.now() + 86_400_000);
    await refuses(
      lab.s3.send(
        new PutObjectRetentionCommand({
          Bucket,
          Key: 'ledger',
          VersionId,
          Retention: { Mode: 'COMPLIANCE', RetainUntilDate: sooner },
        }),
      ),
      'AccessDenied',
    );
    await lab.orrery.clock.wind(10 * 86_400_000);
    await lab.s3.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'ledger', VersionId, LegalHold: { Status: 'ON' } }));
    await refuses(remove(), 'AccessDenied');
    await lab.s3.send(
      new PutObjectLegalHoldCommand({ Bucket, Key: 'ledger', VersionId, LegalHold: { Status: 'OFF' } }),
    );
    await remove();
  });

  test('in governance mode gives way to those who may bypass it', async () => {
    const Bucket = 'governed';
    await lab.s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const until = new Date(lab.orrery.clock.now() + 86_400_000);
    const { VersionId = '' } = await lab.put(Bucket, 'draft', 'x', {
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: until,
    });
    await refuses(lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'draft', VersionId })), 'AccessDenied');
    await lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'draft', VersionId, BypassGovernanceRetention: true }));
  });
});
