import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

/** An unknown key, which is root and not verified. */
const authorization = `AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`;

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

test('a key may be slashes alone', async () => {
  const Bucket = await lab.bucket('slashes');
  for (const Key of ['/', '//', 'a/', 'a//']) {
    await lab.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const { Body } = await lab.s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await Body?.transformToString(), Key);
  }
});

describe('buckets', () => {
  test('are created, listed, located and deleted', async () => {
    const Bucket = await lab.bucket('made-here');
    const { Buckets } = await lab.s3.send(new ListBucketsCommand({ Prefix: 'made-' }));
    assert.deepEqual(
      Buckets?.map((bucket) => [bucket.Name, bucket.BucketRegion, bucket.BucketArn]),
      [[Bucket, 'us-east-1', 'arn:aws:s3:::made-here']],
    );
    assert.equal((await lab.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined);
    assert.equal((await lab.s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, 'us-east-1');
    await lab.s3.send(new DeleteBucketCommand({ Bucket }));
    await refuses(
      lab.s3.send(new DeleteBucketCommand({ Bucket })),
      'NoSuchBucket',
      'The specified bucket does not exist',
    );
    assert.equal(
      (await refuses(lab.s3.send(new HeadBucketCommand({ Bucket })), 'NotFound')).$metadata.httpStatusCode,
      404,
    );
  });

  test('have names by the rules and a region by the endpoint', async () => {
    for (const Bucket of ['Upper', 'ab', 'two..dots', '192.168.5.4', 'xn--punny', 'ends-', 'a'.repeat(64)]) {
      await refuses(
        lab.s3.send(new CreateBucketCommand({ Bucket })),
        'InvalidBucketName',
        'The specified bucket is not valid.',
      );
    }
    const west = lab.orrery.client(S3Client, { region: 'eu-west-1' });
    await refuses(
      west.send(
        new CreateBucketCommand({
          Bucket: 'in-the-west',
          CreateBucketConfiguration: { LocationConstraint: 'eu-west-2' },
        }),
      ),
      'IllegalLocationConstraintException',
      /eu-west-2/,
    );
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
    await west.send(new CreateBucketCommand({ Bucket: 'in-the-west', CreateBucketConfiguration }));
    await refuses(
      west.send(new CreateBucketCommand({ Bucket: 'in-the-west', CreateBucketConfiguration })),
      'BucketAlreadyOwnedByYou',
    );
    assert.equal(
      (await lab.s3.send(new GetBucketLocationCommand({ Bucket: 'in-the-west' }))).LocationConstraint,
      'eu-west-1',
    );
    const stray = await refuses(
      lab.put('in-the-west', 'key'),
      'PermanentRedirect',
      /must be addressed using the specified endpoint/,
    );
    assert.equal(stray.$metadata.httpStatusCode, 301);
    const other = lab.orrery.client(S3Client, { credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' } });
    await refuses(other.send(new CreateBucketCommand({ Bucket: 'in-the-west' })), 'BucketAlreadyExists');
  });

  test('are not deleted while they hold something', async () => {
    const Bucket = await lab.bucket('not-empty');
    await lab.put(Bucket, 'key');
    await refuses(
      lab.s3.send(new DeleteBucketCommand({ Bucket })),
      'BucketNotEmpty',
      'The bucket you tried to delete is not empty',
    );
  });
});

describe('objects', () => {
  test('come back as they were put, with their headers', async () => {
    const Bucket = await lab.bucket('headers');
    const put = await lab.put(Bucket, 'a b/ü.txt', 'hello', {
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      ContentLanguage: 'de',
      ContentEncoding: 'identity',
      Metadata: { who: 'me' },
      Tagging: 'a=1&b=2',
    });
    assert.equal(put.ETag, '"5d41402abc4b2a76b9719d911017c592"');
    assert.equal(put.ServerSideEncryption, 'AES256');
    const got = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }));
    assert.equal(await got.Body?.transformToString(), 'hello');
    assert.deepEqual(
      [
        got.ContentType,
        got.CacheControl,
        got.ContentLanguage,
        got.ContentEncoding,
        got.Metadata,
        got.TagCount,
        got.ContentLength,
        got.AcceptRanges,
      ],
      ['text/plain', 'max-age=60', 'de', 'identity', { who: 'me' }, 2, 5, 'bytes'],
    );
    const plain = await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü.txt' }));
    assert.equal(plain.ContentLength, 5);
    await refuses(lab.text(Bucket, 'missing'), 'NoSuchKey', 'The specified key does not exist.');
    await refuses(lab.put(Bucket, 'k'.repeat(1025)), 'KeyTooLongError', 'Your key is too long');
    await refuses(lab.put(Bucket, 'meta', '', { Metadata: { long: 'x'.repeat(2048) } }), 'MetadataTooLarge');
  });

  test('of every size are the same after a restart, over the socket too', async () => {
    const Bucket = await lab.bucket('sizes');
    const socket = () => lab.orrery.client(S3Client, { transport: 'socket' });
    const bodies = [0, 1, 16 * 1024, 16 * 1024 + 1, 130_000, 600_000, 5_000_001].map((size) =>
      Buffer.alloc(size, `${size} `),
    );
    for (const body of bodies)
      await socket().send(new PutObjectCommand({ Bucket, Key: String(body.length), Body: body }));
    await lab.put(Bucket, 'stream', Readable.from([Buffer.alloc(700_000, 'x'), Buffer.alloc(10, 'y')]), {
      ContentLength: 700_010,
    });
    await lab.orrery.restart();
    for (const body of bodies) {
      const got = await socket().send(
        new GetObjectCommand({ Bucket, Key: String(body.length), ChecksumMode: 'ENABLED' }),
      );
      assert.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body), `${body.length} bytes`);
      assert.equal(got.ETag, `"${createHash('md5').update(body).digest('hex')}"`);
    }
    assert.equal((await lab.text(Bucket, 'stream')).length, 700_010);
  });

  test('are read in ranges', async () => {
    const Bucket = await lab.bucket('ranges');
    await lab.put(Bucket, 'digits', '0123456789');
    const ranged = async (Range: string) => {
      const got = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
      return [got.$metadata.httpStatusCode, got.ContentRange, await got.Body?.transformToString()];
    };
    assert.deepEqual(await ranged('bytes=2-4'), [206, 'bytes 2-4/10', '234']);
    assert.deepEqual(await ranged('bytes=7-'), [206, 'bytes 7-9/10', '789']);
    assert.deepEqual(await ranged('bytes=-3'), [206, 'bytes 7-9/10', '789']);
    assert.deepEqual(await ranged('bytes=8-100'), [206, 'bytes 8-9/10', '89']);
    assert.deepEqual(await ranged('bytes=0-1,3-4'), [200, undefined, '0123456789']);
    const refused = await refuses(ranged('bytes=10-'), 'InvalidRange', 'The requested range is not satisfiable');
    assert.equal(refused.$metadata.httpStatusCode, 416);
  });

  test('are read and written on conditions', async () => {
    const Bucket = await lab.bucket('conditions');
    const { ETag = '' } = await lab.put(Bucket, 'key', 'one');
    const get = (more: object) => lab.text(Bucket, 'key', more);
    assert.equal(await get({ IfMatch: ETag }), 'one');
    await refuses(
      get({ IfMatch: '"other"' }),
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    );
    assert.equal((await get({ IfNoneMatch: ETag }).catch((error) => error)).$metadata.httpStatusCode, 304);
    assert.equal(
      (await get({ IfModifiedSince: new Date(lab.orrery.clock.now()) }).catch((error) => error)).$metadata
        .httpStatusCode,
      304,
    );
    await refuses(get({ IfUnmodifiedSince: new Date(0) }), 'PreconditionFailed');
    await refuses(lab.put(Bucket, 'key', 'two', { IfNoneMatch: '*' }), 'PreconditionFailed');
    await lab.put(Bucket, 'new', 'two', { IfNoneMatch: '*' });
    await refuses(lab.put(Bucket, 'key', 'two', { IfMatch: '"other"' }), 'PreconditionFailed');
    await refuses(lab.put(Bucket, 'absent', 'two', { IfMatch: ETag }), 'NoSuchKey');
    await lab.put(Bucket, 'key', 'two', { IfMatch: ETag });
    await refuses(lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'key', IfMatch: ETag })), 'PreconditionFailed');
    assert.equal(await get({}), 'two');
  });

  test('are held to the digests they claim, and leave no file when they fail', async () => {
    const Bucket = await lab.bucket('digests');
    const files = () =>
      readdirSync(join(lab.orrery.dataDir, 's3'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length;
    const before = files();
    const body = Buffer.alloc(2_000_000, 'z');
    await refuses(
      lab.put(Bucket, 'key', body, { ContentMD5: createHash('md5').update('other').digest('base64') }),
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
    );
    await refuses(
      lab.put(Bucket, 'key', body, { ContentMD5: 'AAAA' }),
      'InvalidDigest',
      'The Content-MD5 you specified was invalid.',
    );
    await refuses(
      lab.put(Bucket, 'key', body, { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }),
      'BadDigest',
      'The SHA256 you specified did not match the calculated checksum.',
    );
    await refuses(
      lab.put(Bucket, 'key', body, { ChecksumCRC32: 'short' }),
      'InvalidRequest',
      'Value for x-amz-checksum-crc32 header is invalid.',
    );
    await lab.orrery.clock.wind(1);
    assert.equal(files(), before);
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      const put = await lab.put(Bucket, ChecksumAlgorithm, body, { ChecksumAlgorithm });
      const got = await lab.s3.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: 'ENABLED' }));
      await got.Body?.transformToByteArray();
      const name = `Checksum${ChecksumAlgorithm}` as const;
      assert.ok(put[name]);
      assert.equal(got[name], put[name]);
    }
  });

  test('are copied, with their metadata or other', async () => {
    const Bucket = await lab.bucket('copies');
    for (const body of ['small', 'x'.repeat(100_000)]) {
      await lab.put(Bucket, 'from +ü', body, { ContentType: 'text/css', Metadata: { a: '1' }, Tagging: 't=1' });
      const CopySource = `${Bucket}/${encodeURIComponent('from +ü')}`;
      await lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
      await lab.s3.send(new DeleteObjectCommand({ Bucket, Key: 'from +ü' }));
      await lab.orrery.clock.wind(1);
      const copy = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'to' }));
      assert.deepEqual(
        [await copy.Body?.transformToString(), copy.ContentType, copy.Metadata, copy.TagCount],
        [body, 'text/css', { a: '1' }, 1],
      );
    }
    const CopySource = `${Bucket}/to`;
    await refuses(
      lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource })),
      'InvalidRequest',
      /illegal because it is trying to copy an object to itself/,
    );
    await lab.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'to', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }),
    );
    assert.deepEqual((await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata, { b: '2' });
    await refuses(
      lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource, CopySourceIfNoneMatch: '*' })),
      'PreconditionFailed',
    );
    await refuses(lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` })), 'NoSuchKey');
  });

  test('are deleted many at a time', async () => {
    const Bucket = await lab.bucket('many');
    for (const key of ['a', 'b', 'c']) await lab.put(Bucket, key);
    const { Deleted, Errors } = await lab.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'never' }] } }),
    );
    assert.deepEqual([Deleted?.map(({ Key }) => Key), Errors], [['a', 'never'], undefined]);
    const quiet = await lab.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b' }], Quiet: true } }),
    );
    assert.equal(quiet.Deleted, undefined);
    await refuses(lab.text(Bucket, 'b'), 'NoSuchKey');
  });

  test('have tags, attributes and a storage class', async () => {
    const Bucket = await lab.bucket('attributes');
    await lab.put(Bucket, 'key', 'hello', { StorageClass: 'STANDARD_IA', ChecksumAlgorithm: 'SHA256' });
    await lab.s3.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'key', Tagging: { TagSet: [{ Key: 'team', Value: 'kitchen' }] } }),
    );
    assert.deepEqual((await lab.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'key' }))).TagSet, [
      { Key: 'team', Value: 'kitchen' },
    ]);
    await refuses(
      lab.s3.send(
        new PutObjectTaggingCommand({
          Bucket,
          Key: 'key',
          Tagging: {
            TagSet: [
              { Key: 'a', Value: '1' },
              { Key: 'a', Value: '2' },
            ],
          },
        }),
      ),
      'InvalidTag',
      'Cannot provide multiple Tags with the same key',
    );
    const told = await lab.s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'key',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'],
      }),
    );
    assert.deepEqual(
      [told.ETag, told.ObjectSize, told.StorageClass, told.Checksum?.ChecksumSHA256],
      ['5d41402abc4b2a76b9719d911017c592', 5, 'STANDARD_IA', 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
    );
    await refuses(
      lab.put(Bucket, 'key', '', { StorageClass: 'WARM' as 'STANDARD' }),
      'InvalidStorageClass',
      'The storage class you specified is not valid',
    );
  });

  test('of a client that breaks off are not kept', async () => {
    const Bucket = await lab.bucket('broken-off');
    const upload = request(`${lab.orrery.url}/${Bucket}/half`, {
      method: 'PUT',
      headers: { 'content-length': 2_000_000, authorization, 'x-amz-date': timestamp(lab.orrery.clock.now()) },
    });
    const closed = new Promise((resolve) => upload.once('close', resolve));
    upload.once('error', () => undefined);
    upload.write(Buffer.alloc(900_000), () => upload.destroy());
    await closed;
    await lab.orrery.clock.wind(1);
    await refuses(lab.text(Bucket, 'half'), 'NoSuchKey');
  });
});

function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}
