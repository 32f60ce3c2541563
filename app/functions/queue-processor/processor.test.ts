import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../shared/log.ts';
import { postOrder } from '../api-handler/call-api.ts';
import { type InMemoryAws, inMemoryAws, serviceError, sqsEvent } from '../in-memory-aws.ts';
import { createProcessor } from './processor.ts';

test('stores an order priced, confirmed and complete', async () => {
  const aws = await withOrders(1);
  assert.deepEqual((await run(aws, aws.messages)).batchItemFailures, []);
  const [order] = ordersIn(aws);
  assert.equal(order?.status, 'confirmed');
  assert.equal(order?.total, 3750);
  assert.equal(order?.currency, 'GBP');
  assert.deepEqual(order?.lines, [
    { sku: 'mackerel', quantity: 2, name: 'Mackerel over coals', unitPrice: 1650, linePrice: 3300 },
    { sku: 'chips', quantity: 1, name: 'Sea-salt chips', unitPrice: 450, linePrice: 450 },
  ]);
  assert.equal(order?.note, 'By the window, please');
  assert.equal('expiresAt' in (order ?? {}), false);
});

test('stores a message that is delivered again once, and keeps the first confirmation', async () => {
  const aws = await withOrders(1);
  await run(aws, aws.messages, new Date('2026-11-21T12:00:00Z'));
  const again = await run(aws, [...aws.messages, ...aws.messages], new Date('2026-11-22T12:00:00Z'));
  assert.deepEqual(again.batchItemFailures, []);
  assert.deepEqual(
    ordersIn(aws).map((order) => order.confirmedAt),
    ['2026-11-21T12:00:00.000Z'],
  );
});

test('reports only the poison messages of a batch and stores the rest', async () => {
  const aws = await withOrders(3);
  const [first = '', second = '', third = ''] = aws.messages;
  const forged = JSON.stringify({ ...JSON.parse(first), items: [{ sku: 'chips', quantity: 20 }] });
  const { batchItemFailures, lines } = await run(aws, ['not json', first, '[]', second, forged, third, '{}']);
  assert.deepEqual(
    batchItemFailures.map((failure) => failure.itemIdentifier),
    ['message-0', 'message-2', 'message-4', 'message-6'],
  );
  assert.equal(ordersIn(aws).length, 3);
  const errors = lines.map((line) => JSON.parse(line)).filter((line) => line.level === 'ERROR');
  assert.deepEqual(new Set(errors.map((line) => line.error)), new Set(['MalformedMessage']));
});

test('gives the whole batch back, with AWS’s words in the log, when it may not write', async () => {
  const aws = await withOrders(2);
  aws.before = () => {
    throw serviceError('AccessDeniedException', 'User: processor is not authorized to perform: dynamodb:PutItem');
  };
  const { batchItemFailures, lines } = await run(aws, aws.messages);
  assert.equal(batchItemFailures.length, 2);
  assert.match(lines[0] ?? '', /AccessDeniedException.*not authorized to perform: dynamodb:PutItem/);
});

test('works through a batch of hundreds', async () => {
  const aws = await withOrders(200);
  assert.deepEqual((await run(aws, aws.messages)).batchItemFailures, []);
  assert.equal(ordersIn(aws).length, 200);
});

test('keeps customers’ details out of the log', async () => {
  const aws = await withOrders(1);
  const { lines } = await run(aws, [...aws.messages, '{"customer": {"name": "Ada"}}', 'Ada']);
  assert.doesNotMatch(lines.join(''), /Ada|example\.com|555/);
});

async function withOrders(count: number): Promise<InMemoryAws> {
  const aws = inMemoryAws();
  for (let index = 0; index < count; index += 1) await postOrder(aws, `key-${index}`);
  return aws;
}

async function run(aws: InMemoryAws, bodies: string[], at = new Date()) {
  const lines: string[] = [];
  const processor = createProcessor({
    documents: aws.documents,
    tableName: 'orders',
    now: () => at,
    createLog: (context) => createLog(context, (line) => lines.push(line)),
  });
  return { ...(await processor(sqsEvent(bodies), { awsRequestId: 'request-1' })), lines };
}

function ordersIn(aws: InMemoryAws): Record<string, unknown>[] {
  return [...aws.items.values()].filter((item) => String(item.pk).startsWith('order#'));
}
