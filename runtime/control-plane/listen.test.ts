import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Orrery, startOrrery } from '../../tests/runtime-fixture.ts';

const date = (): string => `${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

describe('the API port as HTTP', () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({ services: ['sqs', 's3', 'iam', 'sts'], clock: 'running' });
    assert.match(await exchange([request('PUT', '/bucket', 's3')]), /^HTTP\/1\.1 200/);
  });
  after(() => orrery.stop());

  /** Sends raw requests at once and gives everything that comes back until the server closes. */
  async function exchange(requests: (string | Buffer)[]): Promise<string> {
    const socket = open();
    for (const one of requests) socket.write(one);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  }

  function open(): Socket {
    return connect(Number(new URL(orrery.url).port), '127.0.0.1');
  }

  it('answers pipelined requests in their order, over one connection', async () => {
    const keep = { connection: 'keep-alive' };
    await exchange([request('PUT', '/bucket/first', 's3', {}, 'one')]);
    const text = await exchange([
      request('GET', '/bucket/first', 's3', keep),
      request('GET', '/bucket/missing', 's3', keep),
      request('GET', '/bucket/first', 's3'),
    ]);
    assert.deepEqual(
      [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
      ['200', '404', '200'],
    );
  });

  it('answers HEAD with the length and without the body, and 204 with neither', async () => {
    await exchange([request('PUT', '/bucket/page', 's3', {}, 'a page')]);
    const head = await exchange([request('HEAD', '/bucket/page', 's3')]);
    assert.match(head, /content-length: 6\r\n/i);
    assert.ok(head.endsWith('\r\n\r\n'));
    const gone = await exchange([request('DELETE', '/bucket/page', 's3')]);
    assert.match(gone, /^HTTP\/1\.1 204/);
    assert.doesNotMatch(gone, /content-length|transfer-encoding/i);
    assert.ok(gone.endsWith('\r\n\r\n'));
  });

  it('refuses a document that is too large before it has come, and closes', async () => {
    const head = request('POST', '/', 'sqs', { ...list, 'content-length': String(500 * 1024 * 1024) });
    const text = await exchange([head]);
    assert.match(text, /^HTTP\/1\.1 413/);
    assert.match(text, /connection: close/i);
    assert.match(text, /RequestEntityTooLargeException/);
  });

  it('takes a client that goes in the middle of its body for no problem of its own', async () => {
    for (const [service, path] of [
      ['sqs', '/'],
      ['s3', '/bucket/half'],
    ] as const) {
      const socket = open();
      socket.write(
        request(service === 's3' ? 'PUT' : 'POST', path, service, {
          ...(service === 'sqs' ? list : {}),
          'content-length': '1000',
        }),
      );
      socket.write('only a part');
      const heard = new Promise<number>((resolve) => {
        const end = orrery.kernel.events.on('api.call', (call) => {
          end();
          resolve(call.status);
        });
      });
      await new Promise<void>((resolve) => socket.end(resolve));
      socket.destroy();
      assert.equal(await heard, 400);
    }
    assert.match(await exchange([request('GET', '/bucket/half', 's3')]), /^HTTP\/1\.1 404/);
  });

  it('routes a form and a document that the client compressed', async () => {
    const compressed = { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' };
    const form = gzipSync('Action=ListQueues&Version=2012-11-05');
    const text = await exchange([
      request('POST', '/', 'sqs', { ...compressed, 'content-length': String(form.length) }),
      form,
    ]);
    assert.match(text, /^HTTP\/1\.1 200[\s\S]*ListQueuesResponse/);
  });
});

const list = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' };

/** Signed with a key nobody issued, so that the signature itself is not looked at. */
function request(
  method: string,
  path: string,
  service: string,
  headers: Record<string, string> = {},
  body = '',
): string {
  const all: Record<string, string> = {
    host: 'localhost',
    connection: 'close',
    'x-amz-date': date(),
    authorization: `AWS4-HMAC-SHA256 Credential=test/${date().slice(0, 8)}/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
    ...(body ? { 'content-length': String(body.length) } : {}),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
