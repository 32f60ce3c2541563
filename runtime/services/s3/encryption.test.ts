import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

function customerKey(letter: string) {
  const key = Buffer.alloc(32, letter);
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  };
}

function anywhereOnDisk(text: string): boolean {
  const folder = join(lab.orrery.dataDir, 's3');
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && holds(join(entry.parentPath, entry.name), text),
  );
}

/** A body that was replaced may be removed meanwhile: then it holds nothing. */
function holds(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

describe("a customer's key (SSE-C)", () => {
  test('encrypts what is kept and is needed to read it, in any range', async () => {
    const Bucket = await lab.bucket('customer-key');
    const key = customerKey('k');
    for (const size of [100, 300_000, 1_500_000]) {
      const body = Buffer.alloc(size, 'plain text 0123456789 ');
      const put = await lab.put(Bucket, 'secret', body, key);
      assert.equal(put.SSECustomerKeyMD5, key.SSECustomerKeyMD5);
      assert.notEqual(put.ETag, `"${createHash('md5').update(body).digest('hex')}"`);
      assert.equal(anywhereOnDisk('plain text'), false);
      assert.equal(await lab.text(Bucket, 'secret', key), body.toString());
      for (const [from, to] of [
        [0, 0],
        [5, 40],
        [16, 31],
        [size - 30, size - 1],
      ] as const) {
        assert.equal(
          await lab.text(Bucket, 'secret', { ...key, Range: `bytes=${from}-${to}` }),
          body.subarray(from, to + 1).toString(),
        );
      }
    }
    await refuses(lab.text(Bucket, 'secret'), 'InvalidRequest', /stored using a form of Server Side Encryption/);
    await refuses(lab.text(Bucket, 'secret', customerKey('x')), 'AccessDenied');
    await lab.put(Bucket, 'open', 'not encrypted by key');
    await refuses(
      lab.text(Bucket, 'open', key),
      'InvalidRequest',
      'The encryption parameters are not applicable to this object.',
    );
  });

  test('is taken off and put on by copies, and serves uploads in parts', async () => {
    const Bucket = await lab.bucket('customer-copies');
    const key = customerKey('k');
    await lab.put(Bucket, 'sealed', 'content', key);
    const sourceKey = {
      CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
      CopySourceSSECustomerKey: key.SSECustomerKey,
      CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
    };
    await lab.s3.send(new CopyObjectCommand({ Bucket, Key: 'open', CopySource: `${Bucket}/sealed`, ...sourceKey }));
    assert.equal(await lab.text(Bucket, 'open'), 'content');
    await lab.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'again', CopySource: `${Bucket}/open`, ...customerKey('n') }),
    );
    assert.equal(await lab.text(Bucket, 'again', customerKey('n')), 'content');

    const { UploadId } = await lab.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts', ...key }));
    const bodies = [Buffer.alloc(5 * 1024 * 1024, 'one '), Buffer.from('two')];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const { ETag } = await lab.s3.send(
        new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: index + 1, Body, ...key }),
      );
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    await lab.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts }, ...key }),
    );
    assert.equal(await lab.text(Bucket, 'parts', { ...key, Range: `bytes=${5 * 1024 * 1024 - 4}-` }), 'one two');
    assert.equal(anywhereOnDisk('one one one'), false);
  });
});

describe('default encryption', () => {
  test('is S3 own key unless the bucket says otherwise', async () => {
    const Bucket = await lab.bucket('default-encryption');
    const { ServerSideEncryptionConfiguration } = await lab.s3.send(new GetBucketEncryptionCommand({ Bucket }));
    assert.deepEqual(ServerSideEncryptionConfiguration?.Rules, [
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse' as const } }];
    await refuses(
      lab.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } })),
      'NotImplemented',
      /aws:kms:dsse is refused/,
    );
    await lab.put(Bucket, 'key');
    assert.equal((await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'key' }))).ServerSideEncryption, 'AES256');
    assert.equal((await lab.s3.send(new GetObjectCommand({ Bucket, Key: 'key' }))).SSEKMSKeyId, undefined);
  });
});
