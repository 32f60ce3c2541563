import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { EdgeFunction } from '../configuration.ts';
import { answering, startEdge, type TestEdge } from '../edge-for-tests.ts';

let edge: TestEdge;
beforeEach(() => {
  edge = startEdge();
});
afterEach(() => edge.stop());

const written = (code: string): EdgeFunction => ({ name: 'f', runtime: 'cloudfront-js-2.0', code });
const run = (code: string, event: object = {}) => edge.cdn.runFunction(written(code), event);

describe('a CloudFront function', () => {
  it('changes path, query, headers and cookies before the cache is asked', async () => {
    const asked = edge.origin(async (request) => ({ status: 200, headers: {}, body: JSON.stringify(request.headers) }));
    const all = { kind: 'all', names: [] } as const;
    edge.deploy(
      {},
      {
        forwarded: { headers: { kind: 'some', names: ['x-added', 'x-kept'] }, cookies: all, queryStrings: all },
        viewerRequest: written(`async function handler(event) {
        const { request } = event;
        request.uri = '/v2' + request.uri;
        request.headers['x-added'] = { value: request.cookies.session.value };
        request.querystring.extra = { value: '1' };
        delete request.cookies.tracking;
        return request;
      }`),
      },
    );
    await edge.get('/a?one=1&two=2&two=3', { cookie: 'session=s; tracking=t', 'x-kept': 'k' });
    assert.equal(asked[0]?.url, '/v2/a?one=1&two=2&two=3&extra=1');
    assert.equal(asked[0]?.headers['x-added'], 's');
    assert.equal(asked[0]?.headers['x-kept'], 'k');
    assert.equal(asked[0]?.headers.cookie, 'session=s');
  });

  it('changes what goes to the viewer, but not what is cached', async () => {
    edge.origin(answering('hello', { 'x-origin': '1' }));
    const code = `function handler(event) {
      var response = event.response;
      response.headers['x-query'] = { value: event.request.querystring.n ? event.request.querystring.n.value : 'none' };
      response.cookies.seen = { value: 'yes', attributes: 'Path=/; Secure' };
      return response;
    }`;
    edge.deploy({}, { viewerResponse: written(code) });
    const first = await edge.get('/a?n=1');
    assert.equal(first.body, 'hello');
    assert.equal(first.headers['x-query'], '1');
    assert.deepEqual(first.headers['set-cookie'], ['seen=yes; Path=/; Secure']);
    const second = await edge.get('/a?n=2');
    assert.equal(second.headers['x-cache'], 'Hit from cloudfront');
    assert.equal(second.headers['x-query'], '2');
    assert.equal(second.headers['x-origin'], '1');
  });

  it('is not asked about answers of 400 and above', async () => {
    edge.origin(answering('no', {}, 404));
    edge.deploy({}, { viewerResponse: written('function handler() { throw new Error("asked"); }') });
    assert.equal((await edge.get('/a')).status, 404);
  });

  it('that throws or does not end gives 503', async () => {
    edge.origin(answering('x'));
    for (const body of ['throw new Error("no");', 'while (true) {}', 'return new Promise(() => {});']) {
      edge.deploy({}, { viewerRequest: written(`function handler() { ${body} }`) });
      const answer = await edge.get('/a');
      assert.equal(answer.status, 503, body);
      assert.equal(answer.headers['x-cache'], 'FunctionExecutionError from cloudfront');
    }
  });

  it('has crypto and querystring, and no way out', async () => {
    const hashed = await run(`import crypto from 'crypto';
      const querystring = require('querystring');
      function handler() { return { hash: crypto.createHash('sha256').update('a').digest('hex'), parsed: querystring.parse('a=1&a=2') }; }`);
    assert.deepEqual(hashed.output, {
      hash: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      parsed: { a: ['1', '2'] },
    });
    const outward = await run(
      'function handler() { return { process: typeof process, fetch: typeof fetch, timer: typeof setTimeout }; }',
    );
    assert.deepEqual(outward.output, { process: 'undefined', fetch: 'undefined', timer: 'undefined' });
    const attempt = await run(
      'function handler() { return { v: String(require("crypto").createHash.constructor("return process")()) }; }',
    );
    assert.match(String(attempt.error), /Code generation from strings disallowed/);
    const store = await run("import cf from 'cloudfront';\nfunction handler() { return cf; }");
    assert.match(String(store.error), /KeyValueStore.*refused/);
  });

  it('keeps nothing from one run to the next', async () => {
    const code =
      'let count = 0; function handler() { count += 1; globalThis.seen = (globalThis.seen || 0) + 1; return { count, seen: globalThis.seen }; }';
    await run(code);
    assert.deepEqual((await run(code)).output, { count: 1, seen: 1 });
  });

  it('goes on when a run took the worker down', async () => {
    const hungry = await run('function handler() { const all = []; for (;;) all.push(new Array(1e6).fill(1)); }');
    assert.ok(hungry.error);
    assert.deepEqual((await run('function handler() { return { ok: 1 }; }')).output, { ok: 1 });
  });
});
