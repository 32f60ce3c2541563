import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { answered } from './answered.ts';

interface Received {
  readonly method?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

test('answers with the result of the work, at the address given, without a content type', async (t) => {
  const { event, received } = await cloudFormation(t);
  await answered(event, context(), { physicalResourceId: 'files', work: async () => ({ Uploaded: 3 }) });
  assert.deepEqual(received[0]?.body, {
    Status: 'SUCCESS',
    Data: { Uploaded: 3 },
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'SiteFiles',
    PhysicalResourceId: 'files',
  });
  assert.equal(received[0]?.method, 'PUT');
  assert.equal(received[0]?.headers['content-type'], undefined);
});

test('answers a failure with its reason and where to read more', async (t) => {
  const { event, received } = await cloudFormation(t);
  const work = () => Promise.reject(Object.assign(new Error('not you'), { name: 'AccessDenied' }));
  await answered(event, context(), { physicalResourceId: 'files', work });
  assert.equal(received[0]?.body.Status, 'FAILED');
  assert.equal(received[0]?.body.Reason, 'AccessDenied: not you (log stream stream)');
  assert.equal(received[0]?.body.PhysicalResourceId, 'files');
});

test('answers a failure while there is still time, when the work does not end', async (t) => {
  const { event, received } = await cloudFormation(t);
  await answered(event, context(5001), { physicalResourceId: 'files', work: () => new Promise(() => {}) });
  assert.match(String(received[0]?.body.Reason), /^The work was not done before/);
});

test('names the resource that was to be deleted, not the one it would make', async (t) => {
  const { event, received } = await cloudFormation(t, { RequestType: 'Delete', PhysicalResourceId: 'former' });
  await answered(event, context(), { physicalResourceId: 'files', work: async () => ({ Deleted: 1 }) });
  assert.equal(received[0]?.body.PhysicalResourceId, 'former');
});

test('fails when CloudFormation does not take the answer', async (t) => {
  const { event } = await cloudFormation(t, {}, 403);
  await assert.rejects(
    answered(event, context(), { physicalResourceId: 'files', work: async () => ({}) }),
    /response address answered 403/,
  );
});

function context(remainingMs = 60_000) {
  return { getRemainingTimeInMillis: () => remainingMs, logStreamName: 'stream' };
}

async function cloudFormation(t: TestContext, fields: object = {}, status = 200) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ method: request.method, headers: request.headers, body: JSON.parse(await text(request)) });
    response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  t.mock.method(console, 'log', () => {});
  const event = {
    RequestType: 'Create',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'SiteFiles',
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`,
    ...fields,
  } as CloudFormationCustomResourceEvent;
  return { event, received };
}
