import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ResponseHeaders } from '../configuration.ts';
import { answering, startEdge, type TestEdge } from '../edge-for-tests.ts';

let edge: TestEdge;
beforeEach(() => {
  edge = startEdge();
});
afterEach(() => edge.stop());

describe('what viewers ask of an object', () => {
  it('answers 304 for the validator it gave', async () => {
    edge.origin(answering('hello', { etag: '"e"' }));
    edge.deploy();
    await edge.get('/a');
    const answer = await edge.get('/a', { 'if-none-match': 'W/"e"' });
    assert.equal(answer.status, 304);
    assert.equal(answer.body, '');
    assert.equal(answer.headers['x-cache'], 'Hit from cloudfront');
  });

  it('cuts ranges from the whole object it holds', async () => {
    const asked = edge.origin(answering('0123456789'));
    edge.deploy();
    const one = await edge.get('/a', { range: 'bytes=2-4' });
    assert.equal(one.status, 206);
    assert.equal(one.body, '234');
    assert.equal(one.headers['content-range'], 'bytes 2-4/10');
    assert.equal((await edge.get('/a', { range: 'bytes=-3' })).body, '789');
    assert.equal((await edge.get('/a', { range: 'bytes=20-' })).status, 416);
    const two = await edge.get('/a', { range: 'bytes=0-1,8-9' });
    assert.match(String(two.headers['content-type']), /^multipart\/byteranges; boundary=/);
    assert.match(two.body, /Content-Range: bytes 8-9\/10\r\n\r\n89/);
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.headers.range, undefined);
  });

  it('compresses with Brotli or gzip what is large enough and of a listed type, once', async () => {
    const text = 'all work and no play '.repeat(200);
    const asked = edge.origin(answering(text, { etag: '"e"', 'content-type': 'text/html; charset=utf-8' }));
    edge.deploy();
    const br = await edge.get('/a', { 'accept-encoding': 'gzip, br' });
    assert.equal(br.headers['content-encoding'], 'br');
    assert.equal(br.headers.etag, 'W/"e"');
    assert.equal(br.headers.vary, 'Accept-Encoding');
    assert.ok(br.bytes.length < 200);
    const gzip = await edge.get('/a', { 'accept-encoding': 'gzip' });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    const plain = await edge.get('/a');
    assert.equal(plain.body, text);
    assert.equal((await edge.get('/a', { 'accept-encoding': 'br, gzip' })).headers['x-cache'], 'Hit from cloudfront');
    assert.equal(asked.length, 3);
  });

  it('answers HEAD from the object a GET left', async () => {
    const asked = edge.origin(answering('hello'));
    edge.deploy();
    await edge.get('/a');
    const head = await edge.get('/a', {}, { method: 'HEAD' });
    assert.equal(head.headers['content-length'], '5');
    assert.equal(head.headers['x-cache'], 'Hit from cloudfront');
    assert.equal(asked.length, 1);
  });
});

describe('what is counted', () => {
  it('publishes requests, bytes and error rates of each minute with traffic', async () => {
    edge.origin(async (request) =>
      request.url === '/bad' ? { status: 404, headers: {}, body: 'no' } : { status: 200, headers: {}, body: '12345' },
    );
    edge.deploy();
    for (const url of ['/a', '/a', '/a', '/bad']) await edge.get(url);
    await edge.clock.wind(60_000);
    const value = (name: string) => edge.metrics.find((metric) => metric.name === name)?.value;
    assert.equal(value('Requests'), 4);
    assert.equal(value('BytesDownloaded'), 17);
    assert.equal(value('4xxErrorRate'), 25);
    assert.deepEqual(edge.metrics[0]?.dimensions, { DistributionId: 'E123', Region: 'Global' });
    await edge.clock.wind(600_000);
    assert.equal(edge.metrics.length, 6);
  });

  it('delivers a W3C log to the bucket', async () => {
    edge.origin(answering('hello'));
    edge.deploy({ logging: { bucket: 'logs', prefix: 'cloudfront/', includeCookies: false } });
    await edge.get('/a b?x=1'.replace(' ', '%20'), { 'user-agent': 'Mozilla/5.0 (X11)' });
    await edge.clock.wind(300_000);
    const [call] = edge.calls;
    assert.equal(call?.operation, 'PutObject');
    assert.match(String(call?.input.Key), /^cloudfront\/E123\.2026-03-01-12\.[0-9a-f]{8}\.gz$/);
    const { gunzipSync } = await import('node:zlib');
    const [version, fields, line] = gunzipSync(call?.input.Body as Buffer)
      .toString()
      .split('\n');
    assert.equal(version, '#Version: 1.0');
    assert.equal(fields?.replace('#Fields: ', '').split(' ').length, 33);
    assert.equal(line?.split('\t').length, 33);
    assert.match(
      String(line),
      /\tGET\td123\.cloudfront\.net\t\/a%20b\t200\t-\tMozilla\/5\.0%20\(X11\)\tx=1\t-\tMiss\t/,
    );
  });
});

describe('a response headers policy', () => {
  const policy: ResponseHeaders = {
    set: [
      { name: 'x-frame-options', value: 'DENY', override: false },
      { name: 'server', value: 'mine', override: true },
    ],
    remove: ['x-powered-by'],
    cors: {
      allowCredentials: false,
      allowHeaders: ['x-one'],
      allowMethods: ['GET', 'POST'],
      allowOrigins: ['https://*.example.com', 'other.test'],
      exposeHeaders: ['x-two'],
      maxAgeSeconds: 600,
      originOverride: true,
    },
    serverTimingRate: 100,
  };

  it('sets, overrides and removes headers, on hits too', async () => {
    edge.origin(answering('x', { server: 'theirs', 'x-frame-options': 'SAMEORIGIN', 'x-powered-by': 'php' }));
    edge.deploy({}, { responseHeaders: policy });
    for (const timing of ['cdn-cache-miss', 'cdn-cache-hit']) {
      const { headers } = await edge.get('/a');
      assert.equal(headers.server, 'mine');
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN');
      assert.equal(headers['x-powered-by'], undefined);
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.ok(String(headers['server-timing']).startsWith(timing), String(headers['server-timing']));
    }
  });

  it('answers origins it allows with CORS headers, the rest without', async () => {
    edge.origin(answering('x', { 'access-control-allow-origin': '*' }));
    edge.deploy({}, { responseHeaders: policy, allowedMethods: ['GET', 'HEAD', 'OPTIONS'] });
    const allowed = (await edge.get('/a', { origin: 'https://www.example.com' })).headers;
    assert.equal(allowed['access-control-allow-origin'], 'https://www.example.com');
    assert.equal(allowed['access-control-expose-headers'], 'x-two');
    assert.equal(allowed.vary, 'Origin');
    const other = await edge.get('/a', { origin: 'http://other.test:81' });
    assert.equal(other.headers['access-control-allow-origin'], 'http://other.test:81');
    const stranger = await edge.get('/a', { origin: 'https://evil.test' });
    assert.equal(stranger.headers['access-control-allow-origin'], undefined);
    const asking = { origin: 'https://www.example.com', 'access-control-request-method': 'POST' };
    const preflight = await edge.get('/a', asking, { method: 'OPTIONS' });
    assert.equal(preflight.headers['access-control-allow-methods'], 'GET, POST');
    assert.equal(preflight.headers['access-control-max-age'], '600');
  });
});

describe('private content', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const safe = (bytes: Buffer) =>
    bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
  const sign = (text: string) => safe(createSign('RSA-SHA1').update(text).sign(privateKey));
  const expires = Date.parse('2026-03-01T13:00:00Z') / 1000;
  const canned = (url: string) =>
    `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;

  it('is shown for a signed URL until it expires, whatever name the viewer typed', async () => {
    const asked = edge.origin(answering('secret'));
    edge.deploy({}, { trustedKeys: { K1: publicKey } });
    const signature = sign(canned('https://d123.cloudfront.net/a?x=1'));
    const url = `/a?x=1&Expires=${expires}&Signature=${signature}&Key-Pair-Id=K1`;
    assert.equal((await edge.get(url)).body, 'secret');
    assert.equal((await edge.get(url, {}, { host: 'd123.cloudfront.net.localhost' })).status, 200);
    assert.equal(asked[0]?.url, '/a');
    assert.equal((await edge.get(url.replace('/a?', '/b?'))).status, 403);
    const none = await edge.get('/a');
    assert.equal(none.status, 403);
    assert.match(none.body, /<Code>MissingKey<\/Code>/);
    assert.match((await edge.get(url.replace('Id=K1', 'Id=K2'))).body, /<Code>InvalidKey<\/Code>/);
    await edge.clock.wind(3_600_000);
    assert.match((await edge.get(url)).body, /<Code>AccessDenied<\/Code>/);
  });

  it('is shown for signed cookies with a custom policy', async () => {
    edge.origin(answering('secret'));
    edge.deploy({}, { trustedKeys: { K1: publicKey } });
    const Condition = { DateLessThan: { 'AWS:EpochTime': expires }, IpAddress: { 'AWS:SourceIp': '127.0.0.0/8' } };
    const policy = JSON.stringify({ Statement: [{ Resource: 'https://d123.cloudfront.net/films/*', Condition }] });
    const cookie = `CloudFront-Policy=${safe(Buffer.from(policy))}; CloudFront-Signature=${sign(policy)}; CloudFront-Key-Pair-Id=K1`;
    assert.equal((await edge.get('/films/1', { cookie })).status, 200);
    assert.equal((await edge.get('/books/1', { cookie })).status, 403);
    const client = { ip: '10.0.0.1', port: 1, secure: true, httpVersion: '1.1' };
    assert.equal((await edge.get('/films/1', { cookie }, { client })).status, 403);
  });
});
