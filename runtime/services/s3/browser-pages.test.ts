import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  type CORSRule,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { askApi, bucketIn, put, refusedAs, textOf, visit } from './s3.fixture.ts';

/** "Using cross-origin resource sharing (CORS)": the SDK in a page speaks to the API port, which other pages may not. */
describe('pages of other origins at the API port', () => {
  const Bucket = 'gallery';
  const origin = 'https://www.example.com';
  const rule: CORSRule = {
    AllowedOrigins: [origin],
    AllowedMethods: ['GET', 'PUT', 'POST'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
  };
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts', 'sqs'] });
    s3 = await bucketIn(orrery, Bucket);
    await bucketIn(orrery, 'private');
    await put(s3, Bucket, 'photo.png', 'pixels');
    await put(s3, 'private', 'letter', 'dear diary');
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
  });
  after(() => orrery.stop());

  const signed = async (command: GetObjectCommand | PutObjectCommand) => {
    const url = new URL(await getSignedUrl(s3, command));
    return url.pathname + url.search;
  };

  for (const style of ['path', 'host'] as const) {
    const place =
      style === 'path'
        ? { prefix: `/${Bucket}`, host: 'localhost' }
        : { prefix: '', host: `${Bucket}.s3.us-east-1.amazonaws.com` };

    test(`a preflight is answered by the bucket's rules, ${style} style`, async () => {
      const preflight = (page: string, method: string) =>
        askApi(orrery, `${place.prefix}/photo.png`, {
          host: place.host,
          method: 'OPTIONS',
          headers: { origin: page, 'access-control-request-method': method },
        });
      const allowed = await preflight(origin, 'PUT');
      assert.deepEqual([allowed.status, allowed.headers['access-control-allow-origin']], [200, origin]);
      for (const refused of [await preflight('https://evil.test', 'PUT'), await preflight(origin, 'DELETE')]) {
        assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [403, undefined]);
      }
      // A page of this machine's own passes the guard, and hears from S3 that the bucket does not let it.
      const own = await preflight('http://localhost:3000', 'PUT');
      assert.equal(own.status, 403);
      assert.match(own.body, /This CORS request is not allowed/);
    });
  }

  test('what the page asks is carried out, and its answer may be read', async () => {
    const path = await signed(new PutObjectCommand({ Bucket, Key: 'new.png' }));
    const stored = await askApi(orrery, path, { method: 'PUT', headers: { origin }, body: 'more pixels' });
    assert.equal(stored.status, 200, stored.body);
    assert.equal(stored.headers['access-control-allow-origin'], origin);
    assert.equal(stored.headers['access-control-expose-headers'], 'ETag');
    assert.equal(await textOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'new.png' }))), 'more pixels');
    const missing = await askApi(orrery, await signed(new GetObjectCommand({ Bucket, Key: 'missing' })), {
      headers: { origin },
    });
    assert.deepEqual([missing.status, missing.headers['access-control-allow-origin']], [404, origin]);
  });

  test('nothing else is open to it: other origins, methods, buckets and services', async () => {
    const get = await signed(new GetObjectCommand({ Bucket, Key: 'photo.png' }));
    const other = await signed(new GetObjectCommand({ Bucket: 'private', Key: 'letter' }));
    const tries: [string, Parameters<typeof askApi>[2]][] = [
      [get, { headers: { origin: 'https://evil.test' } }],
      [get, { headers: { origin: 'null' } }],
      [get, { method: 'DELETE', headers: { origin } }],
      [other, { headers: { origin } }],
      ['/', { headers: { origin } }],
      [`/${Bucket}`, { method: 'POST', headers: { origin, 'x-amz-target': 'AmazonSQS.ListQueues' }, body: '{}' }],
      ['/_orrery/', { headers: { origin } }],
    ];
    for (const [path, options] of tries) {
      const { status, body } = await askApi(orrery, path, options);
      assert.deepEqual([status, /may not use this port/.test(body)], [403, true], `${path} ${JSON.stringify(options)}`);
    }
  });

  test('a copy takes nothing from a bucket that does not let the page read', async () => {
    const path = await signed(new PutObjectCommand({ Bucket, Key: 'stolen' }));
    const headers = { origin, 'x-amz-copy-source': 'private/letter' };
    assert.equal((await askApi(orrery, path, { method: 'PUT', headers })).status, 403);
    await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'stolen' })), 'NotFound', 404);
  });

  const form = async (key: string, Fields: Record<string, string> = {}, signer = s3) => {
    const { fields } = await createPresignedPost(signer, { Bucket, Key: key, Fields });
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    data.append('file', new Blob(['from a form']), 'photo.png');
    const encoded = new Response(data);
    const type = encoded.headers.get('content-type') ?? '';
    return { method: 'POST', type, body: Buffer.from(await encoded.arrayBuffer()) };
  };

  test('a form is taken in path and host style, from pages that the rules name', async () => {
    const { type, ...sent } = await form('uploaded');
    const headers = { 'content-type': type };
    const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
    for (const answer of [
      await askApi(orrery, `/${Bucket}`, { ...sent, headers: { ...headers, origin } }),
      await askApi(orrery, `/${Bucket}/`, { ...sent, headers }),
      await askApi(orrery, '/', { ...sent, headers, host }),
    ])
      assert.equal(answer.status, 204, answer.body);
    assert.equal(await textOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'uploaded' }))), 'from a form');
    const foreign = { ...sent, headers: { ...headers, origin: 'https://evil.test' } };
    assert.equal((await askApi(orrery, `/${Bucket}`, foreign)).status, 403);
    assert.equal((await visit(orrery, host, '/', foreign)).status, 403);
  });

  const issued = async () => {
    const iam = orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'desk' }));
    const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName: 'desk', PolicyName: 'own', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'desk' }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    return orrery.client(S3Client, { credentials });
  };

  test('any page may use what was signed for it with a key that was issued, and no page what anybody could sign', async () => {
    const signer = await issued();
    const { type, ...sent } = await form('signed-for', {}, signer);
    const { type: otherType, ...forged } = await form('forged');
    for (const page of ['https://evil.test', 'null']) {
      const taken = await askApi(orrery, `/${Bucket}`, { ...sent, headers: { 'content-type': type, origin: page } });
      assert.equal(taken.status, 204, taken.body);
      const not = await askApi(orrery, `/${Bucket}`, {
        ...forged,
        headers: { 'content-type': otherType, origin: page },
      });
      assert.deepEqual([not.status, /may not use this port/.test(not.body)], [403, true]);
    }
    await refusedAs(s3.send(new HeadObjectCommand({ Bucket, Key: 'forged' })), 'NotFound', 404);
    const command = new GetObjectCommand({ Bucket, Key: 'photo.png' });
    const shown = async (by: S3Client, more: Record<string, string> = {}) => {
      const { pathname, search, host } = new URL(await getSignedUrl(by, command));
      const headers = { 'sec-fetch-site': 'cross-site', ...more };
      return (await askApi(orrery, pathname + search, { host, headers })).status;
    };
    assert.deepEqual([await shown(signer), await shown(s3)], [200, 403]);
    assert.equal(await shown(s3, { referer: 'http://www.ferry.example.localhost:8080/menu' }), 200);
  });

  test('who came by a name under .localhost is led on to one', async () => {
    orrery.kernel.engine(hosts).set('www.ferry.example', async () => ({ status: 200, headers: {}, body: 'ferry' }));
    const { type, ...sent } = await form('ferried', {
      success_action_redirect: 'https://www.ferry.example/done?from=form',
    });
    const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
    const local = `http://www.ferry.example.localhost:${new URL(orrery.httpUrl).port}`;
    const led = async (name: string) => {
      const headers = { 'content-type': type, origin: local };
      const answers = [
        await askApi(orrery, '/', { ...sent, host: name, headers }),
        await visit(orrery, name, '/', { ...sent, headers }),
      ];
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303]);
      return [...new Set(answers.map(({ headers: { location } }) => String(location).split('&')[0]))];
    };
    assert.deepEqual(await led(host), ['https://www.ferry.example/done?from=form']);
    assert.deepEqual(await led(`${host}.localhost`), [`${local}/done?from=form`]);
  });

  test("a signed request to a bucket's host on the port of users' traffic is the API", async () => {
    const host = `${Bucket}.s3.us-east-1.amazonaws.com`;
    const query = (await signed(new PutObjectCommand({ Bucket, Key: 'hosted' }))).replace(`/${Bucket}`, '');
    assert.equal((await visit(orrery, host, query, { method: 'PUT', body: 'x' })).status, 200);
    assert.equal(await textOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'hosted' }))), 'x');
  });
});
