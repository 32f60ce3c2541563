import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { callerOf } from '../../http/caller.ts';
import { answering, behaviourDefaults, originDefaults, startEdge, type TestEdge } from '../edge-for-tests.ts';

let edge: TestEdge;
beforeEach(() => {
  edge = startEdge();
});
afterEach(() => edge.stop());

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

describe('origins', () => {
  it("see an access identity as a user of CloudFront's account", async () => {
    const asked = edge.origin(answering('x'));
    const userName = 'CloudFront Origin Access Identity E1';
    const caller = {
      kind: 'user',
      account: 'cloudfront',
      arn: `arn:aws:iam::cloudfront:user/${userName}`,
      userId: 'c',
      userName,
    } as const;
    edge.deploy({ origins: { main: { ...originDefaults, s3: true, caller } } });
    await edge.get('/a');
    assert.deepEqual(asked[0] && callerOf(asked[0]), caller);
  });

  it("are sent a viewer's own signature with no-override", async () => {
    const asked = edge.origin(answering('x'));
    const caller = { kind: 'service', service: 'cloudfront.amazonaws.com', account: '0' } as const;
    const origins = { main: { ...originDefaults, s3: true, caller, yieldsToAuthorization: true } };
    edge.deploy({ origins });
    await edge.get('/a', { authorization: 'AWS4' });
    assert.deepEqual(asked[0] && callerOf(asked[0]), caller);
    const { keyed } = behaviourDefaults;
    edge.deploy({ origins }, { keyed: { ...keyed, headers: { kind: 'some', names: ['authorization'] } } });
    await edge.get('/b', { authorization: 'AWS4' });
    assert.equal(asked[1]?.headers.authorization, 'AWS4');
    assert.equal(asked[1] && callerOf(asked[1]), undefined);
  });

  it('on this machine are reached by socket, and tried again when they refuse', async () => {
    const server = createServer((request, response) => {
      response.setHeader('x-saw', String(request.headers['x-amz-cf-id']?.length));
      response.end(`${request.method} ${request.url} ${request.headers.host}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const local = {
      ...originDefaults,
      domainName: '127.0.0.1',
      protocol: 'http-only' as const,
      httpPort: port,
      connectionAttempts: 3,
    };
    edge.deploy({ origins: { main: local } });
    const answer = await edge.get('/hello?x=1');
    assert.equal(answer.body, 'GET /hello 127.0.0.1');
    assert.equal(answer.headers['x-saw'], '56');
    assert.equal((await edge.get('/hello')).headers['x-cache'], 'Hit from cloudfront');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal((await edge.get('/other')).status, 502);
    assert.ok(edge.hops.some((hop) => hop.notes.attempts === 3));
  });

  it('get no cookies back to the viewer where none can be sent', async () => {
    edge.origin(async () => ({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'] }, body: 'x' }));
    edge.deploy();
    assert.equal((await edge.get('/a')).headers['set-cookie'], undefined);
    edge.deploy({}, { forwarded: { ...behaviourDefaults.forwarded, cookies: { kind: 'all', names: [] } } });
    assert.deepEqual((await edge.get('/b')).headers['set-cookie'], ['a=1', 'b=2']);
  });

  it('are sent what ForwardedValues name, and cached by it', async () => {
    const asked = edge.origin(answering('x'));
    const keyed = {
      headers: { kind: 'some', names: ['accept-language'] },
      cookies: { kind: 'some', names: ['lang*'] },
      queryStrings: { kind: 'none', names: [] },
    } as const;
    edge.deploy({}, { legacy: true, encodings: ['gzip'], keyed });
    const viewer = { 'accept-language': 'de', accept: 'text/html', 'x-mine': '1', cookie: 'language=de; other=1' };
    await edge.get('/a', viewer);
    await edge.get('/a', { ...viewer, 'x-mine': '2', cookie: 'language=de; other=2' });
    await edge.get('/a', { ...viewer, 'accept-language': 'en' });
    assert.equal(asked.length, 2);
    assert.equal(asked[0]?.headers.cookie, 'language=de');
    assert.equal(asked[0]?.headers['x-mine'], '1');
    assert.equal(asked[0]?.headers.accept, undefined);
  });
});
