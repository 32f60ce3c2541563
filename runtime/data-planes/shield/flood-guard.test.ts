import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { hosts } from '../http/hosts.ts';
import { floodGuard, floodLimits } from './flood-guard.ts';

const host = 'shop.example.com';
const attacker = '127.0.0.66';

/** Every source is an address of this machine: 127.0.0.66 attacks, 127.0.0.1 is everybody else. */
describe('the edge’s ports under a flood', () => {
  let orrery: Orrery;
  let answering: (() => void) | undefined;
  const sockets = new Set<Socket>();
  before(async () => {
    orrery = await startOrrery({ services: ['sts'] });
    orrery.kernel.engine(hosts).set(host, async (asked) => {
      if (asked.url === '/slow') await new Promise<void>((resolve) => (answering = resolve));
      return { status: 200, headers: {}, body: 'served' };
    });
  });
  beforeEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    orrery.kernel.engine(floodGuard).limits = { ...floodLimits, connections: 20, unfinished: 5 };
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    answering?.();
    await orrery.stop();
  });

  const open = (localAddress: string, port = Number(new URL(orrery.httpUrl).port)) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress }, () => resolve(socket));
      socket.on('error', reject);
      sockets.add(socket);
    });
  const closed = (socket: Socket) =>
    new Promise<void>((resolve) => {
      if (socket.closed) return resolve();
      socket.on('error', () => undefined);
      socket.once('close', () => resolve());
      socket.resume();
    });
  /** The status that this source gets, or `cut`. */
  const ask = (localAddress: string, path = '/') =>
    new Promise<number | 'cut'>((resolve) => {
      const sent = request(
        `${orrery.httpUrl}${path}`,
        { localAddress, headers: { host }, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sent.on('error', () => resolve('cut'));
      sent.end();
    });
  const shedOf = async (
    work: () => Promise<void>,
  ): Promise<{ vector: string; shed: number; host: string | undefined }[]> => {
    const told: { vector: string; shed: number; host: string | undefined }[] = [];
    const end = orrery.kernel.events.on('flood.shed', ({ source, vector, shed, host: name }) => {
      assert.equal(source, attacker);
      told.push({ vector, shed, host: name });
    });
    await work();
    await orrery.clock.wind(1000);
    end();
    return told;
  };

  test('cut the connections that one source has too many of, and serve another', async () => {
    const told = await shedOf(async () => {
      const flood = await Promise.all(Array.from({ length: 50 }, () => open(attacker)));
      await Promise.all(flood.slice(20).map(closed));
      assert.equal(flood.slice(0, 20).filter((socket) => socket.closed).length, 0);
      assert.equal(await ask(attacker), 'cut');
      assert.equal(await ask('127.0.0.1'), 200);
      for (const socket of flood) socket.destroy();
    });
    assert.deepEqual(told, [{ vector: 'SYNFlood', shed: 31, host: undefined }]);
    // What it gave back it may have again.
    while ((await ask(attacker)) === 'cut') await new Promise((resolve) => setImmediate(resolve));
  });

  test('cut heads that never end at their limit, and do not wait for many of them', async () => {
    const told = await shedOf(async () => {
      const slow = await Promise.all(Array.from({ length: 5 }, () => open(attacker)));
      for (const socket of slow) socket.write('GET / HTTP/1.1\r\nX-Own: ');
      // Whoever sends a byte now and then is not spared.
      assert.equal(await ask('127.0.0.1'), 200);
      const more = await open(attacker);
      more.write('GET / HTTP/1.1\r\n');
      await closed(more);
      await orrery.clock.wind(6000);
      for (const socket of slow) socket.write('a');
      assert.equal(await ask('127.0.0.1'), 200);
      assert.equal(slow.filter((socket) => socket.closed).length, 0);
      await orrery.clock.wind(5000);
      await Promise.all(slow.map(closed));
    });
    assert.equal(
      told.reduce((sum, { shed }) => sum + shed, 0),
      6,
    );
    assert.ok(told.every(({ vector }) => vector === 'RequestFlood'));
  });

  test('let a slow head end in time, and its connection go on', async () => {
    const socket = await open(attacker);
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n`);
    assert.equal(await ask('127.0.0.1'), 200);
    await orrery.clock.wind(9000);
    const answered = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))));
    socket.write('\r\n');
    assert.match(await answered, /^HTTP\/1\.1 200/);
    await orrery.clock.wind(5000);
    assert.equal(socket.closed, false);
  });

  test('refuse what one source asks too often in a second, before anything behind is asked', async () => {
    orrery.kernel.engine(floodGuard).limits = { ...floodLimits, requestsPerSecond: 3 };
    const told = await shedOf(async () => {
      const socket = await open(attacker);
      let text = '';
      const all = new Promise<void>((resolve) => {
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.once('close', () => resolve());
      });
      const one = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      socket.write(one.repeat(30));
      await all;
      const statuses = text.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(9)) ?? [];
      assert.deepEqual([statuses[0], statuses.at(-1)], ['200', '503']);
      assert.ok(statuses.length < 30);
      assert.equal(await ask('127.0.0.1'), 200);
    });
    assert.ok(
      told.every((one) => one.vector === 'RequestFlood' && one.host === host),
      JSON.stringify(told),
    );
    assert.ok(told.length > 0);
  });

  test('count connections over TLS with the others, and end a handshake that does not come about', async () => {
    const silent = await open(attacker, orrery.httpsPort);
    await orrery.clock.wind(11_000);
    await closed(silent);
    const flood = await Promise.all(Array.from({ length: 20 }, () => open(attacker)));
    const over = connectTls({
      host: '127.0.0.1',
      port: orrery.httpsPort,
      servername: `${host}.localhost`,
      localAddress: attacker,
    } as never);
    await new Promise<void>((resolve) => over.once('error', () => resolve()));
    assert.equal(flood.length, 20);
  });
});
