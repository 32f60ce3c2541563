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
import { AwsError } from '../../kernel/errors.ts';
import type { Context } from '../../kernel/service.ts';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';
import { GetObject, PutObject } from './operations/objects.ts';

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

describe('a key of KMS (SSE-KMS)', () => {
  /** KMS as far as S3 asks it: data keys wrapped together with their encryption context. */
  function withKms(refusal?: AwsError): { ctx: Context; asked: Record<string, unknown>[] } {
    const base = lab.orrery.context();
    const asked: Record<string, unknown>[] = [];
    const wrapped = new Map<string, { plain: Buffer; context: string }>();
    const call = async (service: string, operation: string, input: Record<string, unknown>) => {
      assert.equal(service, 'kms');
      asked.push({ operation, ...input });
      if (refusal) throw refusal;
      const context = JSON.stringify(input.EncryptionContext);
      if (operation === 'GenerateDataKey') {
        const blob = Buffer.from(`wrapped ${wrapped.size}`);
        wrapped.set(blob.toString(), { plain: Buffer.alloc(32, `${wrapped.size} key`), context });
        return {
          Plaintext: wrapped.get(blob.toString())?.plain,
          CiphertextBlob: blob,
          KeyId: 'arn:aws:kms:us-east-1:000000000000:key/k',
        };
      }
      const kept = wrapped.get(Buffer.from(input.CiphertextBlob as Uint8Array).toString());
      assert.equal(kept?.context, context);
      return { Plaintext: kept?.plain };
    };
    return { ctx: { ...base, call } as unknown as Context, asked };
  }

  test('wraps a data key for every object, and reading asks KMS to unwrap it', async () => {
    const Bucket = await lab.bucket('kms-sealed');
    const { ctx, asked } = withKms();
    for (const size of [20, 800_000]) {
      const body = Buffer.alloc(size, 'plain secret ');
      const put = await PutObject(ctx, {
        Bucket,
        Key: 'key',
        Body: body,
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/mine',
      });
      assert.deepEqual(
        [put.ServerSideEncryption, put.SSEKMSKeyId],
        ['aws:kms', 'arn:aws:kms:us-east-1:000000000000:key/k'],
      );
      assert.equal(anywhereOnDisk('plain secret'), false);
      const got = await GetObject(ctx, { Bucket, Key: 'key', Range: 'bytes=6-11' });
      assert.equal(got.Body.toString(), 'secret');
    }
    assert.deepEqual(asked[0], {
      operation: 'GenerateDataKey',
      KeyId: 'alias/mine',
      KeySpec: 'AES_256',
      EncryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::kms-sealed/key' },
    });
    assert.equal(asked[1]?.operation, 'Decrypt');
  });

  test('of a bucket serves all its objects where bucket keys are on', async () => {
    const Bucket = await lab.bucket('kms-default');
    const Rules = [
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const }, BucketKeyEnabled: true },
    ];
    await lab.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const { ctx, asked } = withKms();
    await PutObject(ctx, { Bucket, Key: 'key', Body: 'by default' });
    assert.deepEqual(
      [asked[0]?.KeyId, asked[0]?.EncryptionContext],
      ['alias/aws/s3', { 'aws:s3:arn': 'arn:aws:s3:::kms-default' }],
    );
    assert.equal((await GetObject(ctx, { Bucket, Key: 'key' })).Body.toString(), 'by default');
  });

  test('that refuses, refuses the object in its own words', async () => {
    const Bucket = await lab.bucket('kms-refuses');
    const denied = withKms(
      new AwsError('AccessDeniedException', 'User: x is not authorized to perform: kms:GenerateDataKey', {
        status: 400,
      }),
    );
    await refuses(
      Promise.resolve(PutObject(denied.ctx, { Bucket, Key: 'key', Body: 'x', ServerSideEncryption: 'aws:kms' })),
      'AccessDenied',
      /kms:GenerateDataKey/,
    );
    const disabled = withKms(new AwsError('DisabledException', 'the key is disabled', { status: 400 }));
    await refuses(
      Promise.resolve(PutObject(disabled.ctx, { Bucket, Key: 'key', Body: 'x', ServerSideEncryption: 'aws:kms' })),
      'KMS.DisabledException',
    );
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
