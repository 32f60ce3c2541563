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

  it('does not keep what was asked for before an invalidation', async () => {
    const gate = Promise.withResolvers<void>();
    const asked = edge.origin(async () => {
      await gate.promise;
      return { status: 200, headers: {}, body: 'old' };
    });
    edge.deploy();
    const asking = edge.get('/a');
    edge.cdn.invalidate('E123', ['/*']);
    gate.resolve();
    assert.equal((await asking).body, 'old');
    await edge.get('/a');
    assert.equal(asked.length, 2);
  });

  it('keeps what HEAD brought apart from what GET brought', async () => {
    edge.origin(async (request) => ({
      status: 200,
      headers: { 'cache-control': 'max-age=10', 'content-length': '5' },
      body: request.method === 'HEAD' ? undefined : 'hello',
    }));
    edge.deploy();
    assert.equal((await edge.get('/a', {}, { method: 'HEAD' })).headers['content-length'], '5');
    assert.equal((await edge.get('/a')).body, 'hello');
    await edge.clock.wind(11_000);
    await edge.get('/a', {}, { method: 'HEAD' });
    assert.equal((await edge.get('/a')).body, 'hello');
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
    await edge.get('/big', { range: 'bytes=0-9' });
    assert.deepEqual(
      asked.map((request) => request.headers.range),
      [undefined, undefined, undefined, 'bytes=0-9'],
    );
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
