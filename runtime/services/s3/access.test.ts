import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, textOf } from './s3.fixture.ts';

describe('who may do what with a bucket', () => {
  const Bucket = 'guarded';
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    await put(s3, Bucket, 'public/menu.txt', 'soup');
    await put(s3, Bucket, 'private/wages.txt', 'low');
  });
  after(() => orrery.stop());

  const statement = (more: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/public/*`,
          ...more,
        },
      ],
    });
  const policy = (Policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  const anonymous = async (path: string) => (await fetch(`${orrery.url}/${Bucket}/${path}`)).status;

  /** A user with these permissions, signing with keys of its own. */
  async function userWith(UserName: string, statements: object[]): Promise<S3Client> {
    const iam = orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName }));
    if (statements.length > 0)
      await iam.send(
        new PutUserPolicyCommand({
          UserName,
          PolicyName: 'own',
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
        }),
      );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return orrery.client(S3Client, {
      transport: 'socket',
      credentials: { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
    });
  }

  test('strangers are refused until a policy lets them in, and only where it does', async () => {
    assert.equal(await anonymous('public/menu.txt'), 403);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await policy(statement({}));
    assert.deepEqual([await anonymous('public/menu.txt'), await anonymous('private/wages.txt')], [200, 403]);
    assert.equal((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic, true);
    await s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: { RestrictPublicBuckets: true, BlockPublicPolicy: true },
      }),
    );
    assert.equal(await anonymous('public/menu.txt'), 403);
    await refusedAs(policy(statement({})), 'AccessDenied', 403);
    await policy(statement({ Principal: { Service: 'cloudfront.amazonaws.com' } }));
    assert.equal((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic, false);
  });

  test('a user without a permission is refused in the words of IAM, and has what it is given', async () => {
    const nobody = await userWith('nobody', []);
    const refusal = await refusedAs(
      nobody.send(new GetObjectCommand({ Bucket, Key: 'private/wages.txt' })),
      'AccessDenied',
      403,
    );
    assert.match(
      refusal.message,
      /user\/nobody is not authorized to perform: s3:GetObject on resource: "?arn:aws:s3:::guarded\/private\/wages.txt"?/,
    );
    const reader = await userWith('reader', [
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: `arn:aws:s3:::${Bucket}/private/*` },
    ]);
    assert.equal(await textOf(await reader.send(new GetObjectCommand({ Bucket, Key: 'private/wages.txt' }))), 'low');
    await refusedAs(
      reader.send(new PutObjectCommand({ Bucket, Key: 'private/wages.txt', Body: 'high' })),
      'AccessDenied',
      403,
    );
    await refusedAs(reader.send(new ListObjectsV2Command({ Bucket })), 'AccessDenied', 403);
  });

  test('who may not list is not told whether a key is there', async () => {
    const reader = await userWith('blind', [
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: `arn:aws:s3:::${Bucket}/*` },
    ]);
    await refusedAs(reader.send(new GetObjectCommand({ Bucket, Key: 'absent' })), 'AccessDenied', 403);
    const lister = await userWith('seeing', [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' },
    ]);
    await refusedAs(lister.send(new GetObjectCommand({ Bucket, Key: 'absent' })), 'NoSuchKey', 404);
  });

  test('a prefix condition narrows a listing', async () => {
    const lister = await userWith('lister', [
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${Bucket}`,
        Condition: { StringLike: { 's3:prefix': 'public/*' } },
      },
    ]);
    assert.equal((await lister.send(new ListObjectsV2Command({ Bucket, Prefix: 'public/' }))).KeyCount, 1);
    await refusedAs(lister.send(new ListObjectsV2Command({ Bucket, Prefix: 'private/' })), 'AccessDenied', 403);
  });

  test('an explicit deny of the policy holds even the owner off', async () => {
    await policy(statement({ Effect: 'Deny', Resource: `arn:aws:s3:::${Bucket}/private/*` }));
    await refusedAs(s3.send(new GetObjectCommand({ Bucket, Key: 'private/wages.txt' })), 'AccessDenied', 403);
    await policy(statement({ Principal: { AWS: 'arn:aws:iam::000000000000:root' } }));
  });

  test('a copy needs the source as well as the destination', async () => {
    const writer = await userWith('writer', [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }]);
    await refusedAs(
      writer.send(new CopyObjectCommand({ Bucket, Key: 'mine', CopySource: `${Bucket}/private/wages.txt` })),
      'AccessDenied',
      403,
    );
  });

  test('a batch of deletes deletes what it may and names the rest', async () => {
    for (const key of ['batch/mine', 'batch/theirs']) await put(s3, Bucket, key);
    const deleter = await userWith('deleter', [
      { Effect: 'Allow', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/batch/mine` },
    ]);
    const { Deleted, Errors } = await deleter.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'batch/mine' }, { Key: 'batch/theirs' }] } }),
    );
    assert.deepEqual(
      [Deleted?.map(({ Key }) => Key), Errors?.map(({ Key, Code }) => [Key, Code])],
      [['batch/mine'], [['batch/theirs', 'AccessDenied']]],
    );
  });

  test('another account needs the policy of the bucket as well as its own', async () => {
    const stranger = orrery.client(S3Client, { credentials: { accessKeyId: '333333333333', secretAccessKey: 'x' } });
    await refusedAs(stranger.send(new GetObjectCommand({ Bucket, Key: 'public/menu.txt' })), 'AccessDenied', 403);
    await policy(statement({ Principal: { AWS: '333333333333' } }));
    assert.equal(await textOf(await stranger.send(new GetObjectCommand({ Bucket, Key: 'public/menu.txt' }))), 'soup');
    await stranger.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    await put(s3, 'theirs', 'x').then(
      () => assert.fail('a foreign bucket took an object'),
      (error: Error) => assert.equal(error.name, 'AccessDenied'),
    );
  });

  test('policies that do not read are refused when they are put', async () => {
    await refusedAs(policy('{'), 'MalformedPolicy', 400);
    await refusedAs(policy('{}'), 'MalformedPolicy', 400);
    await refusedAs(policy(statement({ Effect: 'Perhaps' })), 'MalformedPolicy', 400);
    await refusedAs(policy(statement({ Principal: undefined })), 'MalformedPolicy', 400);
    const elsewhere = await refusedAs(
      policy(statement({ Resource: 'arn:aws:s3:::another/*' })),
      'MalformedPolicy',
      400,
    );
    assert.equal(elsewhere.message, 'Policy has invalid resource');
    const action = await refusedAs(policy(statement({ Action: 'sqs:SendMessage' })), 'MalformedPolicy', 400);
    assert.equal(action.message, 'Policy has invalid action');
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    assert.match(Policy ?? '', /333333333333/);
  });

  test("a presigned URL reads and writes in its signer's name until it expires", async () => {
    const reader = await userWith('presigner', [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${Bucket}/private/*` },
    ]);
    const read = await getSignedUrl(
      reader,
      new GetObjectCommand({ Bucket, Key: 'private/wages.txt', ResponseContentType: 'text/wages' }),
      { expiresIn: 600 },
    );
    const write = await getSignedUrl(reader, new PutObjectCommand({ Bucket, Key: 'private/new.txt' }), {
      expiresIn: 600,
    });
    const got = await fetch(read);
    assert.deepEqual([got.status, got.headers.get('content-type'), await got.text()], [200, 'text/wages', 'low']);
    assert.equal((await fetch(write, { method: 'PUT', body: 'new' })).status, 200);
    assert.equal((await fetch(read.replace('wages.txt', 'new.txt'))).status, 403);
    await orrery.clock.wind(3_600_000);
    const late = await fetch(read);
    assert.deepEqual(
      [late.status, /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/.test(await late.text())],
      [403, true],
    );
  });
});
