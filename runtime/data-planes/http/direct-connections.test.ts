import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { serveDirectly } from './direct-connections.ts';
import { type HttpResponse, readBody } from './exchange.ts';
import { nodeListener, type Serve } from './serve.ts';

/** Answers by what the path asks for; else with what it was asked. */
const answers: Record<string, () => HttpResponse> = {
  '/text': () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'plain' }),
  '/letters': () => ({ status: 200, headers: {}, body: 'Grüße, 你好' }),
  '/bytes': () => ({ status: 201, headers: { etag: '"é"' }, body: Buffer.from([0, 255, 13, 10, 128]) }),
  '/large': () => ({ status: 200, headers: {}, body: Buffer.alloc(300_000, 'large ') }),
  '/largeText': () => ({ status: 200, headers: {}, body: 'large '.repeat(50_000) }),
  '/none': () => ({ status: 204, headers: { 'x-amz-id': 'a' }, body: undefined }),
  '/same': () => ({ status: 304, headers: { etag: '"a"' }, body: 'left out' }),
  '/empty': () => ({ status: 200, headers: {}, body: '' }),
  '/cookies': () => ({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'] }, body: 'x' }),
  '/dated': () => ({ status: 200, headers: { date: 'Sat, 21 Nov 2026 00:00:00 GMT' }, body: 'x' }),
  '/measured': () => ({ status: 200, headers: { 'content-length': '5' }, body: 'plain' }),
  '/stream': () => ({ status: 200, headers: { 'content-length': '6' }, body: Readable.from(['one', 'two']) }),
  '/chunks': () => ({ status: 200, headers: {}, body: Readable.from(['one', 'two']) }),
  '/flood': () => ({ status: 200, headers: {}, body: Readable.from(Array(40).fill(Buffer.alloc(100_000, 'flood '))) }),
  '/close': () => ({ status: 200, headers: { connection: 'close' }, body: 'the last' }),
  '/strange': () => ({ status: 599, headers: {}, body: 'no such status' }),
};

const serve: Serve = async (request, write) => {
  const { method, url, host, headers } = request;
  // A body that breaks off is no bug here: there is nobody left to answer.
  const body = (await readBody(request.body, 1_000_000).catch(() => Buffer.alloc(0))).toString('base64');
  const answer = answers[url]?.() ?? {
    status: 200,
    headers: {},
    body: JSON.stringify({ method, url, host, headers, body }),
  };
  await write(answer);
};

describe('a connection that is served over its socket', () => {
  let orrery: Orrery;
  let direct: Server;
  let plain: Server;
  let handedOver = 0;
  let endDirect: () => void;

  before(async () => {
    orrery = await startOrrery({ services: ['sqs'] });
    const listener = nodeListener(orrery.kernel, 'test', serve, { secure: true });
    const options = { keepAliveTimeout: 65_000, maxHeaderSize: 32 * 1024 };
    plain = createServer(options, listener);
    direct = createServer(options, (message, response) => {
      handedOver += 1;
      listener(message, response);
    });
    endDirect = serveDirectly(orrery.kernel, direct, { serve, where: 'test', secure: true });
    for (const server of [plain, direct]) await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    for (const server of [plain, direct]) server.closeAllConnections();
    endDirect();
    for (const server of [plain, direct]) await new Promise((done) => server.close(done));
    await orrery.stop();
  });

  /** All that comes back for pieces that are sent one after another, each once the one before has arrived. */
  async function exchange(server: Server, pieces: (string | Buffer)[]): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.setNoDelay(true);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    const closed = new Promise((done) => socket.once('close', done));
    for (const piece of pieces)
      await new Promise<void>((done) => socket.write(piece, 'latin1', () => void setImmediate(done)));
    socket.end();
    await closed;
    return text.replace(/Date: .*\r\n/g, 'Date: now\r\n');
  }

  async function sameAsNode(pieces: (string | Buffer)[]): Promise<string> {
    const [got, wanted] = await Promise.all([exchange(direct, pieces), exchange(plain, pieces)]);
    assert.equal(sortedHeads(got), sortedHeads(wanted));
    return got;
  }

  it('answers what Node would, whatever kind of answer it is, and does so by itself', async () => {
    const before = handedOver;
    for (const path of [...Object.keys(answers), '/echo?a=%20b'])
      for (const method of ['GET', 'HEAD', 'POST'])
        assert.match(await sameAsNode([request(method, path)]), /^HTTP\/1\.1 \d{3} /, `${method} ${path}`);
    assert.equal(handedOver, before);
  });

  it('reads a body that came with its head, and several requests one after another', async () => {
    const text = await sameAsNode([request('POST', '/echo', { 'content-length': '9' }, 'a\r\n\r\nbody'.slice(0, 9))]);
    assert.match(text, /"body":"YQ0KDQpib2R5"/);
    await sameAsNode([request('GET', '/text'), request('GET', '/flood'), request('GET', '/letters')]);
    await sameAsNode([request('GET', '/flood'), request('GET', '/text'), 'GET /half HTTP/1.1\r\n', 'Host: a\r\n\r\n']);
  });

  it('leaves to Node what comes in pieces, is chunked, waits, is old, piled up or wrong', async () => {
    const chunked = request('POST', '/echo', { 'transfer-encoding': 'chunked' }, '3\r\nabc\r\n0\r\n\r\n');
    const cases: string[][] = [
      ['GET /text HT', 'TP/1.1\r\nHost: a\r\n\r\n'],
      [request('POST', '/echo', { 'content-length': '6' }, 'abc'), 'def'],
      [chunked],
      [request('GET', '/text') + request('GET', '/letters') + request('GET', '/none')],
      [request('POST', '/echo', { expect: '100-continue', 'content-length': '3' }), 'abc'],
      [request('GET', '/text').replace('1.1', '1.0')],
      [request('GET', '/text', { connection: 'close' })],
      ['GET /text HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n'],
      ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
      ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc'],
      ['GET /text HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n'],
      ['GET /text HTTP/1.1\nHost: a\n\n'],
      ['GET /text HTTP/1.1\r\n\r\n'],
      ['GET /text HTTP/1.1\r\nHost : a\r\n\r\n'],
      ['GET http://other/text HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['GET /t\u00e9xt HTTP/1.1\r\nHost: a\r\nX: \u00e9\r\n\r\n'],
      ['nonsense\r\n\r\n'],
      [request('GET', '/text', { constructor: 'a' })],
    ];
    for (const pieces of cases) await sameAsNode(pieces);
  });

  it('takes the host from a target that names one, and refuses two Host headers', async () => {
    const absolute = await exchange(direct, ['GET http://Other:81/echo?a=1 HTTP/1.1\r\nHost: a\r\n\r\n']);
    assert.match(absolute, /"url":"\/echo\?a=1","host":"other","headers":{"host":"Other:81"}/);
    assert.match(await exchange(direct, ['GET http://a@b HTTP/1.1\r\nHost: a\r\n\r\n']), /"url":"\/","host":"b"/);
    const twice = await exchange(direct, ['GET /echo HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n']);
    assert.match(twice, /^HTTP\/1\.1 400 /);
  });

  it('gives any head the meaning that Node gives it', async () => {
    const token = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'abAB01-_!^ :\t\r\n\u0000\u00e9') });
    const names = fc.oneof(
      token,
      fc.constantFrom('Content-Length', 'content-length', 'Connection', 'TE', '__proto__', 'Cookie'),
    );
    const values = fc.oneof(token, fc.constantFrom('3', '0', '+3', '03', '3, 3', 'Keep-Alive', 'close', ''));
    const heads = fc.record({
      line: fc.constantFrom(
        'GET /a HTTP/1.1',
        'POST /b?c HTTP/1.1',
        'HEAD / HTTP/1.1',
        'get /a HTTP/1.1',
        'PUT /a  HTTP/1.1',
      ),
      headers: fc.array(fc.tuple(names, fc.constantFrom(':', ': ', ':\t ', ' :'), values), { maxLength: 4 }),
      body: fc.constantFrom('', 'abc', 'abcGET / HTTP/1.1\r\n\r\n'),
    });
    await fc.assert(
      fc.asyncProperty(heads, async ({ line, headers, body }) => {
        const lines = ['Host: a', ...headers.map((parts) => parts.join(''))];
        await sameAsNode([`${line}\r\n${lines.join('\r\n')}\r\n\r\n${body}`]);
      }),
      { numRuns: 150 },
    );
  });
});

/** The order of an answer's headers, and how Node spells their names, say nothing. */
function sortedHeads(text: string): string {
  return text.replace(/^(HTTP\/1\.1 .*)\r\n([\s\S]*?)\r\n\r\n/gm, (_all, line: string, headers: string) => {
    const lines = headers.split('\r\n').map((header) => header.replace(/^[^:]*/, (name) => name.toLowerCase()));
    return `${line}\r\n${lines.sort().join('\r\n')}\r\n\r\n`;
  });
}

function request(method: string, path: string, headers: Record<string, string> = {}, body = ''): string {
  const lines = Object.entries({ Host: 'Example.com:8080', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
