import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Duplex } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { certificates } from '../../engines/certificates/certificates.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

describe('a load balancer and WebSockets', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let host = '';
  let ca = '';
  before(async () => {
    cloud = await startBalanced();
    const { port, server } = await cloud.serve((_request, response) => response.end('not upgraded'));
    server.on('upgrade', (asked: IncomingMessage, socket: Duplex) => {
      if (asked.url === '/refused') return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: ${asked.headers['sec-websocket-key']}\r\n\r\n`,
      );
      socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk}`));
      socket.on('error', () => undefined);
      socket.on('end', () => socket.end());
    });
    const group = await cloud.targetGroup('sockets', { ports: [port] });
    const balancer = await cloud.loadBalancer('sockets');
    host = balancer.host;
    await cloud.listener(balancer.arn, forwardTo(group));
    ca = (await cloud.orrery.kernel.engine(certificates).authority()).certificatePem;
  });
  after(() => cloud.stop());

  const upgrade = (path: string, { tls = false, to = 'websocket' } = {}) =>
    new Promise<{ response: IncomingMessage; socket?: Duplex }>((resolve, reject) => {
      const headers = { host, connection: 'Upgrade', upgrade: to, 'sec-websocket-key': 'k' };
      const over = { host: '127.0.0.1', port: cloud.orrery.httpsPort, servername: host, ca, path, headers };
      const asked = tls ? requestTls(over) : request(`${cloud.orrery.httpUrl}${path}`, { headers });
      asked.once('upgrade', (response, socket) => {
        // It may end by a reset, which is an end as well.
        socket.on('error', () => undefined);
        resolve({ response, socket });
      });
      asked.once('response', (response) => resolve({ response }));
      asked.on('error', reject);
      asked.end();
    });

  test('hands the connection through, both ways, and ends with it, with and without TLS', async () => {
    for (const tls of [false, true]) {
      const { response, socket } = await upgrade('/live', { tls });
      assert.deepEqual([response.statusCode, response.headers['x-key']], [101, 'k']);
      assert.ok(socket);
      socket.write('order 7');
      const [echo] = await new Promise<Buffer[]>((resolve) => socket.once('data', (chunk) => resolve([chunk])));
      assert.equal(String(echo), 'echo order 7');
      socket.destroy();
    }
  });

  test('other upgrades are declined, and the request served as it is', async () => {
    for (const tls of [false, true]) {
      const { response } = await upgrade('/live', { tls, to: 'h2c' });
      assert.equal(response.statusCode, 200);
      response.resume();
    }
  });

  test('passes on a refusal of the target', async () => {
    const { response } = await upgrade('/refused');
    assert.equal(response.statusCode, 403);
  });
});
