import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { newUser } from '../../../tests/user-fixture.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
let kms: KMSClient;

before(async () => {
  lab = await startLab(['s3', 'iam', 'kms']);
  kms = lab.orrery.client(KMSClient);
});
after(() => lab.orrery.stop());

async function newKey(alias?: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId;
  if (alias) await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
  return KeyMetadata?.Arn ?? '';
}

function anywhereOnDisk(text: string): boolean {
  const folder = join(lab.orrery.dataDir, 's3');
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  );
}

/** How often KMS is asked for an operation while something is done. */
async function asksOf(operation: string, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const stop = lab.orrery.kernel.events.on('hop', (hop) => {
    if (hop.service === 'kms' && hop.name === operation) count += 1;
  });
  await work();
  stop();
  return count;
}

describe('a key of KMS (SSE-KMS)', () => {
  test('encrypts each object under a data key of its own, in any range', async () => {
    const Bucket = await lab.bucket('kms-sealed');
    const arn = await newKey('alias/mine');
    const how = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/mine' } as const;
    for (const size of [20, 800_000]) {
      const body = Buffer.alloc(size, 'plain secret ');
      const put = await lab.put(Bucket, 'key', body, how);
      assert.deepEqual([put.ServerSideEncryption, put.SSEKMSKeyId], ['aws:kms', arn]);
      assert.notEqual(put.ETag, `"${createHash('md5').update(body).digest('hex')}"`);
      assert.equal(anywhereOnDisk('plain secret'), false);
      assert.equal(await lab.text(Bucket, 'key', { Range: 'bytes=6-11' }), 'secret');
      assert.equal(await lab.text(Bucket, 'key'), body.toString());
    }
    const head = await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    assert.deepEqual([head.ServerSideEncryption, head.SSEKMSKeyId], ['aws:kms', arn]);
    assert.equal(await asksOf('GenerateDataKey', () => lab.put(Bucket, 'other', 'x', how)), 1);
    await lab.orrery.restart();
    assert.equal(await lab.text(Bucket, 'key', { Range: 'bytes=6-11' }), 'secret');
  });

  test('is the account own when none is named, and everybody of the account reads with it through S3', async () => {
    const Bucket = await lab.bucket('kms-managed');
    const { SSEKMSKeyId } = await lab.put(Bucket, 'key', 'by the managed key', { ServerSideEncryption: 'aws:kms' });
    assert.match(SSEKMSKeyId ?? '', /^arn:aws:kms:us-east-1:000000000000:key\//);
    const reader = await newUser(lab.orrery, 'managed-reader', { Action: 's3:GetObject' });
    const { Body } = await reader.client(S3Client).send(new GetObjectCommand({ Bucket, Key: 'key' }));
    assert.equal(await Body?.transformToString(), 'by the managed key');
  });

  test('of a bucket serves many objects of a requester where bucket keys are on', async () => {
    const Bucket = await lab.bucket('kms-default');
    const KMSMasterKeyID = await newKey();
    const Rules = [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID },
        BucketKeyEnabled: true,
      },
    ];
    await lab.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const asks = await asksOf('GenerateDataKey', async () => {
      for (const key of ['a', 'b', 'c']) {
        const put = await lab.put(Bucket, key, `body of ${key}`);
        assert.deepEqual([put.SSEKMSKeyId, put.BucketKeyEnabled], [KMSMasterKeyID, true]);
      }
    });
    assert.equal(asks, 1);
    assert.equal(await lab.text(Bucket, 'b'), 'body of b');
    await lab.orrery.clock.wind(6 * 60_000);
    assert.equal(await asksOf('GenerateDataKey', () => lab.put(Bucket, 'd', 'later')), 1);
  });

  test('is asked for in the name of who writes and who reads', async () => {
    const Bucket = await lab.bucket('kms-callers');
    const arn = await newKey();
    const how = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: arn } as const;
    await lab.put(Bucket, 'key', 'read me', how);
    const user = await newUser(lab.orrery, 'plain-user', { Action: 's3:*' });
    const s3 = user.client(S3Client);
    const read = () => s3.send(new GetObjectCommand({ Bucket, Key: 'key' }));
    const copy = () => s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/key`, ...how }));
    const error = await refuses(read(), 'AccessDenied', /is not authorized to perform: kms:Decrypt/);
    assert.equal(error.$metadata.httpStatusCode, 403);
    await user.allow({ Action: 's3:*' }, { Action: 'kms:Decrypt', Resource: arn });
    assert.equal(await (await read()).Body?.transformToString(), 'read me');
    await refuses(copy(), 'AccessDenied', /kms:GenerateDataKey/);
    const Condition = { StringLike: { 'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${Bucket}/*` } };
    await user.allow({ Action: 's3:*' }, { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: arn, Condition });
    await copy();
    assert.equal(await lab.text(Bucket, 'copy'), 'read me');
  });

  test('serves CloudFront when the key policy names the distribution', async () => {
    const Bucket = await lab.bucket('kms-site');
    const arn = await newKey();
    await lab.put(Bucket, 'page', 'a page', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: arn });
    const sourceArn = 'arn:aws:cloudfront::000000000000:distribution/E1';
    const Principal = { Service: 'cloudfront.amazonaws.com' };
    const Condition = { StringEquals: { 'aws:SourceArn': sourceArn } };
    const grant = (Action: string, Resource: string) => ({ Effect: 'Allow', Principal, Action, Resource, Condition });
    const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
    await lab.s3.send(
      new PutBucketPolicyCommand({ Bucket, Policy: text(grant('s3:GetObject', `arn:aws:s3:::${Bucket}/*`)) }),
    );
    const principal = servicePrincipal('cloudfront.amazonaws.com', '000000000000', { sourceArn });
    const edge = lab.orrery.context({ principal });
    const read = () => edge.call<{ Body: Buffer }>('s3', 'GetObject', { Bucket, Key: 'page' });
    await assert.rejects(read(), { code: 'AccessDenied', message: /kms:Decrypt/ });
    const account = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' };
    await kms.send(new PutKeyPolicyCommand({ KeyId: arn, Policy: text(account, grant('kms:Decrypt', '*')) }));
    assert.equal((await read()).Body.toString(), 'a page');
  });

  test('encrypts uploads in parts', async () => {
    const Bucket = await lab.bucket('kms-parts');
    const how = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: await newKey() } as const;
    const { UploadId } = await lab.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts', ...how }));
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for (const [index, Body] of [Buffer.alloc(5 * 1024 * 1024, 'multi part '), Buffer.from(' end')].entries()) {
      const PartNumber = index + 1;
      const { ETag } = await lab.s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber, Body }));
      Parts.push({ ETag, PartNumber });
    }
    const done = { Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } };
    const { SSEKMSKeyId } = await lab.s3.send(new CompleteMultipartUploadCommand(done));
    assert.equal(SSEKMSKeyId, how.SSEKMSKeyId);
    assert.equal(anywhereOnDisk('multi part'), false);
    assert.match(await lab.text(Bucket, 'parts', { Range: `bytes=${5 * 1024 * 1024 - 3}-` }), /^.{3} end$/);
  });

  test('that cannot be used, says why', async () => {
    const Bucket = await lab.bucket('kms-refuses');
    const arn = await newKey();
    const how = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: arn } as const;
    await lab.put(Bucket, 'key', 'x', how);
    await kms.send(new DisableKeyCommand({ KeyId: arn }));
    await refuses(lab.put(Bucket, 'key', 'x', how), 'KMS.DisabledException', /is disabled/);
    await refuses(lab.text(Bucket, 'key'), 'KMS.DisabledException');
    const none = { ...how, SSEKMSKeyId: 'alias/none' };
    await refuses(lab.put(Bucket, 'key', 'x', none), 'KMS.NotFoundException', /alias\/none is not found/);
  });
});
