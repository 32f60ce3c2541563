import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

const MiB = 1024 * 1024;
const first = Buffer.alloc(5 * MiB, 'first ');
const second = Buffer.alloc(100, 'second ');

async function begin(
  Bucket: string,
  Key: string,
  more: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<string> {
  const { UploadId = '' } = await lab.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return UploadId;
}

describe('multipart uploads', () => {
  test('become one object, read whole, in ranges over the seams, and by part', async () => {
    const Bucket = await lab.bucket('in-parts');
    const upload = {
      Bucket,
      Key: 'big',
      UploadId: await begin(Bucket, 'big', { ContentType: 'video/mp4', Metadata: { a: '1' } }),
    };
    const one = await lab.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: first }));
    await lab.s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'replaced' }));
    const two = await lab.s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: second }));
    const listed = await lab.s3.send(new ListPartsCommand(upload));
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, first.length],
        [2, second.length],
      ],
    );
    const done = await lab.s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: {
          Parts: [
            { PartNumber: 1, ETag: one.ETag },
            { PartNumber: 2, ETag: two.ETag },
          ],
        },
      }),
    );
    assert.match(done.ETag ?? '', /^"[0-9a-f]{32}-2"$/);
    await lab.orrery.restart();
    const whole = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    assert.deepEqual([whole.ContentType, whole.Metadata], ['video/mp4', { a: '1' }]);
    assert.ok(Buffer.from((await whole.Body?.transformToByteArray()) ?? []).equals(Buffer.concat([first, second])));
    assert.equal(
      await lab.text(Bucket, 'big', { Range: `bytes=${first.length - 2}-${first.length + 3}` }),
      Buffer.concat([first.subarray(-2), second.subarray(0, 4)]).toString(),
    );
    assert.equal(await lab.text(Bucket, 'big', { PartNumber: 2 }), second.toString());
    const head = await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'big', PartNumber: 1 }));
    assert.deepEqual([head.ContentLength, head.PartsCount], [first.length, 2]);
    await refuses(lab.s3.send(new ListPartsCommand(upload)), 'NoSuchUpload');
    await refuses(lab.s3.send(new UploadPartCommand({ ...upload, PartNumber: 10_001, Body: 'x' })), 'InvalidArgument');
  });

  test('are held to their parts', async () => {
    const Bucket = await lab.bucket('strict-parts');
    const upload = { Bucket, Key: 'key', UploadId: await begin(Bucket, 'key') };
    const part = async (PartNumber: number, Body: string) => ({
      PartNumber,
      ETag: (await lab.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }))).ETag,
    });
    const [one, two] = [await part(1, 'small'), await part(2, 'end')];
    const complete = (...Parts: object[]) =>
      lab.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    await refuses(
      complete(one, two),
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
    );
    await refuses(complete(two, one), 'InvalidPartOrder');
    await refuses(complete({ PartNumber: 1, ETag: two.ETag }), 'InvalidPart');
    await refuses(complete({ PartNumber: 3, ETag: two.ETag }), 'InvalidPart');
    await refuses(
      lab.s3.send(new UploadPartCommand({ ...upload, PartNumber: 10_001, Body: '' })),
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    );
    await complete(two);
    assert.equal(await lab.text(Bucket, 'key'), 'end');
  });

  test('are listed until they are aborted', async () => {
    const Bucket = await lab.bucket('under-way');
    const uploads = [await begin(Bucket, 'a/1'), await begin(Bucket, 'a/2'), await begin(Bucket, 'b')];
    const listed = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(
      listed.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]),
      [
        ['a/1', uploads[0]],
        ['a/2', uploads[1]],
        ['b', uploads[2]],
      ],
    );
    const rolled = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/', MaxUploads: 1 }));
    assert.deepEqual(
      [rolled.CommonPrefixes, rolled.IsTruncated, rolled.NextKeyMarker],
      [[{ Prefix: 'a/' }], true, 'a/'],
    );
    const rest = await lab.s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/', KeyMarker: 'a/' }));
    assert.deepEqual(
      rest.Uploads?.map(({ Key }) => Key),
      ['b'],
    );
    await lab.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'b', UploadId: uploads[2] }));
    await refuses(
      lab.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'b', UploadId: uploads[2] })),
      'NoSuchUpload',
    );
  });

  test('take parts from other objects', async () => {
    const Bucket = await lab.bucket('copied-parts');
    await lab.put(Bucket, 'source', '0123456789');
    const upload = { Bucket, Key: 'key', UploadId: await begin(Bucket, 'key') };
    const copied = await lab.s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=3-5',
      }),
    );
    await refuses(
      lab.s3.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber: 1,
          CopySource: `${Bucket}/source`,
          CopySourceRange: 'bytes=3-50',
        }),
      ),
      'InvalidArgument',
      /not valid for source object of size: 10/,
    );
    await lab.s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }] },
      }),
    );
    assert.equal(await lab.text(Bucket, 'key'), '345');
  });

  test('have a checksum of the whole, or of their parts, as asked', async () => {
    const Bucket = await lab.bucket('checksums');
    const body = Buffer.concat([first, second]);
    for (const [algorithm, type] of [
      ['CRC64NVME', 'FULL_OBJECT'],
      ['CRC32', 'FULL_OBJECT'],
      ['CRC32C', 'COMPOSITE'],
      ['SHA256', 'COMPOSITE'],
    ] as const) {
      const name = `Checksum${algorithm}` as const;
      const put = await lab.put(Bucket, 'whole', body, { ChecksumAlgorithm: algorithm });
      const upload = {
        Bucket,
        Key: algorithm,
        UploadId: await begin(Bucket, algorithm, { ChecksumAlgorithm: algorithm, ChecksumType: type }),
      };
      const Parts = [];
      for (const [index, Body] of [first, second].entries()) {
        const part = await lab.s3.send(
          new UploadPartCommand({ ...upload, PartNumber: index + 1, Body, ChecksumAlgorithm: algorithm }),
        );
        Parts.push({ PartNumber: index + 1, ETag: part.ETag, [name]: part[name] });
      }
      const done = await lab.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      assert.equal(done.ChecksumType, type);
      if (type === 'FULL_OBJECT') assert.equal(done[name], put[name], algorithm);
      else assert.match(done[name] ?? '', /-2$/);
      const told = await lab.s3.send(
        new GetObjectAttributesCommand({ Bucket, Key: algorithm, ObjectAttributes: ['Checksum', 'ObjectParts'] }),
      );
      assert.deepEqual([told.Checksum?.[name], told.ObjectParts?.TotalPartsCount], [done[name], 2]);
    }
    await refuses(
      begin(Bucket, 'x', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
      'InvalidRequest',
      'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
    );
  });

  test("are what the SDK's Upload does with large bodies", async () => {
    const Bucket = await lab.bucket('lib-storage');
    const body = Buffer.alloc(11 * MiB, 'body');
    await new Upload({ client: lab.s3, params: { Bucket, Key: 'big', Body: body } }).done();
    const got = await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    assert.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body));
  });
});
