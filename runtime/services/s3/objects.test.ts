import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  DeleteObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, textOf, transports } from './s3.fixture.ts';

for (const transport of transports) {
  describe(`objects, over ${transport}`, () => {
    const Bucket = 'things';
    let orrery: Orrery;
    let s3: S3Client;
    before(async () => {
      orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
      s3 = await bucketIn(orrery, Bucket, { transport });
    });
    after(() => orrery.stop());

    test('what is put is what is got, with its headers and metadata', async () => {
      const given = { ContentType: 'text/plain; charset=utf-8', CacheControl: 'max-age=60', ContentDisposition: 'inline', ContentLanguage: 'en', Metadata: { table: 'seven' } };
      const { ETag } = await put(s3, Bucket, 'menu/soup.txt', 'tomato', given);
      assert.equal(ETag, '"006f87892f47ef9aa60fa5ed01a440fb"');
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'menu/soup.txt' }));
      assert.equal(await textOf(got), 'tomato');
      for (const [name, value] of Object.entries(given)) assert.deepEqual(got[name as keyof typeof given], value);
      assert.deepEqual([got.ContentLength, got.ETag, got.AcceptRanges, got.ServerSideEncryption], [6, ETag, 'bytes', 'AES256']);
      assert.equal(got.LastModified?.getTime(), Math.floor(orrery.clock.now() / 1000) * 1000);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'menu/soup.txt' }));
      assert.deepEqual([head.ContentLength, head.ContentType, head.Metadata], [6, given.ContentType, given.Metadata]);
    });

    test('keys may have any character', async () => {
      for (const Key of ['ä ö/ü+&=?#%.txt', 'a//b', '/leading', '日本/語🍜', "quo'te\"s", '..', 'a/../b', '%2F', 'plus+sign', 'semi;colon:@!$()*,~']) {
        await put(s3, Bucket, Key, Key);
        assert.equal(await textOf(await s3.send(new GetObjectCommand({ Bucket, Key }))), Key);
        await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      await refusedAs(put(s3, Bucket, 'k'.repeat(1025)), 'KeyTooLongError', 400);
    });

    for (const size of [0, 1, 16_384, 16_385, 600_000, 3_000_000]) {
      test(`a body of ${size} bytes is kept byte for byte`, async () => {
        const Body = randomBytes(size);
        await put(s3, Bucket, 'body', Body);
        const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'body' }));
        assert.ok(Body.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
        if (size === 0) return;
        for (const [start, end] of [[0, 0], [size - 1, size - 1], [Math.floor(size / 3), Math.floor(size / 2)]] as const) {
          const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'body', Range: `bytes=${start}-${end}` }));
          assert.ok(Body.subarray(start, end + 1).equals(Buffer.from((await part.Body?.transformToByteArray()) ?? [])));
        }
      });
    }

    test('ranges: from, to, suffix, beyond the end, and what cannot be satisfied', async () => {
      await put(s3, Bucket, 'digits', '0123456789');
      const range = async (Range: string) => {
        const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
        return [got.$metadata.httpStatusCode, got.ContentRange, await textOf(got)];
      };
      assert.deepEqual(await range('bytes=2-4'), [206, 'bytes 2-4/10', '234']);
      assert.deepEqual(await range('bytes=7-'), [206, 'bytes 7-9/10', '789']);
      assert.deepEqual(await range('bytes=-3'), [206, 'bytes 7-9/10', '789']);
      assert.deepEqual(await range('bytes=5-100'), [206, 'bytes 5-9/10', '56789']);
      assert.deepEqual(await range('bytes=-100'), [206, 'bytes 0-9/10', '0123456789']);
      assert.deepEqual(await range('bytes=0-1,3-4'), [200, undefined, '0123456789']);
      assert.deepEqual(await range('bytes=4-2'), [200, undefined, '0123456789']);
      await refusedAs(range('bytes=10-12'), 'InvalidRange', 416);
      await refusedAs(range('bytes=-0'), 'InvalidRange', 416);
    });

    test('a stream of unknown pace is put with its length', async () => {
      const Body = Readable.from([Buffer.alloc(100_000, 'a'), Buffer.alloc(200_000, 'b')]);
      await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: 300_000 }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'streamed' }));
      assert.equal(head.ContentLength, 300_000);
    });

    test('the headers of an answer can be asked for', async () => {
      await put(s3, Bucket, 'renamed', 'x');
      const got = await s3.send(
        new GetObjectCommand({
          Bucket,
          Key: 'renamed',
          ResponseContentType: 'text/css',
          ResponseContentDisposition: 'attachment; filename="a.css"',
          ResponseCacheControl: 'no-store',
          ResponseExpires: new Date('2030-01-01T00:00:00Z'),
        }),
      );
      assert.deepEqual([got.ContentType, got.ContentDisposition, got.CacheControl, got.ExpiresString], ['text/css', 'attachment; filename="a.css"', 'no-store', 'Tue, 01 Jan 2030 00:00:00 GMT']);
    });

    test('what is deleted is gone, and deleting it again succeeds', async () => {
      await put(s3, Bucket, 'brief', 'x');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'brief' }));
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'brief' }));
      await refusedAs(s3.send(new GetObjectCommand({ Bucket, Key: 'brief' })), 'NoSuchKey', 404);
      await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'brief' })), 'NotFound', 404);
      await refusedAs(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'brief' })), 'NoSuchBucket', 404);
    });

    test('many are deleted at once', async () => {
      for (const key of ['many/a', 'many/b', 'many/c']) await put(s3, Bucket, key);
      const Objects = ['many/a', 'many/b', 'many/never'].map((Key) => ({ Key }));
      const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      assert.deepEqual([Deleted?.map(({ Key }) => Key), Errors], [['many/a', 'many/b', 'many/never'], undefined]);
      const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'many/c' }], Quiet: true } }));
      assert.equal(quiet.Deleted, undefined);
      assert.equal((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'many/' }))).KeyCount, 0);
    });

    for (const size of [10, 700_000]) {
      test(`a copy of ${size} bytes has the body, and the metadata or new ones`, async () => {
        const Body = Buffer.alloc(size, 'copy');
        await put(s3, Bucket, 'from here', Body, { Metadata: { a: '1' }, ContentType: 'text/x', Tagging: 'kind=soup' });
        await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from%20here` }));
        await put(s3, Bucket, 'from here', 'changed');
        const copy = await s3.send(new GetObjectCommand({ Bucket, Key: 'to' }));
        assert.deepEqual([copy.Metadata, copy.ContentType, copy.TagCount], [{ a: '1' }, 'text/x', 1]);
        assert.ok(Body.equals(Buffer.from((await copy.Body?.transformToByteArray()) ?? [])));
        const replaced = { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/y', TaggingDirective: 'REPLACE', Tagging: '' } as const;
        await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `/${Bucket}/to`, ...replaced }));
        const again = await s3.send(new GetObjectCommand({ Bucket, Key: 'to' }));
        assert.deepEqual([again.Metadata, again.ContentType, again.TagCount], [{ b: '2' }, 'text/y', undefined]);
        assert.ok(Body.equals(Buffer.from((await again.Body?.transformToByteArray()) ?? [])));
      });
    }

    test('a copy onto itself that changes nothing is refused', async () => {
      await put(s3, Bucket, 'self', 'x');
      await refusedAs(s3.send(new CopyObjectCommand({ Bucket, Key: 'self', CopySource: `${Bucket}/self` })), 'InvalidRequest', 400);
      await refusedAs(s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/absent` })), 'NoSuchKey', 404);
    });

    test('tags are put with the object and apart from it', async () => {
      await put(s3, Bucket, 'tags', 'x', { Tagging: 'a=1&b=two%20words' });
      const tags = async () => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tags' }))).TagSet;
      assert.deepEqual(await tags(), [{ Key: 'a', Value: '1' }, { Key: 'b', Value: 'two words' }]);
      await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tags', Tagging: { TagSet: [{ Key: 'c', Value: '' }] } }));
      assert.deepEqual(await tags(), [{ Key: 'c', Value: '' }]);
      await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'tags' }));
      assert.deepEqual(await tags(), []);
      const many = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
      await refusedAs(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tags', Tagging: { TagSet: many } })), 'BadRequest', 400);
      const same = [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }];
      await refusedAs(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tags', Tagging: { TagSet: same } })), 'InvalidTag', 400);
    });
  });
}
