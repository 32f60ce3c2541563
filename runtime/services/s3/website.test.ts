import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  type S3Client,
  type WebsiteConfiguration,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs, visit } from './s3.fixture.ts';

describe('website hosting', () => {
  const Bucket = 'restaurant-site';
  const host = `${Bucket}.s3-website-us-east-1.amazonaws.com`;
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts'] });
    s3 = await bucketIn(orrery, Bucket);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
      { Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}` },
    ];
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
    const html = { ContentType: 'text/html' };
    await put(s3, Bucket, 'index.html', 'home', html);
    await put(s3, Bucket, 'menu/index.html', 'menu', html);
    await put(s3, Bucket, 'error.html', 'sorry', html);
    await put(s3, Bucket, 'moved.html', '', { WebsiteRedirectLocation: '/menu/' });
  });
  after(() => orrery.stop());

  const site = (WebsiteConfiguration: WebsiteConfiguration) =>
    s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  const get = (path: string, options = {}) => visit(orrery, host, path, options);

  test('there is no site before it is configured', async () => {
    const { status, body } = await get('/');
    assert.deepEqual([status, body.includes('<h1>')], [404, false]);
  });

  test('folders give their index, and their name without a slash leads there', async () => {
    await site({ IndexDocument: { Suffix: 'index.html' } });
    const home = await get('/?page=1');
    assert.deepEqual([home.status, home.body, home.headers['content-type']], [200, 'home', 'text/html']);
    assert.equal((await get('/menu/')).body, 'menu');
    const without = await get('/menu');
    assert.deepEqual([without.status, without.headers.location], [302, '/menu/']);
    assert.equal((await get('/index.html', { method: 'HEAD' })).status, 200);
    assert.equal((await get('/', { headers: { 'if-none-match': String(home.headers.etag) } })).status, 304);
    assert.equal((await get('/', { method: 'POST' })).status, 405);
  });

  test('an object may lead elsewhere', async () => {
    const { status, headers } = await get('/moved.html');
    assert.deepEqual([status, headers.location], [301, '/menu/']);
  });

  test('errors are told in HTML, or by the error document with their status', async () => {
    const plain = await get('/absent');
    assert.deepEqual([plain.status, /<li>Code: NoSuchKey<\/li>/.test(plain.body)], [404, true]);
    await site({ IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } });
    const told = await get('/absent');
    assert.deepEqual([told.status, told.body], [404, 'sorry']);
  });

  test('routing rules redirect by prefix and by error', async () => {
    await site({
      IndexDocument: { Suffix: 'index.html' },
      RoutingRules: [
        { Condition: { KeyPrefixEquals: 'old/' }, Redirect: { ReplaceKeyPrefixWith: 'new/' } },
        {
          Condition: { HttpErrorCodeReturnedEquals: '404' },
          Redirect: {
            HostName: 'elsewhere.example',
            Protocol: 'https',
            ReplaceKeyWith: 'search',
            HttpRedirectCode: '302',
          },
        },
      ],
    });
    const old = await get('/old/page.html');
    assert.deepEqual([old.status, old.headers.location], [301, `https://${host}/new/page.html`]);
    const absent = await get('/absent');
    assert.deepEqual([absent.status, absent.headers.location], [302, 'https://elsewhere.example/search']);
  });

  test('a whole site may lead to another host', async () => {
    await site({ RedirectAllRequestsTo: { HostName: 'www.example.com', Protocol: 'https' } });
    const { status, headers } = await get('/menu/?a=b');
    assert.deepEqual([status, headers.location], [301, 'https://www.example.com/menu/?a=b']);
  });

  test('configurations that contradict themselves are refused', async () => {
    await refusedAs(site({}), 'InvalidArgument', 400);
    await refusedAs(site({ IndexDocument: { Suffix: 'a/b' } }), 'InvalidArgument', 400);
    await refusedAs(
      site({ RedirectAllRequestsTo: { HostName: 'x' }, IndexDocument: { Suffix: 'index.html' } }),
      'InvalidArgument',
      400,
    );
  });
});
