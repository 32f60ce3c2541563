import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { askApi, bucketIn, put, textOf } from './s3.fixture.ts';

/** "Signing and authenticating REST requests (AWS signature version 2)": what `aws s3 presign` of the first CLI makes. */
describe('queries signed in the way before version 4', () => {
  const Bucket = 'older';
  let orrery: Orrery;
  let s3: S3Client;
  let keys: { accessKeyId: string; secretAccessKey: string };
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    await put(s3, Bucket, 'user/a b+c.txt', 'text');
    await put(s3, Bucket, 'private', 'secret');
    const iam = orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    const Statement = [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
        Resource: `arn:aws:s3:::${Bucket}/user/*`,
      },
      { Effect: 'Allow', Action: 'sts:GetSessionToken', Resource: '*' },
    ];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'own', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  });
  after(() => orrery.stop());

  const inAnHour = () => Math.floor(orrery.clock.now() / 1000) + 3600;
  /** `signed` is what the signature is made of, from the canonicalized headers on. */
  function query(signed: string, options: { method?: string; expires?: number; type?: string; secret?: string } = {}) {
    const { method = 'GET', expires = inAnHour(), type = '', secret = keys.secretAccessKey } = options;
    const signature = createHmac('sha1', secret).update(`${method}\n\n${type}\n${expires}\n${signed}`).digest('base64');
    return new URLSearchParams({
      AWSAccessKeyId: keys.accessKeyId,
      Expires: String(expires),
      Signature: signature,
    }).toString();
  }
  const code = ({ status, body }: { status: number; body: string }) => [status, /<Code>(\w+)</.exec(body)?.[1]];

  test('are believed when the signature is right, in path and host style', async () => {
    const path = `/${Bucket}/user/a%20b%2Bc.txt`;
    const read = await askApi(orrery, `${path}?${query(path)}`);
    assert.deepEqual([read.status, read.body], [200, 'text']);
    const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
    const hosted = await askApi(orrery, `/user/a%20b%2Bc.txt?${query(path)}`, { host });
    assert.deepEqual([hosted.status, hosted.body], [200, 'text']);
  });

  test('are refused when anything that was signed is another, or their time is over', async () => {
    const path = `/${Bucket}/user/a%20b%2Bc.txt`;
    const refused = async (url: string, method = 'GET') => code(await askApi(orrery, url, { method }));
    assert.deepEqual(await refused(`${path}?${query(path, { secret: 'another' })}`), [403, 'SignatureDoesNotMatch']);
    assert.deepEqual(await refused(`/${Bucket}/private?${query(path)}`), [403, 'SignatureDoesNotMatch']);
    assert.deepEqual(await refused(`${path}?${query(path)}`, 'PUT'), [403, 'SignatureDoesNotMatch']);
    assert.deepEqual(await refused(`${path}?versionId=null&${query(path)}`), [403, 'SignatureDoesNotMatch']);
    assert.deepEqual(await refused(`/${Bucket}/private?${query(`/${Bucket}/private`)}`), [403, 'AccessDenied']);
    const late = await askApi(orrery, `${path}?${query(path, { expires: inAnHour() - 3601 })}`);
    assert.deepEqual(code(late), [403, 'AccessDenied']);
    assert.match(late.body, /<Message>Request has expired<.*<Expires>.*<ServerTime>/s);
  });

  test('cover headers, parts of a resource and what the answer is to say', async () => {
    const path = `/${Bucket}/user/typed`;
    const headers = { 'content-type': 'text/css', 'x-amz-meta-table': 'seven' };
    const to = `${path}?${query(`x-amz-meta-table:seven\n${path}`, { method: 'PUT', type: 'text/css' })}`;
    assert.equal((await askApi(orrery, to, { method: 'PUT', headers, body: 'x' })).status, 200);
    const other = { ...headers, 'x-amz-meta-table': 'eight' };
    assert.deepEqual(code(await askApi(orrery, to, { method: 'PUT', headers: other, body: 'x' })), [
      403,
      'SignatureDoesNotMatch',
    ]);
    const { Metadata, ...got } = await s3.send(new GetObjectCommand({ Bucket, Key: 'user/typed' }));
    assert.deepEqual([await textOf(got), Metadata], ['x', { table: 'seven' }]);
    const asked = query(`${path}?response-content-type=a/b&versionId=null`);
    const read = await askApi(orrery, `${path}?versionId=null&response-content-type=a%2Fb&${asked}`);
    assert.deepEqual([read.status, read.headers['content-type']], [200, 'a/b']);
  });

  test('of a session carry its token', async () => {
    const sts = orrery.client(STSClient, { credentials: keys });
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    const path = `/${Bucket}/user/a%20b%2Bc.txt`;
    const token = Credentials?.SessionToken ?? '';
    const signed = new URLSearchParams(
      query(`x-amz-security-token:${token}\n${path}`, { secret: Credentials?.SecretAccessKey ?? '' }),
    );
    signed.set('AWSAccessKeyId', Credentials?.AccessKeyId ?? '');
    assert.deepEqual(code(await askApi(orrery, `${path}?${signed}`)), [403, 'InvalidClientTokenId']);
    signed.set('x-amz-security-token', token);
    assert.equal((await askApi(orrery, `${path}?${signed}`)).body, 'text');
  });

  test('name no region, so that a bucket anywhere is found', async () => {
    await bucketIn(orrery, 'far', { region: 'eu-west-1' });
    const iam = orrery.client(IAMClient);
    const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'all', PolicyDocument }));
    await put(orrery.client(S3Client, { region: 'eu-west-1' }), 'far', 'k', 'from afar');
    assert.equal((await askApi(orrery, `/far/k?${query('/far/k')}`)).body, 'from afar');
  });
});
