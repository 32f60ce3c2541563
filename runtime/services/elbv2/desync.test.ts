import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ModifyLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readBody } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

/** "Desync mitigation mode" (User Guide for Application Load Balancers), by requests as an attacker writes them. */
describe('against requests that servers read differently, a load balancer', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let host = '';
  let arn = '';
  const seen: string[] = [];
  const connections = new Set<string>();
  before(async () => {
    cloud = await startBalanced();
    const { port } = await cloud.serve((asked, response) => {
      if (asked.url === '/health') return void response.end();
      connections.add(`${asked.socket.remotePort}`);
      readBody(asked, 1_000_000).then(
        (body) => {
          seen.push(`${asked.method} ${asked.url} ${body}`);
          response.end(`got ${body}`);
        },
        () => response.destroy(),
      );
    });
    const group = await cloud.targetGroup('desync', { ports: [port], HealthCheckPath: '/health' });
    ({ arn, host } = await cloud.loadBalancer('desync'));
    await cloud.listener(arn, forwardTo(group));
  });
  after(() => cloud.stop());

  const setMode = (Value: string) =>
    cloud.elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: arn,
        Attributes: [{ Key: 'routing.http.desync_mitigation_mode', Value }],
      }),
    );

  /** All that comes back for what is written, until the connection is closed or the answers asked for are there. */
  function write(text: string, answers = Number.POSITIVE_INFINITY): Promise<string> {
    const socket = connect(Number(new URL(cloud.orrery.httpUrl).port), '127.0.0.1');
    return new Promise((resolve) => {
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
        if (all.split(/(?=HTTP\/1\.1 \d\d\d)/).length >= answers && /\r\n\r\n(got.*)?$/s.test(all)) socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(all));
      socket.write(text, 'latin1');
    });
  }
  const request = (headers: string[], body = '', first = 'POST /orders HTTP/1.1') =>
    [first, `Host: ${host}`, ...headers, '', body].join('\r\n');
  const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);

  const smuggled = 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n';
  const bothLengths = (): string =>
    request(['Content-Length: 44', 'Transfer-Encoding: chunked'], `3\r\nabc\r\n0\r\n\r\n${smuggled}`);
  const severe: Record<string, () => string> = {
    'two lengths': () => request(['Content-Length: 3', 'Content-Length: 36'], `abc${smuggled}`),
    'an encoding in disguise beside a length': () =>
      request(['Content-Length: 3', 'Transfer-Encoding : chunked'], `abc${smuggled}`),
    'an unknown encoding': () => request(['Transfer-Encoding: xchunked'], `0\r\n\r\n${smuggled}`),
    'a header over two lines': () => request(['X-Own: one', ' Transfer-Encoding: chunked'], smuggled),
    'a length that is none': () => request(['Content-Length: 3, 3'], `abc${smuggled}`),
    'chunked twice': () =>
      request(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
  };

  test('by default takes one reading of an ambiguous request, and neither connection takes another', async () => {
    seen.length = 0;
    connections.clear();
    const answer = await write(bothLengths());
    assert.deepEqual(statuses(answer), ['200']);
    assert.match(answer, /got abc$/);
    assert.match(answer, /\r\nconnection: close\r\n/i);
    assert.deepEqual(seen, ['POST /orders abc']);
    await write(request(['Content-Length: 2', 'Content-Length: 2'], 'hi'));
    assert.deepEqual(seen.slice(1), ['POST /orders hi']);
    assert.equal(connections.size, 2);
  });

  test('by default refuses what is severe, and closes the connection', async () => {
    seen.length = 0;
    for (const [what, text] of Object.entries(severe)) {
      const answer = await write(text());
      assert.deepEqual(statuses(answer), ['400'], what);
      assert.match(answer, /\r\nserver: awselb\/2\.0\r\n/i, what);
    }
    assert.deepEqual(seen, []);
  });

  test('cuts a body whose chunks are none off from the target', async () => {
    seen.length = 0;
    const answer = await write(request(['Transfer-Encoding: chunked'], `3\r\nabc\r\nzz\r\n${smuggled}`));
    assert.ok(!statuses(answer).includes('200'), answer);
    assert.deepEqual(seen, []);
  });

  test('when strictest refuses whatever does not comply', async () => {
    await setMode('strictest');
    seen.length = 0;
    for (const text of [bothLengths(), request(['X-Own : 1']), request(['Content-Length: 0'], '', 'GET / HTTP/1.1')])
      assert.deepEqual(statuses(await write(text)), ['400']);
    assert.deepEqual(seen, []);
    assert.deepEqual(statuses(await write(request(['Content-Length: 2'], 'ok'), 1)), ['200']);
    await setMode('defensive');
  });

  test('when it only monitors lets everything through that can be read, made plain, and counts it', async () => {
    await setMode('monitor');
    const counted: number[] = [];
    const end = cloud.orrery.kernel.events.on('metric', ({ name, dimensions, value }) => {
      if (name === 'DesyncMitigationMode_NonCompliant_Request_Count' && Object.keys(dimensions).length === 1)
        counted.push(value);
    });
    await cloud.orrery.clock.wind(60_000);
    counted.length = 0;
    seen.length = 0;
    for (const text of Object.values(severe)) assert.deepEqual(statuses(await write(text())), ['200']);
    assert.ok(
      seen.every((one) => one.startsWith('POST /orders')),
      seen.join(),
    );
    assert.equal(seen.length, Object.keys(severe).length);
    await cloud.orrery.clock.wind(60_000);
    end();
    assert.deepEqual(counted, [Object.keys(severe).length]);
    await setMode('defensive');
  });

  test('hands on what is acceptable on connections that go on', async () => {
    seen.length = 0;
    const odd = request(['Content-Length: 2', 'X-Own : 1'], 'hi');
    const answer = await write(odd + request(['Content-Length: 2'], 'ho'), 2);
    assert.deepEqual(statuses(answer), ['200', '200']);
    assert.deepEqual(seen, ['POST /orders hi', 'POST /orders ho']);
  });

  test('is the only one that judges: elsewhere such requests are 400', async () => {
    let asked = 0;
    cloud.orrery.kernel.engine(hosts).set('elsewhere.example.com', async () => {
      asked += 1;
      return { status: 200, headers: {}, body: 'served' };
    });
    const answer = await write(bothLengths().replace(host, 'elsewhere.example.com'));
    assert.deepEqual([statuses(answer), asked], [['400'], 0]);
  });
});
