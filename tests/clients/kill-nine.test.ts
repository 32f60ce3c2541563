import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { request } from 'undici';
import { eventually } from '../systems/system-fixture.ts';
import { CommandLine } from './command.fixture.ts';

const order = {
  customer: { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000' },
  items: [{ sku: 'chowder', quantity: 1 }],
};

describe('a runtime that is killed', () => {
  const orrery = new CommandLine();
  after(() => orrery.close());

  test('S-C5 kill -9 under load loses no order that was acknowledged: after `up` every one is confirmed', async () => {
    await orrery.up('serverless-orders', '--port', '0', '--http-port', '0');
    const { pid, httpPort } = await orrery.json<{ pid: number; httpPort: number }>('status');
    const outputs = await orrery.json<Record<string, Record<string, { value: string }>>>('outputs');
    const host = new URL(outputs['serverless-orders']?.SiteUrl?.value ?? '').host;
    const acknowledged: string[] = [];
    let killed = false;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!killed) {
          const id = await place(httpPort, host).catch(() => undefined);
          if (id) acknowledged.push(id);
        }
      }),
    );
    await eventually('orders are being taken', async () => (acknowledged.length >= 60 ? true : undefined));
    process.kill(pid, 'SIGKILL');
    killed = true;
    await load;
    assert.equal(await alive(pid), false);

    await orrery.up('serverless-orders', '--port', '0', '--http-port', '0');
    const again = await orrery.json<{ httpPort: number }>('status');
    const waiting = new Set(acknowledged);
    await eventually(
      'every acknowledged order is confirmed',
      async () => {
        for (const id of waiting) if ((await statusOf(again.httpPort, host, id)) === 'confirmed') waiting.delete(id);
        // What the killed processor held becomes visible again after the queue's time-out.
        if (waiting.size > 0) await orrery.run('wind', '31s');
        return waiting.size === 0 ? true : undefined;
      },
      60_000,
    );
    assert.ok(acknowledged.length >= 60);
  });
});

async function place(port: number, host: string): Promise<string | undefined> {
  const answer = await request(`http://127.0.0.1:${port}/api/orders`, {
    method: 'POST',
    headers: { host, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const text = await answer.body.text();
  return answer.statusCode === 202 ? (JSON.parse(text) as { orderId: string }).orderId : undefined;
}

async function statusOf(port: number, host: string, id: string): Promise<string> {
  const answer = await request(`http://127.0.0.1:${port}/api/orders/${id}`, { headers: { host } });
  return ((await answer.body.json()) as { status: string }).status;
}

async function alive(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
