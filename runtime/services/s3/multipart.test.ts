import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, transports } from './s3.fixture.ts';

const mib = 1024 * 1024;

for (const transport of transports) {
  describe(`multipart uploads, over ${transport}`, () => {
    const Bucket = 'parts';
    let orrery: Orrery;
    let s3: S3Client;
    before(async () => {
      orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
      s3 = await bucketIn(orrery, Bucket, { transport });
    });
    after(() => orrery.stop());

    const start = async (Key: string, more: object = {}) => ({ Bucket, Key, UploadId: (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId });
    type Upload = Awaited<ReturnType<typeof start>>;
    const upload = async (of: Upload, PartNumber: number, Body: Buffer): Promise<CompletedPart> => ({ PartNumber, ETag: (await s3.send(new UploadPartCommand({ ...of, PartNumber, Body }))).ETag });
    const complete = (of: Upload, Parts: CompletedPart[]) => s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts } }));

    test('parts sent in any order become one object in order of their numbers', async () => {
      const first = randomBytes(5 * mib);
      const second = randomBytes(5 * mib + 3);
      const last = randomBytes(1000);
      const of = await start('whole', { ContentType: 'video/mp4', Metadata: { a: 'b' }, Tagging: 'x=y' });
      const parts = [await upload(of, 30, last), await upload(of, 1, first), await upload(of, 2, second)];
      const done = await complete(of, [parts[1], parts[2], parts[0]].map((part) => part ?? {}));
      const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();
      assert.equal(done.ETag, `"${md5(Buffer.concat([first, second, last].map(md5))).toString('hex')}-3"`);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'whole' }));
      assert.deepEqual([got.ContentType, got.Metadata, got.TagCount, got.ETag], ['video/mp4', { a: 'b' }, 1, done.ETag]);
      const whole = Buffer.concat([first, second, last]);
      assert.ok(whole.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
      const across = await s3.send(new GetObjectCommand({ Bucket, Key: 'whole', Range: `bytes=${5 * mib - 10}-${10 * mib + 10}` }));
      assert.ok(whole.subarray(5 * mib - 10, 10 * mib + 11).equals(Buffer.from((await across.Body?.transformToByteArray()) ?? [])));
      const part = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole', PartNumber: 2 }));
      assert.deepEqual([part.ContentLength, part.PartsCount], [second.length, 3]);
      await refusedAs(s3.send(new ListPartsCommand(of)), 'NoSuchUpload', 404);
    });

    test('a part sent again replaces the one before', async () => {
      const of = await start('again');
      const old = await upload(of, 1, Buffer.from('old'));
      const part = await upload(of, 1, Buffer.from('new'));
      await refusedAs(complete(of, [old]), 'InvalidPart', 400);
      await complete(of, [part]);
      assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'again' }))).Body?.transformToString(), 'new');
    });

    test('order, sizes, numbers and names of parts are checked', async () => {
      const of = await start('checked');
      const one = await upload(of, 1, Buffer.from('small'));
      const two = await upload(of, 2, Buffer.from('small too'));
      await refusedAs(complete(of, [one, two]), 'EntityTooSmall', 400);
      await refusedAs(complete(of, [two, one]), 'InvalidPartOrder', 400);
      await refusedAs(complete(of, [{ PartNumber: 7, ETag: one.ETag }]), 'InvalidPart', 400);
      await refusedAs(complete(of, []), 'MalformedXML', 400);
      await refusedAs(upload(of, 10_001, Buffer.from('x')), 'InvalidArgument', 400);
      await refusedAs(upload({ ...of, UploadId: 'none' }, 1, Buffer.from('x')), 'NoSuchUpload', 404);
    });

    test('an aborted upload is gone with its parts', async () => {
      const of = await start('aborted');
      await upload(of, 1, Buffer.from('x'));
      await s3.send(new AbortMultipartUploadCommand(of));
      await refusedAs(s3.send(new AbortMultipartUploadCommand(of)), 'NoSuchUpload', 404);
      await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'aborted' })), 'NotFound', 404);
    });

    test('uploads under way and their parts are listed by pages', async () => {
      const uploads = [await start('listed/a'), await start('listed/b'), await start('listed/b')];
      const first = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/', MaxUploads: 2 }));
      const next = { KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker };
      const second = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/', MaxUploads: 2, ...next }));
      const ids = [first, second].flatMap((page) => page.Uploads ?? []).map(({ UploadId }) => UploadId);
      assert.deepEqual([ids.sort(), first.IsTruncated, second.IsTruncated], [uploads.map(({ UploadId }) => UploadId).sort(), true, false]);
      const [of] = uploads;
      if (!of) return assert.fail();
      for (const number of [5, 1, 3]) await upload(of, number, Buffer.alloc(number));
      const parts = await s3.send(new ListPartsCommand({ ...of, MaxParts: 2 }));
      const rest = await s3.send(new ListPartsCommand({ ...of, MaxParts: 2, PartNumberMarker: parts.NextPartNumberMarker }));
      assert.deepEqual([parts, rest].map((page) => page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])), [[[1, 1], [3, 3]], [[5, 5]]]);
    });

    test('a part can be copied from a range of an object', async () => {
      const source = randomBytes(6 * mib);
      await put(s3, Bucket, 'source', source);
      const of = await start('from-copy');
      const copy = await s3.send(new UploadPartCopyCommand({ ...of, PartNumber: 1, CopySource: `${Bucket}/source`, CopySourceRange: `bytes=0-${5 * mib - 1}` }));
      const tail = await s3.send(new UploadPartCopyCommand({ ...of, PartNumber: 2, CopySource: `${Bucket}/source`, CopySourceRange: `bytes=${5 * mib}-${6 * mib - 1}` }));
      await complete(of, [{ PartNumber: 1, ETag: copy.CopyPartResult?.ETag }, { PartNumber: 2, ETag: tail.CopyPartResult?.ETag }]);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'from-copy' }));
      assert.ok(source.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
    });
  });
}
