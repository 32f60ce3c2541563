import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { HttpResponse } from '../http/exchange.ts';
import { answering, behaviourDefaults, originDefaults, startEdge, type TestEdge } from './edge-for-tests.ts';

let edge: TestEdge;
beforeEach(() => {
  edge = startEdge();
});
afterEach(() => edge.stop());

describe('the edge cache', () => {
  it('answers a second request without asking the origin, and says how old the answer is', async () => {
    const asked = edge.origin(answering('hello'));
    edge.deploy();
    const first = await edge.get('/a.txt');
    assert.equal(first.headers['x-cache'], 'Miss from cloudfront');
    assert.equal(first.headers.age, undefined);
    await edge.clock.wind(61_000);
    const second = await edge.get('/a.txt');
    assert.equal(second.body, 'hello');
    assert.equal(second.headers['x-cache'], 'Hit from cloudfront');
    assert.equal(second.headers.age, '61');
    assert.equal(asked.length, 1);
    assert.match(String(second.headers.via), /^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/);
    assert.equal(String(second.headers['x-amz-cf-id']).length, 56);
    assert.equal(second.headers['x-amz-cf-pop'], 'IAD89-P1');
  });

  it('revalidates an expired object with its ETag and keeps it when the origin says 304', async () => {
    const asked = edge.origin(
      async (request): Promise<HttpResponse> =>
        request.headers['if-none-match'] === '"v1"'
          ? { status: 304, headers: { etag: '"v1"' }, body: undefined }
          : { status: 200, headers: { etag: '"v1"', 'cache-control': 'max-age=10' }, body: 'v1' },
    );
    edge.deploy();
    await edge.get('/a');
    await edge.clock.wind(11_000);
    const again = await edge.get('/a');
    assert.equal(again.headers['x-cache'], 'RefreshHit from cloudfront');
    assert.equal(again.body, 'v1');
    assert.equal(asked.length, 2);
    assert.equal((await edge.get('/a')).headers['x-cache'], 'Hit from cloudfront');
  });

  it('sends one request to the origin for many that come at once', async () => {
    const gate = Promise.withResolvers<void>();
    const asked = edge.origin(async () => {
      await gate.promise;
      return { status: 200, headers: {}, body: 'slow' };
    });
    edge.deploy();
    const all = Promise.all(Array.from({ length: 20 }, () => edge.get('/slow')));
    gate.resolve();
    assert.deepEqual([...new Set((await all).map((answer) => answer.body))], ['slow']);
    assert.equal(asked.length, 1);
  });

  it('leaves query strings out of key and origin request unless the policy names them', async () => {
    const asked = edge.origin(answering('x'));
    edge.deploy();
    await edge.get('/a?one=1');
    await edge.get('/a?two=2');
    assert.deepEqual(
      asked.map((request) => request.url),
      ['/a'],
    );
    const none = behaviourDefaults.keyed.headers;
    edge.deploy({}, { keyed: { headers: none, cookies: none, queryStrings: { kind: 'some', names: ['page'] } } });
    await edge.get('/b?page=1&utm=x');
    await edge.get('/b?utm=y&page=1');
    await edge.get('/b?page=2');
    assert.deepEqual(
      asked.slice(1).map((request) => request.url),
      ['/b?page=1', '/b?page=2'],
    );
  });

  it('forgets what an invalidation names, with a wildcard at the end', async () => {
    const asked = edge.origin(answering('x'));
    edge.deploy();
    await edge.get('/images/a.png');
    await edge.get('/images/b.png');
    await edge.get('/other');
    assert.equal(edge.cdn.invalidate('E123', ['/images/*']), 2);
    await edge.get('/images/a.png');
    await edge.get('/other');
    assert.equal(asked.length, 4);
  });

  it('serves what it has while the origin is down, and asks again when the error caching time is over', async () => {
    let down = false;
    const asked = edge.origin(async () => {
      if (down) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return { status: 200, headers: { 'cache-control': 'max-age=5' }, body: 'kept' };
    });
    edge.deploy();
    await edge.get('/a');
    down = true;
    await edge.clock.wind(6_000);
    assert.equal((await edge.get('/a')).body, 'kept');
    assert.equal((await edge.get('/a')).body, 'kept');
    assert.equal(asked.length, 2);
    await edge.clock.wind(10_000);
    await edge.get('/a');
    assert.equal(asked.length, 3);
  });

  it('tells the failure when the origin forbade stale answers with stale-if-error=0', async () => {
    let down = false;
    edge.origin(
      async (): Promise<HttpResponse> =>
        down
          ? { status: 503, headers: {}, body: 'sorry' }
          : { status: 200, headers: { 'cache-control': 'max-age=5, stale-if-error=0' }, body: 'kept' },
    );
    edge.deploy();
    await edge.get('/a');
    down = true;
    await edge.clock.wind(6_000);
    const answer = await edge.get('/a');
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['x-cache'], 'Error from cloudfront');
  });

  it('serves stale at once and refreshes behind when the origin allows stale-while-revalidate', async () => {
    let version = 1;
    edge.origin(async () => ({
      status: 200,
      headers: { 'cache-control': 'max-age=5, stale-while-revalidate=60' },
      body: `v${version}`,
    }));
    edge.deploy();
    await edge.get('/a');
    version = 2;
    await edge.clock.wind(6_000);
    assert.equal((await edge.get('/a')).body, 'v1');
    await edge.clock.wind(0);
    assert.equal((await edge.get('/a')).body, 'v2');
  });

  it('passes on what is larger than it keeps', async () => {
    const size = 51 * 1024 * 1024;
    const chunk = Buffer.alloc(1024 * 1024);
    const asked = edge.origin(async () => ({
      status: 200,
      headers: {},
      body: Readable.from(Array.from({ length: 51 }, () => chunk)),
    }));
    edge.deploy();
    assert.equal((await edge.get('/big')).bytes.length, size);
    assert.equal((await edge.get('/big')).headers['x-cache'], 'Miss from cloudfront');
    assert.equal(asked.length, 2);
  });
});

describe('errors', () => {
  it('caches an error for ten seconds', async () => {
    const asked = edge.origin(answering('no', {}, 404));
    edge.deploy();
    assert.equal((await edge.get('/x')).headers['x-cache'], 'Error from cloudfront');
    await edge.clock.wind(9_000);
    const again = await edge.get('/x');
    assert.equal(again.status, 404);
    assert.equal(again.headers['x-cache'], 'Error from cloudfront');
    assert.equal(asked.length, 1);
    await edge.clock.wind(2_000);
    await edge.get('/x');
    assert.equal(asked.length, 2);
  });

  it('answers a 403 of the bucket with the custom page and code', async () => {
    edge.origin(
      async (request): Promise<HttpResponse> =>
        request.url === '/404.html'
          ? { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>lost</p>' }
          : { status: 403, headers: {}, body: '<Error/>' },
    );
    edge.deploy({
      errorResponses: { 403: { cachingMinTtlSeconds: 10, responsePagePath: '/404.html', responseCode: 404 } },
    });
    const answer = await edge.get('/nowhere');
    assert.equal(answer.status, 404);
    assert.equal(answer.body, '<p>lost</p>');
    assert.equal(answer.headers['content-type'], 'text/html');
    assert.equal(answer.headers['x-cache'], 'Error from cloudfront');
  });

  it('says 502 by name for an origin outside, and opens no connection', async () => {
    edge.deploy({ origins: { main: { ...originDefaults, domainName: 'www.example.org' } } });
    const answer = await edge.get('/');
    assert.equal(answer.status, 502);
    assert.match(answer.body, /www\.example\.org is outside/);
    assert.ok(edge.hops.some((hop) => String(hop.notes.refused).includes('opens no connections to the internet')));
  });

  it('says 504 when the origin does not answer in its time', async () => {
    edge.origin(() => new Promise(() => undefined));
    edge.deploy();
    const asking = edge.get('/');
    await edge.clock.wind(31_000);
    assert.equal((await asking).status, 504);
  });

  it('goes to the second origin of a group when the first fails', async () => {
    edge.origin(answering('first', {}, 503));
    edge.origin(answering('second'), 'second.test');
    edge.deploy({
      origins: { main: originDefaults, spare: { ...originDefaults, id: 'spare', domainName: 'second.test' } },
      originGroups: { group: { members: ['main', 'spare'], statusCodes: [500, 503] } },
      behaviours: [{ ...behaviourDefaults, target: 'group' }],
    });
    assert.equal((await edge.get('/')).body, 'second');
  });
});

describe('behaviours', () => {
  it('chooses by path pattern in order, the default last', async () => {
    edge.origin(answering('site'));
    edge.origin(answering('api'), 'api.test');
    edge.deploy({
      origins: { main: originDefaults, api: { ...originDefaults, id: 'api', domainName: 'api.test' } },
      behaviours: [{ ...behaviourDefaults, pathPattern: '/api/*', target: 'api', maxTtlSeconds: 0 }, behaviourDefaults],
    });
    assert.equal((await edge.get('/api/menu')).body, 'api');
    assert.equal((await edge.get('/API/menu')).body, 'site');
    assert.equal((await edge.get('/api/menu')).headers['x-cache'], 'Miss from cloudfront');
  });

  it('refuses a method that is not allowed with 403', async () => {
    edge.origin(answering('x'));
    edge.deploy();
    const answer = await edge.get('/', {}, { method: 'POST' });
    assert.equal(answer.status, 403);
    assert.match(answer.body, /not configured to allow the HTTP request method/);
  });

  it('redirects plain HTTP to HTTPS where TLS has not ended in front', async () => {
    edge.origin(answering('x'));
    edge.deploy();
    const answer = await edge.get(
      '/a?b=1',
      {},
      { client: { ip: '10.0.0.1', port: 1, secure: false, httpVersion: '1.1' } },
    );
    assert.equal(answer.status, 301);
    assert.equal(answer.headers.location, 'https://d123.cloudfront.net/a?b=1');
    assert.equal(answer.headers['x-cache'], 'Redirect from cloudfront');
  });

  it('sends the default root object for the root only', async () => {
    const asked = edge.origin(answering('x'));
    edge.deploy({ defaultRootObject: 'index.html' });
    await edge.get('/');
    await edge.get('/sub/');
    assert.deepEqual(
      asked.map((request) => request.url),
      ['/index.html', '/sub/'],
    );
    assert.equal(edge.cdn.invalidate('E123', ['/']), 1);
  });

  it("sends the origin its path, its custom headers and CloudFront's own", async () => {
    const asked = edge.origin(answering('x'));
    edge.deploy({ origins: { main: { ...originDefaults, path: '/v1', customHeaders: { 'x-secret': 's' } } } });
    await edge.get('/a', {
      'user-agent': 'curl',
      'accept-language': 'en',
      cookie: 'a=1',
      'accept-encoding': 'gzip, deflate, br, zstd',
    });
    const [request] = asked;
    assert.equal(request?.url, '/v1/a');
    assert.equal(request?.host, 'origin.test');
    const { via, 'x-amz-cf-id': id, ...headers } = request?.headers ?? {};
    assert.deepEqual(headers, {
      host: 'origin.test',
      'user-agent': 'Amazon CloudFront',
      'accept-encoding': 'br,gzip',
      'x-forwarded-for': '127.0.0.1',
      'x-secret': 's',
    });
    assert.ok(via && id);
  });

  it('passes everything but Host with AllViewerExceptHostHeader, bodies too', async () => {
    const asked = edge.origin(answering('x'));
    const all = { kind: 'all', names: [] } as const;
    edge.deploy(
      {},
      {
        maxTtlSeconds: 0,
        encodings: [],
        allowedMethods: ['GET', 'HEAD', 'POST'],
        forwarded: { headers: { kind: 'allExcept', names: ['host'] }, cookies: all, queryStrings: all },
      },
    );
    await edge.get(
      '/api/orders?x=1',
      { cookie: 'a=1', authorization: 'Bearer t', 'content-type': 'application/json' },
      { method: 'POST', body: Buffer.from('{}') },
    );
    const [request] = asked;
    assert.equal(request?.url, '/api/orders?x=1');
    assert.equal(request?.headers.host, 'origin.test');
    assert.equal(request?.headers.authorization, 'Bearer t');
    assert.equal(request?.headers.cookie, 'a=1');
    assert.equal(String(request?.body), '{}');
  });
});

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
