import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import type { ApiHandler } from './api.ts';
import { gatewayEvent, order } from './call-api.ts';

const context = { awsRequestId: 'lambda-request' };

before(async () => {
  const { QUEUE_URL, TABLE_NAME, ...environment } = process.env;
  process.env = { ...environment, AWS_ENDPOINT_URL: await nobodyListening(), AWS_REGION: 'eu-west-1' };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
});
after(() => delete process.env.AWS_ENDPOINT_URL);

test('does not load without its environment, and names what is missing', async () => {
  await assert.rejects(loadAnew('without'), /environment: QUEUE_URL, TABLE_NAME/);
});

test('serves the menu without AWS, and says 503 to an order when AWS cannot be reached', async () => {
  Object.assign(process.env, { QUEUE_URL: 'http://127.0.0.1/queue', TABLE_NAME: 'orders' });
  const { handler } = await loadAnew('with');
  assert.equal((await handler(gatewayEvent('GET', '/api/menu'), context)).statusCode, 200);
  const refused = await handler(gatewayEvent('POST', '/api/orders', { body: JSON.stringify(order) }), context);
  assert.equal(refused.statusCode, 503);
  assert.equal(refused.headers?.['retry-after'], '2');
});

/** Loads the module once more, as another sandbox would. */
function loadAnew(sandbox: string): Promise<{ handler: ApiHandler }> {
  return import(`./handler.ts?${sandbox}`);
}

/** The address of a port that was just free: a connection to it is refused. */
function nobodyListening(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      server.close(() => resolve(`http://127.0.0.1:${port}`));
    });
  });
}
