import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

const dayMs = 86_400_000;

describe("lifecycle rules, by the cloud's clock", () => {
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
  });
  after(() => orrery.stop());

  const rules = (Bucket: string, ...Rules: Partial<LifecycleRule>[]) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: Rules.map((rule) => ({ Status: 'Enabled', Filter: { Prefix: '' }, ...rule })),
        },
      }),
    );
  const keys = async (Bucket: string) =>
    ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);

  test('objects expire at the midnight after their days, by prefix, tag and size', async () => {
    s3 = await bucketIn(orrery, 'expiring');
    await put(s3, 'expiring', 'logs/a', 'x');
    await put(s3, 'expiring', 'keep/a', 'x');
    await put(s3, 'expiring', 'tagged', 'x', { Tagging: 'brief=yes' });
    await put(s3, 'expiring', 'large', 'x'.repeat(100));
    await rules(
      'expiring',
      { ID: 'logs', Filter: { Prefix: 'logs/' }, Expiration: { Days: 3 } },
      { ID: 'tags', Filter: { Tag: { Key: 'brief', Value: 'yes' } }, Expiration: { Days: 1 } },
      { ID: 'sizes', Filter: { ObjectSizeGreaterThan: 50 }, Expiration: { Days: 1 } },
    );
    await orrery.clock.wind(2 * dayMs);
    assert.deepEqual(await keys('expiring'), ['keep/a', 'logs/a']);
    await orrery.clock.wind(2 * dayMs);
    assert.deepEqual(await keys('expiring'), ['keep/a']);
  });

  test('a read says when its object will expire', async () => {
    s3 = await bucketIn(orrery, 'announced');
    await put(s3, 'announced', 'a', 'x');
    await rules('announced', { ID: 'ten days', Expiration: { Days: 10 } });
    const { Expiration } = await s3.send(new HeadObjectCommand({ Bucket: 'announced', Key: 'a' }));
    assert.match(Expiration ?? '', /^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="ten(%20| |\+)days"$/);
  });

  test('noncurrent versions go after their days, the newest of them kept', async () => {
    s3 = await bucketIn(orrery, 'noncurrent');
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: 'noncurrent', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    for (const body of ['1', '2', '3', '4']) await put(s3, 'noncurrent', 'a', body);
    await rules('noncurrent', { NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 1 } });
    await orrery.clock.wind(4 * dayMs);
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'noncurrent' }));
    assert.deepEqual(
      Versions?.map(({ IsLatest }) => IsLatest),
      [true, false],
    );
  });

  test('in a versioned bucket expiration leaves a marker, and a marker alone is removed', async () => {
    s3 = await bucketIn(orrery, 'marking');
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: 'marking', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await put(s3, 'marking', 'a', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket: 'marking', Key: 'lone' }));
    await rules('marking', { Expiration: { Days: 1 } }, { Expiration: { ExpiredObjectDeleteMarker: true } });
    await orrery.clock.wind(3 * dayMs);
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'marking' }));
    assert.deepEqual([Versions?.length, DeleteMarkers?.map(({ Key }) => Key)], [1, ['a']]);
  });

  test('uploads that are never completed are aborted', async () => {
    s3 = await bucketIn(orrery, 'unfinished');
    await s3.send(new CreateMultipartUploadCommand({ Bucket: 'unfinished', Key: 'a' }));
    await rules('unfinished', { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
    await orrery.clock.wind(6 * dayMs);
    assert.equal((await s3.send(new ListMultipartUploadsCommand({ Bucket: 'unfinished' }))).Uploads?.length, 1);
    await orrery.clock.wind(3 * dayMs);
    assert.equal((await s3.send(new ListMultipartUploadsCommand({ Bucket: 'unfinished' }))).Uploads, undefined);
  });

  test('objects move to colder classes', async () => {
    s3 = await bucketIn(orrery, 'cooling');
    await put(s3, 'cooling', 'a', Buffer.alloc(200_000));
    await put(s3, 'cooling', 'small', 'x');
    await rules('cooling', {
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' },
        { Days: 90, StorageClass: 'GLACIER' },
      ],
    });
    const storageClass = async (Key: string) =>
      (await s3.send(new HeadObjectCommand({ Bucket: 'cooling', Key }))).StorageClass;
    await orrery.clock.wind(32 * dayMs);
    assert.deepEqual([await storageClass('a'), await storageClass('small')], ['STANDARD_IA', undefined]);
    await orrery.clock.wind(60 * dayMs);
    assert.equal(await storageClass('a'), 'GLACIER');
  });

  test('rules that contradict themselves are refused', async () => {
    s3 = await bucketIn(orrery, 'contradicting');
    await refusedAs(
      rules('contradicting', { ID: 'x', Expiration: { Days: 1 } }, { ID: 'x', Expiration: { Days: 2 } }),
      'InvalidArgument',
      400,
    );
    await refusedAs(rules('contradicting', { Expiration: { Days: 0 } }), 'InvalidArgument', 400);
    await refusedAs(rules('contradicting', {}), 'InvalidRequest', 400);
    await refusedAs(
      rules('contradicting', { Transitions: [{ Days: 3, StorageClass: 'STANDARD_IA' }] }),
      'InvalidArgument',
      400,
    );
  });
});
