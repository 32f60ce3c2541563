import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type Postgres, postgresMissing, startPostgres } from '../../postgres-fixture.ts';
import { createLog } from '../../shared/log.ts';
import { sampleOrder } from '../../shared/valid-orders.ts';
import { startTestService } from '../service-fixture.ts';
import { startRelay } from './relay.ts';
import { orderRoutes } from './routes.ts';

const skip = postgresMissing();
const quiet = createLog({}, () => {});

describe('the orders service', { skip }, () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  test('takes an order, prices it from the menu in the database and tells it to who has its number', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    await database.kysely.updateTable('menu_items').set({ price: 475 }).where('sku', '=', 'chips').execute();
    const placed = await ask('POST', '/api/orders', { body: { ...sampleOrder, note: 'salt' }, key: 'a-key' });
    assert.equal(placed.status, 202);
    assert.deepEqual(Object.keys(placed.json), ['orderId', 'status', 'receivedAt', 'href']);
    assert.equal(placed.headers.get('location'), placed.json.href);
    const read = await ask('GET', placed.json.href);
    assert.equal(read.status, 200);
    assert.equal(read.json.total, 475);
    assert.deepEqual(read.json.lines, [
      { sku: 'chips', quantity: 1, name: 'Sea-salt chips', unitPrice: 475, linePrice: 475 },
    ]);
    assert.doesNotMatch(read.text, /Ada|salt"/);
  });

  test('takes an order once, however many retries arrive together, and answers each with the same bytes', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ask('POST', '/api/orders', { body: sampleOrder, key: 'one-order' })),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const rows = await database.kysely.selectFrom('orders').select('id').execute();
    const lines = await database.kysely.selectFrom('order_lines').select('sku').execute();
    const events = await database.kysely.selectFrom('outbox').select('id').execute();
    assert.deepEqual([rows.length, lines.length, events.length], [1, 1, 1]);
  });

  test('refuses a key that belongs to another order, and a dish that has left the menu', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    await ask('POST', '/api/orders', { body: sampleOrder, key: 'taken' });
    const other = { ...sampleOrder, items: [{ sku: 'oysters', quantity: 2 }] };
    const reused = await ask('POST', '/api/orders', { body: other, key: 'taken' });
    assert.deepEqual([reused.status, reused.json.type], [422, '/problems.html#idempotency-key-reused']);
    await database.kysely.updateTable('menu_items').set({ available: 0 }).where('sku', '=', 'chips').execute();
    const gone = await ask('POST', '/api/orders', { body: sampleOrder });
    assert.deepEqual(gone.json.errors, [{ field: 'items[0].sku', detail: 'This dish is not on the menu.' }]);
    assert.equal(
      (await ask('POST', '/api/orders', { body: sampleOrder, key: 'taken' })).status,
      202,
      'a retry still does',
    );
  });

  test('answers what it cannot take as problem documents', async (t) => {
    const { ask } = await startTestService(t, postgres, routes);
    const problem = async (...call: Parameters<typeof ask>) => {
      const { status, json, headers } = await ask(...call);
      assert.equal(headers.get('content-type'), 'application/problem+json');
      return [status, json.type.replace('/problems.html#', '')];
    };
    const json = { 'content-type': 'application/json' };
    assert.deepEqual(await problem('GET', '/api/orders/ord_x'), [404, 'order-not-found']);
    assert.deepEqual(await problem('GET', '/api/other'), [404, 'not-found']);
    assert.deepEqual(await problem('DELETE', '/api/orders'), [405, 'method-not-allowed']);
    assert.deepEqual(await problem('POST', '/api/orders', { body: '{', headers: json }), [400, 'malformed-json']);
    assert.deepEqual(await problem('POST', '/api/orders', { body: 'x', headers: { 'content-type': 'text/plain' } }), [
      415,
      'unsupported-media-type',
    ]);
    const large = JSON.stringify('x'.repeat(100_000));
    assert.deepEqual(await problem('POST', '/api/orders', { body: large, headers: json }), [413, 'body-too-large']);
    assert.deepEqual(await problem('POST', '/api/orders', { body: {} }), [422, 'invalid-order']);
  });

  test('sends the event of every order, also of those that the bus refused at first', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    const sent: string[] = [];
    let away = true;
    const events = {
      send: async ({ input }: PutEventsCommand) => {
        if (away) throw new Error('the bus is away');
        // The first entry of each batch is refused once more.
        return {
          Entries: (input.Entries ?? []).map(({ Detail = '' }, index) => {
            if (index === 0 && sent.length === 0) return { ErrorCode: 'InternalFailure' };
            sent.push(JSON.parse(Detail).orderId);
            return { EventId: 'id' };
          }),
        };
      },
    } as unknown as Pick<EventBridgeClient, 'send'>;
    const placed = await Promise.all(
      Array.from({ length: 12 }, () => ask('POST', '/api/orders', { body: sampleOrder })),
    );
    const relays = [1, 2].map(() => startRelay({ database, events, busName: 'default', log: quiet, everyMs: 20 }));
    away = false;
    const deadline = Date.now() + 8_000;
    const unsent = () => database.kysely.selectFrom('outbox').select('id').where('sent_at', 'is', null).execute();
    while ((await unsent()).length > 0) assert.ok(Date.now() < deadline, 'events stayed in the outbox');
    await Promise.all(relays.map((relay) => relay.stop()));
    assert.deepEqual(sent.toSorted(), placed.map(({ json }) => json.orderId).toSorted());
  });

  test('is alive without its database, not ready, and says 503 with Retry-After until it is back', async (t) => {
    const { ask, lines } = await startTestService(t, postgres, routes);
    assert.equal((await ask('GET', '/readyz')).status, 200);
    await postgres.kill();
    try {
      assert.equal((await ask('GET', '/healthz')).status, 200);
      assert.equal((await ask('GET', '/readyz')).status, 503);
      const headers = { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678;Sampled=1' };
      const away = await ask('GET', `/api/orders/ord_${'0'.repeat(26)}`, { headers });
      assert.deepEqual([away.status, away.headers.get('retry-after')], [503, '2']);
      assert.ok(lines.some((line) => JSON.parse(line).traceId === '1-67891233-abcdef012345678912345678'));
    } finally {
      await postgres.start();
    }
    assert.equal((await ask('POST', '/api/orders', { body: sampleOrder })).status, 202);
  });
});

const routes = (database: Parameters<typeof orderRoutes>[0]['database']) =>
  orderRoutes({ database, announce: () => {} });
