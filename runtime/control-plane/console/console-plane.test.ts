import assert from 'node:assert/strict';
import { get as httpGet, request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

describe("the console's side in the runtime", () => {
  let orrery: Orrery;
  let port: number;

  before(async () => {
    orrery = await startOrrery({ clock: 'running', services: ['sqs', 'iam', 'sts'] });
    port = Number(new URL(orrery.url).port);
  });
  after(() => orrery?.stop());

  interface Asked {
    method?: string;
    host?: string;
    headers?: Record<string, string>;
    body?: object;
  }

  function ask(path: string, { method = 'GET', host = 'orrery.localhost', headers = {}, body }: Asked = {}) {
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const sent = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          headers: { host: `${host}:${port}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        },
        (answer) => {
          let text = '';
          answer.on('data', (piece) => {
            text += piece;
          });
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  /** Reads the stream until `enough` is in it. */
  function follow(topics: string, enough: RegExp, lastEventId?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = httpGet(
        {
          host: '127.0.0.1',
          port,
          path: `/_orrery/console/events?topics=${topics}`,
          headers: { host: `orrery.localhost:${port}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
        },
        (answer) => {
          let text = '';
          answer.on('data', (piece) => {
            text += piece;
            if (!enough.test(text)) return;
            asked.destroy();
            resolve(text);
          });
        },
      );
      asked.on('error', (error) => (asked.destroyed ? undefined : reject(error)));
    });
  }

  test('leads from loopback to an origin of its own, where nothing else answers', async () => {
    const led = await ask('/_orrery/map', { host: '127.0.0.1' });
    assert.equal(led.status, 302);
    assert.equal(led.headers.location, `http://orrery.localhost:${port}/_orrery/map`);
    const bucket = await ask('/some-bucket/page.html');
    assert.equal(bucket.status, 302);
    assert.equal(bucket.headers.location, '/_orrery/');
    assert.equal((await ask('/_orrery/', { host: 'd111.cloudfront.net' })).status, 403);
  });

  test('refuses pages of other origins, also of this machine, and what is not sent as JSON', async () => {
    const wind = { method: 'POST', body: { durationMs: 1000 } };
    const before = orrery.clock.offset();
    for (const origin of [`http://127.0.0.1:${port}`, 'http://shop.localhost:8080', 'https://example.com', 'null'])
      assert.equal((await ask('/_orrery/console/wind', { ...wind, headers: { origin } })).status, 403, origin);
    const elsewhere = { 'sec-fetch-site': 'same-site' };
    assert.equal((await ask('/_orrery/console/status', { headers: elsewhere })).status, 403);
    const form = await ask('/_orrery/console/wind', { ...wind, headers: { 'content-type': 'text/plain' } });
    assert.equal(form.status, 415);
    assert.ok(orrery.clock.offset() - before < 900);
    const own = { origin: `http://orrery.localhost:${port}`, 'sec-fetch-site': 'same-origin' };
    assert.equal((await ask('/_orrery/console/wind', { ...wind, headers: own })).status, 200);
  });

  test('calls operations that look, refuses the others by name, and gives the words of a refusal', async () => {
    await orrery.client(SQSClient).send(new CreateQueueCommand({ QueueName: 'orders' }));
    const call = (operation: string, input: object) =>
      ask('/_orrery/console/call', { method: 'POST', body: { service: 'sqs', operation, input } });
    assert.match((await call('ListQueues', {})).text, /000000000000\/orders/);
    assert.match((await call('DeleteQueue', { QueueUrl: 'x' })).text, /NotImplemented.*sqs\.DeleteQueue is refused/);
    const missing = await call('GetQueueUrl', { QueueName: 'none' });
    assert.equal(missing.status, 400);
    assert.match(missing.text, /QueueDoesNotExist/);
  });

  test('tells of requests as they happen, not of its own, and resumes after the last event that was seen', async () => {
    const sqs = orrery.client(SQSClient, { transport: 'socket' });
    const send = () => sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody: '<script>' }));
    const first = follow('request,reset', /event: request[\s\S]*\n\n/);
    await ask('/_orrery/console/call', { method: 'POST', body: { service: 'sqs', operation: 'ListQueues' } });
    await send();
    const told = await first;
    assert.match(told, /event: reset/);
    assert.match(told, /"kind":"api"[^\n]*"name":"SendMessage"/);
    assert.doesNotMatch(told, /ListQueues/);
    const seen = [...told.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? assert.fail('no id');
    await send();
    const again = await follow('request,reset', /event: request[\s\S]*\n\n/, seen);
    assert.doesNotMatch(again, /event: reset/);
    assert.match(await follow('request,reset', /event: reset/, 'other-3'), /event: reset/);
    const { items } = JSON.parse((await ask('/_orrery/console/requests')).text) as { items: { traceId: string }[] };
    const trace = await ask(`/_orrery/console/request?id=${items[0]?.traceId}`);
    assert.match(trace.text, /"action":"sqs:SendMessage","resource":"arn:aws:sqs:us-east-1:000000000000:orders"/);
  });
});
