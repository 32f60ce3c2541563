import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { after, afterEach, before, describe, test } from 'node:test';
import { createClock } from '../../../kernel/clock/clock.ts';
import { type Sending, type Sent, Upstream } from './upstream.ts';

interface Told {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
  error: string | undefined;
  upgraded: Socket | undefined;
}

/** The client against a server that says exactly what a test gives it, cut where the test says. */
describe('a kept connection to a server', () => {
  const clock = createClock({ mode: 'running' });
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let answer: (socket: Socket, request: string) => void;
  let server: Server;
  let upstream: Upstream;

  before(async () => {
    server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard.push(chunk.toString('latin1'));
        answer(socket, chunk.toString('latin1'));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    begin();
  });
  const begin = () => {
    upstream = new Upstream({ clock, name: 'test', dial, mostConnections: 2 });
  };
  const dial = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => resolve(socket));
    });
  afterEach(() => {
    upstream.stop();
    begin();
    heard.length = 0;
    connections = 0;
  });
  after(() => {
    upstream.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
    clock.stop();
  });

  const ask = (change: Partial<Sending> = {}, sentTo: (sent: Sent) => void = () => undefined) =>
    new Promise<Told>((resolve) => {
      const told: Told = { status: 0, headers: {}, body: '', error: undefined, upgraded: undefined };
      const request = { method: 'GET', path: '/', headers: { host: 'x' }, body: undefined, upgrade: false };
      const sent = upstream.send(
        { ...request, timeoutMs: 2000, ...change },
        {
          onHead: (status, headers) => Object.assign(told, { status, headers }),
          onData(chunk) {
            told.body += chunk.toString();
            return true;
          },
          onEnd: () => resolve(told),
          onError: (error) => resolve({ ...told, error: (error as { code?: string }).code ?? error.message }),
          onUpgrade: (headers, socket) => resolve({ ...told, status: 101, headers, upgraded: socket }),
        },
      );
      sentTo(sent);
    });

  test('is used again for the next request, and two at once have one each', async () => {
    answer = (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nSet-Cookie: a\r\nset-cookie: b\r\n\r\nok');
    const first = await ask();
    assert.deepEqual([first.status, first.body, first.headers['set-cookie']], [200, 'ok', ['a', 'b']]);
    await ask();
    assert.equal(connections, 1);
    const many = await Promise.all([ask(), ask(), ask(), ask()]);
    assert.deepEqual(
      many.map(({ body }) => body),
      ['ok', 'ok', 'ok', 'ok'],
    );
    assert.equal(connections, 2);
  });

  test('reads answers wherever they are cut', async () => {
    const seed = Math.floor(clock.now()) % 2147483647;
    let state = seed;
    const random = (below: number): number => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const pieces = ['{"menu":', ' ["soup",', '\r\n\r\n0\r\n', ' "bread"]}'];
    const whole = pieces.join('');
    const heads = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  1 \r\nx-a: 2\r\n';
    const texts = [
      `${heads}Content-Length: ${whole.length}\r\n\r\n${whole}`,
      `${heads}Transfer-Encoding: chunked\r\n\r\n${pieces.map((piece) => `${piece.length.toString(16)};q=1\r\n${piece}\r\n`).join('')}0\r\nx-sum: 1\r\n\r\n`,
      `${heads}connection: close\r\n\r\n${whole}`,
    ];
    for (let round = 0; round < 60; round += 1) {
      const text = texts[round % 3] ?? '';
      answer = (socket) => {
        socket.setNoDelay(true);
        const send = (at: number): void => {
          const next = at + 1 + random(30);
          socket.write(text.slice(at, next));
          if (next < text.length) setImmediate(() => send(next));
          else if (round % 3 === 2) socket.end();
        };
        send(0);
      };
      const told = await ask();
      assert.deepEqual(
        [told.error, told.status, told.body, told.headers['x-a']],
        [undefined, 200, whole, '1, 2'],
        `seed ${seed}`,
      );
    }
  });

  test('sends bodies of known length as they are and others in chunks', async () => {
    let received = '';
    answer = (socket, text) => {
      received += text;
      if (/\r\n\r\n.*(soup|0\r\n\r\n)$/s.test(received)) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    };
    await ask({ method: 'POST', body: Readable.from([Buffer.from('so'), Buffer.from('up')]) });
    assert.match(received, /transfer-encoding: chunked\r\n\r\n2\r\nso\r\n2\r\nup\r\n0\r\n\r\n$/);
    received = '';
    await ask({ method: 'POST', headers: { host: 'x', 'content-length': '4' }, body: Buffer.from('soup') });
    assert.match(received, /content-length: 4\r\nconnection: keep-alive\r\n\r\nsoup$/);
  });

  test('what a server says beyond its answer ends the connection', async () => {
    answer = (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged');
    assert.equal((await ask()).body, 'ok');
    assert.equal((await ask()).body, 'ok');
    assert.equal(connections, 2);
  });

  test('what is no HTTP ends the exchange', async () => {
    const bad = [
      'HTTP/2 200\r\n\r\n',
      'HTTP/1.1 abc\r\n\r\n',
      'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
      'HTTP/1.1 200 OK\r\nname : v\r\n\r\n',
      'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      `HTTP/1.1 200 OK\r\na: ${'x'.repeat(70_000)}`,
    ];
    for (const text of bad) {
      answer = (socket) => socket.write(text);
      assert.equal((await ask()).error, 'EBADRESPONSE', text.slice(0, 60));
    }
    const inject = await ask({ headers: { host: 'x', 'x-a': '1\r\nx-admin: yes' } });
    assert.match(String(inject.error), /a line end within a line/);
  });

  test('a kept connection that ends as it is used again is made up for, once nothing was changed by it', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    await ask();
    let lost = 0;
    answer = (socket, text) => {
      if (lost++ === 0) socket.destroy();
      else socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n${text.slice(0, 3)}`);
    };
    assert.equal((await ask()).body, 'GET');
    lost = 0;
    assert.equal((await ask({ method: 'POST' })).error, 'ECONNRESET');
  });

  test('silence ends an exchange after its limit, and its end is the client’s to choose before', async () => {
    answer = () => undefined;
    assert.equal((await ask({ timeoutMs: 30 })).error, 'ETIMEDOUT');
    const told = await ask({}, (sent) => setImmediate(() => sent.abort(new Error('the client has gone'))));
    assert.equal(told.error, 'the client has gone');
    upstream.stop();
    begin();
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    // Long enough for half of it to come on a busy machine.
    assert.deepEqual(await ask({ timeoutMs: 1000 }).then(({ error, body }) => [error, body]), ['ETIMEDOUT', 'half']);
  });
});
