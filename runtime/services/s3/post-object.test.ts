import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, refusedAs, visit } from './s3.fixture.ts';

describe('form uploads', () => {
  const Bucket = 'uploads';
  let orrery: Orrery;
  let s3: S3Client;
  let signer: S3Client;
  let credentials: { accessKeyId: string; secretAccessKey: string };
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    const iam = orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'uploader' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/user/*` }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'uploader', PolicyName: 'own', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'uploader' }));
    credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    signer = orrery.client(S3Client, { credentials });
  });
  after(() => orrery.stop());

  type Options = Omit<Parameters<typeof createPresignedPost>[1], 'Bucket'>;
  async function post(options: Options, file: Buffer | string, change: Record<string, string> = {}) {
    const { fields } = await createPresignedPost(signer, { Bucket, ...options });
    return send({ ...fields, ...change }, file);
  }
  async function send(fields: Record<string, string>, file: Buffer | string) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(Buffer.from(file))], { type: 'image/png' }), 'photo.png');
    const encoded = new Response(form);
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    return visit(orrery, `${Bucket}.s3.us-east-1.amazonaws.com`, '/', {
      method: 'POST',
      headers,
      body: Buffer.from(await encoded.arrayBuffer()),
    });
  }

  test('a signed form puts its file, byte for byte, with its fields', async () => {
    const file = randomBytes(700_000);
    const Fields = { 'x-amz-meta-table': 'seven', 'Content-Type': 'image/png' };
    const done = await post(
      { Key: 'user/${filename}', Fields, Conditions: [['content-length-range', 1, 1_000_000]] },
      file,
    );
    assert.equal(done.status, 204, done.body);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'user/photo.png' }));
    assert.deepEqual([got.ContentType, got.Metadata], ['image/png', { table: 'seven' }]);
    assert.ok(file.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
  });

  test('what the form asks for is answered', async () => {
    const created = await post({ Key: 'user/a', Fields: { success_action_status: '201' } }, 'x');
    assert.deepEqual([created.status, /<Key>user\/a<\/Key>/.test(created.body)], [201, true]);
    const redirected = await post(
      { Key: 'user/a', Fields: { success_action_redirect: 'http://localhost/done?from=form' } },
      'x',
    );
    assert.equal(redirected.status, 303);
    assert.match(
      String(redirected.headers.location),
      /^http:\/\/localhost\/done\?from=form&bucket=uploads&key=user%2Fa&etag=/,
    );
  });

  test('a form that leaves its policy is refused', async () => {
    const refusal = async (options: Options, file: string, change: Record<string, string> = {}) => {
      const { status, body } = await post(options, file, change);
      return [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1]];
    };
    assert.deepEqual(await refusal({ Key: 'user/never' }, 'x', { key: 'user/other' }), [403, 'AccessDenied']);
    assert.deepEqual(await refusal({ Key: 'user/never' }, 'x', { 'x-amz-meta-extra': 'y' }), [403, 'AccessDenied']);
    assert.deepEqual(await refusal({ Key: 'user/never', Conditions: [['content-length-range', 0, 3]] }, 'long'), [
      400,
      'EntityTooLarge',
    ]);
    assert.deepEqual(await refusal({ Key: 'user/never', Conditions: [['content-length-range', 9, 99]] }, 'short'), [
      400,
      'EntityTooSmall',
    ]);
    assert.deepEqual(await refusal({ Key: 'user/never' }, 'x', { 'X-Amz-Signature': '0'.repeat(64) }), [
      403,
      'SignatureDoesNotMatch',
    ]);
    assert.deepEqual(await refusal({ Key: 'elsewhere/never' }, 'x'), [403, 'AccessDenied']);
    assert.deepEqual(await refusal({ Key: 'user/never', Expires: -3600 }, 'x'), [403, 'AccessDenied']);
    await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'user/never' })), 'NotFound', 404);
  });

  test('the older signature, which boto3 makes, is taken and checked', async () => {
    const conditions = [{ bucket: Bucket }, { key: 'user/older' }];
    const policy = Buffer.from(
      JSON.stringify({ expiration: new Date(orrery.clock.now() + 60_000), conditions }),
    ).toString('base64');
    const signature = createHmac('sha1', credentials.secretAccessKey).update(policy).digest('base64');
    const fields = { key: 'user/older', AWSAccessKeyId: credentials.accessKeyId, policy, signature };
    const done = await send(fields, 'x');
    assert.equal(done.status, 204, done.body);
    assert.equal((await send({ ...fields, signature: Buffer.alloc(20).toString('base64') }, 'x')).status, 403);
  });
});
