import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type CORSRule,
  DeleteBucketCorsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, visit } from './s3.fixture.ts';

describe('cross-origin requests', () => {
  const Bucket = 'shared';
  const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    await put(s3, Bucket, 'font.woff2', 'font');
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
    ];
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  });
  after(() => orrery.stop());

  const configure = (...CORSRules: CORSRule[]) =>
    s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  const preflight = (headers: Record<string, string>) =>
    visit(orrery, host, '/font.woff2', { method: 'OPTIONS', headers });
  const site: CORSRule = {
    AllowedOrigins: ['https://*.example.com'],
    AllowedMethods: ['GET', 'PUT'],
    AllowedHeaders: ['x-amz-*', 'Content-Type'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 3000,
  };
  const asking = { origin: 'https://www.example.com', 'access-control-request-method': 'PUT' };

  test('without a configuration a preflight is refused', async () => {
    const { status, body } = await preflight(asking);
    assert.equal(status, 403);
    assert.match(body, /CORS is not enabled for this bucket/);
    assert.equal((await preflight({})).status, 400);
  });

  test('a preflight that fits a rule is told what it may do', async () => {
    await configure({ AllowedOrigins: ['https://admin.example.com'], AllowedMethods: ['DELETE'] }, site);
    const { status, headers } = await preflight({
      ...asking,
      'access-control-request-headers': 'Content-Type, x-amz-acl',
    });
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], 'https://www.example.com');
    assert.equal(headers['access-control-allow-methods'], 'GET, PUT');
    assert.equal(headers['access-control-allow-headers'], 'content-type, x-amz-acl');
    assert.equal(headers['access-control-max-age'], '3000');
    assert.equal(headers['access-control-allow-credentials'], 'true');
  });

  test('origin, method and every header must fit the same rule', async () => {
    const others: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { 'access-control-request-method': 'DELETE' },
      { 'access-control-request-headers': 'authorization' },
    ];
    for (const other of others) {
      assert.equal((await preflight({ ...asking, ...other })).status, 403);
    }
  });

  test('an answer to a page carries what the page may see', async () => {
    const get = (origin?: string) => visit(orrery, host, '/font.woff2', origin ? { headers: { origin } } : {});
    const allowed = await get('https://www.example.com');
    assert.deepEqual(
      [
        allowed.status,
        allowed.headers['access-control-allow-origin'],
        allowed.headers['access-control-expose-headers'],
      ],
      [200, 'https://www.example.com', 'ETag'],
    );
    assert.match(String(allowed.headers.vary), /Origin/);
    const foreign = await get('https://evil.test');
    assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [200, undefined]);
    assert.equal((await get()).headers['access-control-allow-origin'], undefined);
  });

  test('anybody is a star, without credentials', async () => {
    await configure({ AllowedOrigins: ['*'], AllowedMethods: ['GET'] });
    const { headers } = await visit(orrery, host, '/font.woff2', { headers: { origin: 'https://any.test' } });
    assert.deepEqual(
      [headers['access-control-allow-origin'], headers['access-control-allow-credentials']],
      ['*', undefined],
    );
  });

  test('rules are kept as they are given, checked, and deleted', async () => {
    await configure(site);
    assert.deepEqual((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules, [site]);
    await refusedAs(configure({ ...site, AllowedMethods: ['PATCH'] }), 'InvalidRequest', 400);
    await refusedAs(configure({ ...site, AllowedOrigins: ['*.example.*'] }), 'InvalidRequest', 400);
    await refusedAs(configure({ ...site, ExposeHeaders: ['x-*'] }), 'InvalidRequest', 400);
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    await refusedAs(s3.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404);
  });
});
