import assert from 'node:assert/strict';
import { test } from 'node:test';
import { menu } from '../../shared/menu.ts';
import { inMemoryAws } from '../in-memory-aws.ts';
import { callApi, order } from './call-api.ts';

test('returns the menu with integer prices, and lets caches keep it a minute', async () => {
  const response = await callApi(inMemoryAws(), 'GET', '/api/menu');
  assert.equal(response.statusCode, 200);
  assert.match(response.headers['cache-control'] ?? '', /^public, max-age=60/);
  assert.deepEqual(response.json.items, menu);
  assert.ok(response.json.items.every((item) => Number.isInteger(item.price)));
});

test('answers 304 to a cache that has the menu already, also through a weakened tag', async () => {
  const { headers } = await callApi(inMemoryAws(), 'GET', '/api/menu');
  for (const tag of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`]) {
    const again = await callApi(inMemoryAws(), 'GET', '/api/menu', { headers: { 'if-none-match': String(tag) } });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
  }
});

test('routes below the name of a stage that is not $default', async () => {
  const response = await callApi(inMemoryAws(), 'GET', '/prod/api/menu', { stage: 'prod' });
  assert.equal(response.statusCode, 200);
});

test('answers an unknown path with a 404 problem', async () => {
  const response = await callApi(inMemoryAws(), 'GET', '/api/nothing');
  assert.equal(response.statusCode, 404);
  assert.equal(response.headers['content-type'], 'application/problem+json');
  assert.equal(response.json.type, '/problems.html#not-found');
  assert.equal(response.json.instance, '/api/nothing');
});

test('answers a method a path does not take with a 405 problem that names those it does', async () => {
  const response = await callApi(inMemoryAws(), 'DELETE', '/api/orders');
  assert.equal(response.statusCode, 405);
  assert.equal(response.headers.allow, 'POST');
});

test('answers a body that is not declared as JSON with a 415 problem', async () => {
  const response = await callApi(inMemoryAws(), 'POST', '/api/orders', {
    headers: { 'content-type': 'text/plain' },
    body: '{}',
  });
  assert.equal(response.statusCode, 415);
});

test('answers a body over the limit with a 413 problem', async () => {
  const response = await callApi(inMemoryAws(), 'POST', '/api/orders', { body: ' '.repeat(32 * 1024 + 1) });
  assert.equal(response.statusCode, 413);
});

test('answers malformed JSON with a 400 problem that says what the parser met', async () => {
  const response = await callApi(inMemoryAws(), 'POST', '/api/orders', { body: '{"customer": ' });
  assert.equal(response.statusCode, 400);
  assert.equal(response.json.title, 'The body is not JSON');
  assert.match(response.json.detail, /Unexpected end of JSON input/);
});

test('reads a body the gateway passed on in base 64', async () => {
  const body = Buffer.from(JSON.stringify(order)).toString('base64');
  const response = await callApi(inMemoryAws(), 'POST', '/api/orders', { body, isBase64Encoded: true });
  assert.equal(response.statusCode, 202);
});

test('names every field of an order that is wrong', async () => {
  const aws = inMemoryAws();
  const body = { customer: { ...order.customer, email: 'nowhere' }, items: [{ sku: 'unicorn', quantity: 0 }] };
  const response = await callApi(aws, 'POST', '/api/orders', { body: JSON.stringify(body) });
  assert.equal(response.statusCode, 422);
  assert.deepEqual(
    response.json.errors.map((error) => error.field),
    ['customer.email', 'items[0].sku', 'items[0].quantity'],
  );
  assert.equal(aws.messages.length + aws.items.size, 0);
});

test('logs a request as one JSON line with both request ids', async () => {
  const { lines } = await callApi(inMemoryAws(), 'GET', '/api/menu');
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.equal(line.requestId, 'lambda-request');
  assert.equal(line.apiRequestId, 'gateway-request');
  assert.equal(line.status, 200);
});
