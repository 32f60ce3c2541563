import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InMemoryAws, inMemoryAws, serviceError, sqsEvent } from '../in-memory-aws.ts';
import { createProcessor } from '../queue-processor/processor.ts';
import { callApi, order, postOrder } from './call-api.ts';

test('answers 202 with the order’s address, and a status of received before it is processed', async () => {
  const aws = inMemoryAws();
  const placed = await callApi(aws, 'POST', '/api/orders', { body: JSON.stringify(order) });
  assert.equal(placed.statusCode, 202);
  assert.equal(placed.json.status, 'received');
  assert.equal(placed.headers.location, `/api/orders/${placed.json.orderId}`);
  assert.equal(aws.messages.length, 1);

  const status = await callApi(aws, 'GET', placed.headers.location ?? '');
  assert.equal(status.statusCode, 200);
  assert.equal(status.json.status, 'received');
  assert.equal(status.headers['cache-control'], 'no-store');
});

test('follows an order to its prices once the processor has run, without saying who ordered', async () => {
  const aws = inMemoryAws();
  const { headers } = await postOrder(aws, 'key-1');
  await process(aws);
  const status = await callApi(aws, 'GET', headers.location ?? '');
  assert.equal(status.json.status, 'confirmed');
  assert.equal(status.json.total, 2 * 1650 + 450);
  assert.ok(!status.body.includes('Ada'));
  assert.ok(!status.body.includes('window'));
});

test('orders without a key are orders of their own, however alike', async () => {
  const aws = inMemoryAws();
  const body = JSON.stringify(order);
  const first = await callApi(aws, 'POST', '/api/orders', { body });
  const second = await callApi(aws, 'POST', '/api/orders', { body });
  assert.notEqual(first.json.orderId, second.json.orderId);
  assert.equal(await process(aws), 2);
});

test('a retry with the same key gets the same answer, before and after processing, and never orders twice', async () => {
  const aws = inMemoryAws();
  const first = await postOrder(aws, 'key-1');
  const second = await postOrder(aws, 'key-1');
  await process(aws);
  const third = await postOrder(aws, 'key-1');
  assert.equal(second.body, first.body);
  assert.equal(third.body, first.body);
  assert.equal(await process(aws), 1);
});

test('the same key with another body is refused, before and after processing', async () => {
  const aws = inMemoryAws();
  const other = { ...order, items: [{ sku: 'oysters', quantity: 1 }] };
  await postOrder(aws, 'key-1');
  const before = await postOrder(aws, 'key-1', { body: other });
  await process(aws);
  const after = await postOrder(aws, 'key-1', { body: other });
  for (const refused of [before, after]) {
    assert.equal(refused.statusCode, 422);
    assert.equal(refused.json.type, '/problems.html#idempotency-key-reused');
  }
  assert.equal(await process(aws), 1);
});

test('the same order written in other JSON is still the same order', async () => {
  const aws = inMemoryAws();
  const first = await postOrder(aws, 'key-1');
  const { customer, items, note } = order;
  const shuffled = await postOrder(aws, 'key-1', { body: { note: ` ${note} `, items, customer } });
  assert.equal(shuffled.body, first.body);
});

test('concurrent retries make one order and get one answer', async () => {
  const aws = inMemoryAws();
  const answers = await Promise.all(Array.from({ length: 20 }, () => postOrder(aws, 'key-1')));
  assert.deepEqual(new Set(answers.map((answer) => answer.statusCode)), new Set([202]));
  assert.equal(new Set(answers.map((answer) => answer.json.orderId)).size, 1);
  assert.equal(await process(aws), 1);
});

test('a retry sends the message that a failed first attempt did not', async () => {
  const aws = inMemoryAws();
  aws.before = (command) => {
    if (command === 'SendMessageCommand') throw serviceError('ServiceUnavailable');
  };
  const failed = await postOrder(aws, 'key-1');
  assert.equal(failed.statusCode, 503);
  assert.equal(failed.json.type, '/problems.html#temporarily-unavailable');
  aws.before = () => {};
  assert.equal((await postOrder(aws, 'key-1')).statusCode, 202);
  assert.equal(await process(aws), 1);
});

test('a retry after the answer to the first send was lost does not order twice', async () => {
  const aws = inMemoryAws();
  aws.after = (command) => {
    if (command === 'SendMessageCommand') throw serviceError('TimeoutError');
  };
  assert.equal((await postOrder(aws, 'key-1')).statusCode, 503);
  aws.after = () => {};
  assert.equal((await postOrder(aws, 'key-1')).statusCode, 202);
  assert.equal(aws.messages.length, 2);
  assert.equal(await process(aws), 1);
});

test('a retry after the receipt expired still does not order twice', async () => {
  const aws = inMemoryAws();
  const first = await postOrder(aws, 'key-1');
  await process(aws);
  aws.items.delete(`receipt#${first.json.orderId}`);
  const late = await postOrder(aws, 'key-1', { now: () => new Date('2030-01-01') });
  assert.equal(late.body, first.body);
  assert.equal(aws.messages.length, 1);
});

test('a receipt expires fifteen days after it was made, in seconds since the epoch', async () => {
  const aws = inMemoryAws();
  const { json } = await postOrder(aws, 'key-1', { now: () => new Date('2026-11-21T12:00:00Z') });
  assert.equal(aws.items.get(`receipt#${json.orderId}`)?.expiresAt, Date.parse('2026-12-06T12:00:00Z') / 1000);
});

test('refuses a key that no header should carry', async () => {
  for (const key of ['', 'with space', 'x'.repeat(256), 'ünïcode']) {
    const response = await postOrder(inMemoryAws(), key);
    assert.equal(response.statusCode, 400, key);
    assert.equal(response.json.errors[0]?.field, 'Idempotency-Key');
  }
});

test('says 404 for an order that was never placed, without asking the table about what is no id', async () => {
  const aws = inMemoryAws();
  assert.equal((await callApi(aws, 'GET', '/api/orders/ord_00000000000000000000000000')).statusCode, 404);
  aws.before = () => assert.fail('asked the table');
  assert.equal((await callApi(aws, 'GET', '/api/orders/1')).statusCode, 404);
});

test('throws its own bugs instead of dressing them as an outage', async () => {
  const aws = inMemoryAws();
  aws.before = () => {
    throw new TypeError('a bug');
  };
  await assert.rejects(postOrder(aws, 'key-1'), TypeError);
});

/** Hands every message sent so far to the processor, again too, as at-least-once delivery may; returns the orders stored. */
async function process(aws: InMemoryAws): Promise<number> {
  const processor = createProcessor({
    documents: aws.documents,
    tableName: 'orders',
    createLog: () => ({ info() {}, warn() {}, error() {} }),
  });
  const { batchItemFailures } = await processor(sqsEvent(aws.messages), { awsRequestId: 'processor-request' });
  assert.deepEqual(batchItemFailures, []);
  return [...aws.items.keys()].filter((pk) => pk.startsWith('order#')).length;
}
