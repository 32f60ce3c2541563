import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  ChecksumAlgorithm,
  S3Client as Client,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, transports } from './s3.fixture.ts';

/** Of "123456789", the check value of every catalogue of these algorithms; SHA from node:crypto. */
const known: Record<string, string> = {
  CRC32: Buffer.from('cbf43926', 'hex').toString('base64'),
  CRC32C: Buffer.from('e3069283', 'hex').toString('base64'),
  CRC64NVME: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  SHA1: createHash('sha1').update('123456789').digest('base64'),
  SHA256: createHash('sha256').update('123456789').digest('base64'),
};

for (const transport of transports) {
  describe(`checksums, over ${transport}`, () => {
    const Bucket = 'sums';
    let orrery: Orrery;
    let s3: S3Client;
    before(async () => {
      orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
      s3 = await bucketIn(orrery, Bucket, { transport });
    });
    after(() => orrery.stop());

    for (const [algorithm, value] of Object.entries(known)) {
      const member = `Checksum${algorithm}`;

      test(`${algorithm} is kept when it is right and refused when it is wrong`, async () => {
        const right = await put(s3, Bucket, algorithm, '123456789', { [member]: value });
        assert.equal(right[member as keyof typeof right], value);
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key: algorithm, ChecksumMode: 'ENABLED' }));
        assert.deepEqual([head[member as keyof typeof head], head.ChecksumType], [value, 'FULL_OBJECT']);
        const wrong = Buffer.from(value, 'base64').fill(1).toString('base64');
        await refusedAs(put(s3, Bucket, 'never', '123456789', { [member]: wrong }), 'BadDigest', 400);
        await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'never' })), 'NotFound', 404);
      });

      test(`${algorithm} of a stream is sent as a trailer and checked`, async () => {
        if (!(algorithm in ChecksumAlgorithm)) return;
        const Body = Readable.from([Buffer.from('1234'), Buffer.from('56789')]);
        const done = await s3.send(
          new PutObjectCommand({
            Bucket,
            Key: 'trailer',
            Body,
            ContentLength: 9,
            ChecksumAlgorithm: algorithm as ChecksumAlgorithm,
          }),
        );
        assert.equal(done[member as keyof typeof done], value);
        const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'trailer', ChecksumMode: 'ENABLED' }));
        assert.deepEqual([got[member as keyof typeof got], await got.Body?.transformToString()], [value, '123456789']);
      });
    }

    test('an object put without a checksum has CRC64NVME, which is computed for it', async () => {
      const plain = orrery.client(Client, { transport, requestChecksumCalculation: 'WHEN_REQUIRED' });
      const done = await put(plain, Bucket, 'plain', '123456789');
      assert.deepEqual([done.ChecksumCRC64NVME, done.ChecksumType], [known.CRC64NVME, 'FULL_OBJECT']);
    });

    test('Content-MD5 is held to the body', async () => {
      const md5 = (text: string) => createHash('md5').update(text).digest('base64');
      await put(s3, Bucket, 'md5', 'right', { ContentMD5: md5('right') });
      await refusedAs(put(s3, Bucket, 'md5', 'right', { ContentMD5: md5('wrong') }), 'BadDigest', 400);
      await refusedAs(put(s3, Bucket, 'md5', 'right', { ContentMD5: 'short' }), 'InvalidDigest', 400);
    });

    for (const [ChecksumAlgorithm, ChecksumType] of [
      ['CRC32', 'COMPOSITE'],
      ['SHA256', 'COMPOSITE'],
      ['CRC32C', 'FULL_OBJECT'],
      ['CRC64NVME', 'FULL_OBJECT'],
    ] as const) {
      test(`a multipart object has a ${ChecksumType} ${ChecksumAlgorithm}`, async () => {
        const member = `Checksum${ChecksumAlgorithm}` as const;
        const bodies = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('tail')];
        const Key = `${ChecksumAlgorithm}-parts`;
        const { UploadId } = await s3.send(
          new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm, ChecksumType }),
        );
        const Parts = [];
        for (const [index, Body] of bodies.entries()) {
          const part = await s3.send(
            new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm }),
          );
          Parts.push({ PartNumber: index + 1, ETag: part.ETag, [member]: part[member] });
        }
        const done = await s3.send(
          new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
        );
        const whole = await put(s3, Bucket, 'same', Buffer.concat(bodies), { ChecksumAlgorithm });
        const sums = Buffer.concat(Parts.map((part) => Buffer.from(String(part[member]), 'base64')));
        const ofSums = await put(s3, Bucket, 'same', sums, { ChecksumAlgorithm });
        const expected = ChecksumType === 'FULL_OBJECT' ? whole[member] : `${ofSums[member]}-2`;
        assert.deepEqual([done[member], done.ChecksumType], [expected, ChecksumType]);
        const attributes = await s3.send(
          new GetObjectAttributesCommand({
            Bucket,
            Key,
            ObjectAttributes: ['Checksum', 'ObjectParts', 'ObjectSize', 'ETag', 'StorageClass'],
          }),
        );
        assert.deepEqual(
          [
            attributes.Checksum?.[member]?.replace(/-2$/, ''),
            attributes.ObjectParts?.TotalPartsCount,
            attributes.ObjectSize,
          ],
          [expected?.replace(/-2$/, ''), 2, bodies[0] ? bodies[0].length + 4 : 0],
        );
      });
    }
  });
}
