import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  type Action,
  CreateRuleCommand,
  DescribeListenerAttributesCommand,
  type FixedResponseActionConfig,
  ModifyListenerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { alb } from '../../data-planes/alb/alb.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

const say = (MessageBody: string, more: Partial<FixedResponseActionConfig> = {}): Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody, ...more },
});

describe('a load balancer serves', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  before(async () => {
    cloud = await startBalanced(['s3']);
  });
  after(() => cloud.stop());

  const setAttributes = (LoadBalancerArn: string, attributes: Record<string, string>) =>
    cloud.elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
      }),
    );

  test('by every kind of condition, with wildcards, all of a rule’s together', async () => {
    const { arn, host } = await cloud.loadBalancer('conditions');
    const ListenerArn = await cloud.listener(arn, say('none'));
    let Priority = 0;
    const rule = (text: string, ...Conditions: RuleCondition[]) => {
      Priority += 1;
      return cloud.elb.send(new CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions: [say(text)] }));
    };
    await rule('host', { Field: 'host-header', HostHeaderConfig: { Values: ['*.SHOP.example.com'] } });
    await rule('path', { Field: 'path-pattern', PathPatternConfig: { Values: ['/img/*.p?g'] } });
    await rule('method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PURGE', 'DELETE'] } });
    await rule('query', {
      Field: 'query-string',
      QueryStringConfig: { Values: [{ Key: 'v', Value: '2*' }, { Value: 'beta' }] },
    });
    await rule('other net', { Field: 'source-ip', SourceIpConfig: { Values: ['198.51.100.0/24'] } });
    await rule(
      'both',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'User-Agent', Values: ['*Mobile*'] } },
      { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8'] } },
    );
    const body = async (path: string, options = {}) => (await cloud.ask(host, path, options)).body;
    // As an alias record of the site's name resolves.
    const table = cloud.orrery.kernel.engine(hosts);
    table.set('*.shop.example.com', table.find(host) ?? assert.fail());
    assert.equal((await cloud.ask('eu.Shop.example.com', '/')).body, 'host');
    assert.equal(await body('/img/menu.png?x=.p'), 'path');
    assert.equal(await body('/img/menu.jpeg'), 'none');
    assert.equal(await body('/', { method: 'DELETE' }), 'method');
    assert.equal(await body('/?V=21'), 'query');
    assert.equal(await body('/?x=BETA'), 'query');
    assert.equal(await body('/?v=12'), 'none');
    assert.equal(await body('/', { headers: { 'user-agent': 'a mobile browser' } }), 'both');
    assert.equal(await body('/', { headers: { 'user-agent': 'a browser' } }), 'none');
  });

  test('the headers that its listener adds, and says who it is unless told not to', async () => {
    const { arn, host } = await cloud.loadBalancer('headers');
    const { port } = await cloud.serve((_request, response) => response.setHeader('x-frame-options', 'DENY').end('ok'));
    const TargetGroupArn = await cloud.targetGroup('headers', { ports: [port] });
    const ListenerArn = await cloud.listener(arn, { Type: 'forward', TargetGroupArn });
    await cloud.orrery.clock.wind(60_000);
    const set = (attributes: Record<string, string>) =>
      cloud.elb.send(
        new ModifyListenerAttributesCommand({
          ListenerArn,
          Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
    const headers = async () => (await cloud.ask(host, '/')).headers;
    assert.equal((await headers())['x-frame-options'], 'DENY');
    await set({
      'routing.http.response.x_frame_options.header_value': 'SAMEORIGIN',
      'routing.http.response.strict_transport_security.header_value': 'max-age=31536000',
    });
    const changed = await headers();
    assert.equal(changed['x-frame-options'], 'SAMEORIGIN');
    assert.equal(changed['strict-transport-security'], 'max-age=31536000');
    const { Attributes = [] } = await cloud.elb.send(new DescribeListenerAttributesCommand({ ListenerArn }));
    const told = Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
    assert.equal(told['routing.http.response.server.enabled'], 'true');
    assert.equal(told['routing.http.response.x_frame_options.header_value'], 'SAMEORIGIN');
    const silent = await cloud.listener(arn, say('hello'), 81);
    assert.equal((await cloud.ask(`port-81.${host}`, '/')).headers.server, 'awselb/2.0');
    await cloud.elb.send(
      new ModifyListenerAttributesCommand({
        ListenerArn: silent,
        Attributes: [{ Key: 'routing.http.response.server.enabled', Value: 'false' }],
      }),
    );
    assert.equal((await cloud.ask(`port-81.${host}`, '/')).headers.server, undefined);
    await assert.rejects(set({ 'routing.http.response.x_content_type_options.header_value': 'sniff' }), {
      name: 'ValidationError',
    });
  });

  test('redirects with parts of what was asked, and fixed responses', async () => {
    const { arn, host } = await cloud.loadBalancer('redirects');
    const ListenerArn = await cloud.listener(arn, {
      Type: 'redirect',
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
    });
    const moved = await cloud.ask(host, '/menu?page=2');
    assert.deepEqual([moved.status, moved.headers.location], [301, `https://${host}:443/menu?page=2`]);
    await cloud.elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/old/*'] }],
        Actions: [
          { Type: 'redirect', RedirectConfig: { Path: '/new/#{path}', Query: 'from=#{host}', StatusCode: 'HTTP_302' } },
        ],
      }),
    );
    const local = `${host}.localhost:8080`;
    const here = await cloud.ask(local, '/old/x');
    const port = new URL(cloud.orrery.httpUrl).port;
    assert.deepEqual(
      [here.status, here.headers.location],
      [302, `http://${host}.localhost:${port}/new/old/x?from=${host}.localhost`],
    );
  });

  test('listeners of other ports at a name that says the port', async () => {
    const { arn, host } = await cloud.loadBalancer('ports');
    await cloud.listener(arn, say('eighty'));
    await cloud.listener(arn, say('admin', { StatusCode: '403' }), 8443);
    assert.equal((await cloud.ask(host, '/')).body, 'eighty');
    assert.equal((await cloud.ask(`port-8443.${host}`, '/')).status, 403);
    assert.equal((await cloud.ask(`${host}:8443`, '/')).body, 'admin');
  });

  test('target groups by weight, and a client stays with its group and its target', async () => {
    const server = async (text: string) => (await cloud.serve((_request, response) => response.end(text))).port;
    const attributes = { 'stickiness.enabled': 'true', 'stickiness.lb_cookie.duration_seconds': '60' };
    const blue = await cloud.targetGroup('blue', { ports: [await server('b1'), await server('b2')], attributes });
    const green = await cloud.targetGroup('green', { ports: [await server('g1'), await server('g2')], attributes });
    const { arn, host } = await cloud.loadBalancer('weights');
    await cloud.listener(arn, {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: 1 },
          { TargetGroupArn: green, Weight: 1 },
        ],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      },
    });
    const seen = new Set<string>();
    for (let index = 0; index < 60; index += 1) seen.add((await cloud.ask(host, '/')).body);
    assert.deepEqual([...seen].sort(), ['b1', 'b2', 'g1', 'g2']);
    const first = await cloud.ask(host, '/');
    const set = first.headers['set-cookie'] ?? [];
    assert.deepEqual(
      set.map((cookie) => cookie.split('=')[0]),
      ['AWSALBTG', 'AWSALBTGCORS', 'AWSALB', 'AWSALBCORS'],
    );
    const cookie = set.map((one) => one.split(';')[0]).join('; ');
    for (let index = 0; index < 8; index += 1)
      assert.equal((await cloud.ask(host, '/', { headers: { cookie } })).body, first.body);
    await cloud.orrery.clock.wind(61_000);
    const later = new Set<string>();
    for (let index = 0; index < 60; index += 1) later.add((await cloud.ask(host, '/', { headers: { cookie } })).body);
    assert.equal(later.size, 4);
  });

  test('the application’s own cookie as what makes a client stay', async () => {
    const server = async (text: string) =>
      (await cloud.serve((_request, response) => response.setHeader('set-cookie', 'SESSION=1').end(text))).port;
    const group = await cloud.targetGroup('app-cookie', {
      ports: [await server('one'), await server('two')],
      attributes: {
        'stickiness.enabled': 'true',
        'stickiness.type': 'app_cookie',
        'stickiness.app_cookie.cookie_name': 'SESSION',
      },
    });
    const { arn, host } = await cloud.loadBalancer('app-cookie');
    await cloud.listener(arn, forwardTo(group));
    const first = await cloud.ask(host, '/');
    const own = (first.headers['set-cookie'] ?? []).find((one) => one.startsWith('AWSALBAPP-0='))?.split(';')[0];
    const bodies = new Set<string>();
    for (let index = 0; index < 6; index += 1)
      bodies.add((await cloud.ask(host, '/', { headers: { cookie: `SESSION=1; ${own}` } })).body);
    assert.deepEqual([...bodies], [first.body]);
  });

  test('bodies as they come in both directions, and 502 or a cut where the target breaks off', async () => {
    const { port } = await cloud.serve((asked, response) => {
      if (asked.url === '/echo') return void asked.pipe(response);
      if (asked.url === '/break') return void asked.socket.destroy();
      if (asked.url === '/half') {
        response.write('half');
        return void setImmediate(() => asked.socket.destroy());
      }
      response.end('ok');
    });
    const group = await cloud.targetGroup('bodies', { ports: [port] });
    const { arn, host } = await cloud.loadBalancer('bodies');
    await cloud.listener(arn, forwardTo(group));
    const large = 'x'.repeat(3_000_000);
    assert.equal((await cloud.ask(host, '/echo', { method: 'POST', body: large })).body.length, large.length);
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await cloud.ask(host, '/echo', { method: 'POST', body: 'a few', headers: chunked })).body, 'a few');
    assert.equal((await cloud.ask(host, '/break')).status, 502);
    await assert.rejects(cloud.ask(host, '/half'));
    assert.equal((await cloud.ask(host, '/', { headers: { 'x-forwarded-for': '1.1.1.1,'.repeat(31) } })).status, 463);
  });

  test('the target with the fewest requests under way', async () => {
    const waiting: (() => void)[] = [];
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const slow = await cloud.serve((asked, response) => {
      if (asked.url === '/') response.end();
      else {
        waiting.push(() => response.end('slow'));
        arrive();
      }
    });
    const quick = await cloud.serve((_request, response) => response.end('quick'));
    const group = await cloud.targetGroup('outstanding', {
      ports: [slow.port, quick.port],
      attributes: { 'load_balancing.algorithm.type': 'least_outstanding_requests' },
    });
    const { arn, host } = await cloud.loadBalancer('outstanding');
    await cloud.listener(arn, forwardTo(group));
    const asked: Promise<unknown>[] = [];
    while (waiting.length === 0) {
      const one = cloud.ask(host, '/work');
      asked.push(one);
      await Promise.race([one, arrived]);
    }
    for (let index = 0; index < 4; index += 1) assert.equal((await cloud.ask(host, '/work')).body, 'quick');
    for (const answer of waiting) answer();
    await Promise.all(asked);
  });

  test('on while one of its zones is cut, and 503 when all are', async () => {
    const { arn, host } = await cloud.loadBalancer('zones');
    await cloud.listener(arn, say('here'));
    const plane = cloud.orrery.kernel.engine(alb);
    plane.setZone('us-east-1a', { cut: true });
    for (let index = 0; index < 3; index += 1) assert.equal((await cloud.ask(host, '/')).status, 200);
    plane.setZone('us-east-1b', { cut: true });
    assert.equal((await cloud.ask(host, '/')).status, 503);
    for (const zone of ['us-east-1a', 'us-east-1b']) plane.setZone(zone, { cut: false });
    assert.equal((await cloud.ask(host, '/')).status, 200);
  });

  test('and logs to S3 and measures what it served', async () => {
    const s3 = cloud.orrery.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'balancer-logs' }));
    const { port } = await cloud.serve((_request, response) => response.end('logged'));
    const group = await cloud.targetGroup('logged', { ports: [port] });
    const { arn, host } = await cloud.loadBalancer('logged');
    await cloud.listener(arn, forwardTo(group));
    await setAttributes(arn, {
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': 'balancer-logs',
      'access_logs.s3.prefix': 'web',
    });
    const metrics = new Map<string, number>();
    const end = cloud.orrery.kernel.events.on('metric', ({ name, dimensions, value }) => {
      if (!Object.values(dimensions).some((one) => /^(app|targetgroup)\/logged\//.test(one))) return;
      const key = [name, ...Object.keys(dimensions)].join(' ');
      metrics.set(key, Math.max(metrics.get(key) ?? 0, value));
    });
    await cloud.ask(host, '/menu?page=1', { headers: { 'user-agent': 'a "browser"' } });
    await cloud.orrery.clock.wind(360_000);
    end();
    for (const name of ['RequestCount', 'HTTPCode_Target_2XX_Count']) {
      assert.equal(metrics.get(`${name} LoadBalancer`), 1);
      assert.equal(metrics.get(`${name} LoadBalancer AvailabilityZone`), 1);
      assert.equal(metrics.get(`${name} LoadBalancer TargetGroup`), 1);
      assert.equal(metrics.get(`${name} LoadBalancer AvailabilityZone TargetGroup`), 1);
    }
    assert.equal(metrics.get('HealthyHostCount LoadBalancer TargetGroup'), 1);
    assert.equal(metrics.get('UnHealthyHostCount LoadBalancer AvailabilityZone TargetGroup'), 0);
    // What target tracking by ALBRequestCountPerTarget reads.
    assert.equal(metrics.get('RequestCountPerTarget LoadBalancer TargetGroup'), 1);
    assert.equal(metrics.get('RequestCountPerTarget TargetGroup'), 1);
    assert.ok((metrics.get('TargetResponseTime LoadBalancer') ?? -1) >= 0);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'balancer-logs' }));
    const Key = Contents[0]?.Key ?? '';
    assert.match(
      Key,
      /^web\/AWSLogs\/000000000000\/elasticloadbalancing\/us-east-1\/\d{4}\/\d\d\/\d\d\/000000000000_elasticloadbalancing_us-east-1_app\.logged\.[0-9a-f]{16}_\d{8}T\d{4}Z_[\d.]+_[a-z0-9]{8}\.log\.gz$/,
    );
    const file = await s3.send(new GetObjectCommand({ Bucket: 'balancer-logs', Key }));
    const [line = ''] = gunzipSync((await file.Body?.transformToByteArray()) ?? '')
      .toString()
      .split('\n');
    assert.match(
      line,
      /^http \d{4}-\d\d-\d\dT[\d:.]{15}Z app\/logged\/[0-9a-f]{16} 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ 0\.000 \d\.\d{3} 0\.000 200 200 0 6 "GET http:\/\//,
    );
    assert.match(
      line,
      /\/menu\?page=1 HTTP\/1\.1" "a \\x22browser\\x22" - - arn:aws:elasticloadbalancing:.*:targetgroup\/logged\//,
    );
    assert.match(line, / "forward" "-" "-" "127\.0\.0\.1:\d+" "200" "-" "-" TID_[0-9a-f]+$/);
  });

  test('nobody who has gone: the request to the target ends too', async () => {
    const { promise: left, resolve: gone } = Promise.withResolvers<void>();
    const { port } = await cloud.serve((asked, response) => {
      if (asked.url === '/') return void response.end();
      response.once('close', () => gone());
      client.destroy();
    });
    const group = await cloud.targetGroup('gone', { ports: [port] });
    const { arn, host } = await cloud.loadBalancer('gone');
    await cloud.listener(arn, forwardTo(group));
    const client = request(`${cloud.orrery.httpUrl}/wait`, { headers: { host } });
    client.on('error', () => undefined);
    client.end();
    await left;
  });
});
