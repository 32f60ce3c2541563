import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, textOf } from './s3.fixture.ts';

describe('versions', () => {
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
  });
  after(() => orrery.stop());

  const versioned = async (Bucket: string, Status: 'Enabled' | 'Suspended' = 'Enabled') => {
    s3 = await bucketIn(orrery, Bucket);
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  };
  const get = async (Bucket: string, Key: string, VersionId?: string) => textOf(await s3.send(new GetObjectCommand({ Bucket, Key, VersionId })));

  test('every put is kept, and each can be had by its id', async () => {
    await versioned('kept');
    const first = await put(s3, 'kept', 'a', 'one');
    const second = await put(s3, 'kept', 'a', 'two');
    assert.notEqual(first.VersionId, second.VersionId);
    assert.deepEqual([await get('kept', 'a'), await get('kept', 'a', first.VersionId)], ['two', 'one']);
    await refusedAs(get('kept', 'a', 'x'.repeat(32)), 'NoSuchVersion', 404);
    await refusedAs(get('kept', 'a', 'nonsense'), 'InvalidArgument', 400);
  });

  test('a delete puts a marker; deleting the marker brings the object back', async () => {
    await versioned('marked');
    await put(s3, 'marked', 'a', 'one');
    const marker = await s3.send(new DeleteObjectCommand({ Bucket: 'marked', Key: 'a' }));
    assert.equal(marker.DeleteMarker, true);
    await refusedAs(get('marked', 'a'), 'NoSuchKey', 404);
    await refusedAs(get('marked', 'a', marker.VersionId), 'MethodNotAllowed', 405);
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: 'marked' }))).KeyCount, 0);
    const undone = await s3.send(new DeleteObjectCommand({ Bucket: 'marked', Key: 'a', VersionId: marker.VersionId }));
    assert.deepEqual([undone.DeleteMarker, await get('marked', 'a')], [true, 'one']);
  });

  test('deleting the newest version makes the one before current', async () => {
    await versioned('stepped');
    await put(s3, 'stepped', 'a', 'one');
    const { VersionId } = await put(s3, 'stepped', 'a', 'two');
    await s3.send(new DeleteObjectsCommand({ Bucket: 'stepped', Delete: { Objects: [{ Key: 'a', VersionId }] } }));
    assert.equal(await get('stepped', 'a'), 'one');
  });

  test('while versioning is suspended, puts replace the null version alone', async () => {
    s3 = await bucketIn(orrery, 'suspended');
    await put(s3, 'suspended', 'a', 'before');
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'suspended', VersioningConfiguration: { Status: 'Enabled' } }));
    const kept = await put(s3, 'suspended', 'a', 'during');
    assert.equal(await get('suspended', 'a', 'null'), 'before');
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'suspended', VersioningConfiguration: { Status: 'Suspended' } }));
    const after = await put(s3, 'suspended', 'a', 'after');
    assert.equal(after.VersionId, 'null');
    assert.deepEqual([await get('suspended', 'a'), await get('suspended', 'a', 'null'), await get('suspended', 'a', kept.VersionId)], ['after', 'after', 'during']);
    const marker = await s3.send(new DeleteObjectCommand({ Bucket: 'suspended', Key: 'a' }));
    assert.equal(marker.VersionId, 'null');
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'suspended' }));
    assert.deepEqual([Versions?.map(({ VersionId }) => VersionId), DeleteMarkers?.map(({ VersionId }) => VersionId)], [[kept.VersionId], ['null']]);
  });

  test('versions are listed newest first, by pages that cut within a key', async () => {
    await versioned('many-versions');
    const ids: string[] = [];
    for (const Key of ['a', 'a', 'a', 'b', 'c/d', 'c/e']) ids.push(`${Key}:${(await put(s3, 'many-versions', Key, 'x')).VersionId}`);
    await s3.send(new DeleteObjectCommand({ Bucket: 'many-versions', Key: 'b' }));
    const seen: string[] = [];
    let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
    let markers = 0;
    for (;;) {
      const page = await s3.send(new ListObjectVersionsCommand({ Bucket: 'many-versions', MaxKeys: 2, ...marker }));
      seen.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key}:${VersionId}`));
      markers += page.DeleteMarkers?.length ?? 0;
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    assert.deepEqual([seen, markers], [[ids[2], ids[1], ids[0], ids[3], ids[4], ids[5]], 1]);
    const rolled = await s3.send(new ListObjectVersionsCommand({ Bucket: 'many-versions', Delimiter: '/', Prefix: '' }));
    assert.deepEqual(rolled.CommonPrefixes?.map(({ Prefix }) => Prefix), ['c/']);
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'many-versions', Prefix: 'a' }));
    assert.deepEqual(Versions?.map(({ IsLatest }) => IsLatest), [true, false, false]);
  });

  test('an old version is copied back by naming it', async () => {
    await versioned('copied-back');
    const first = await put(s3, 'copied-back', 'a', 'one');
    await put(s3, 'copied-back', 'a', 'two');
    const copy = await s3.send(new CopyObjectCommand({ Bucket: 'copied-back', Key: 'a', CopySource: `copied-back/a?versionId=${first.VersionId}` }));
    assert.deepEqual([copy.CopySourceVersionId, await get('copied-back', 'a')], [first.VersionId, 'one']);
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket: 'copied-back', Key: 'a' }))).VersionId, copy.VersionId);
  });
});
