import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

/** How much of the requests each target gets, as real clients see it. */
describe('requests are spread', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  const closing: (() => void)[] = [];
  before(async () => {
    cloud = await startBalanced(['route53']);
  });
  after(async () => {
    await cloud.stop();
    for (const close of closing) close();
  });

  const named = async (name: string) => (await cloud.serve((_request, response) => response.end(name))).port;
  const register = (TargetGroupArn: string, Port: number, AvailabilityZone?: string) =>
    cloud.elb.send(
      new RegisterTargetsCommand({
        TargetGroupArn,
        Targets: [{ Id: '127.0.0.1', Port, ...(AvailabilityZone ? { AvailabilityZone } : {}) }],
      }),
    );
  const setGroup = (TargetGroupArn: string, Key: string, Value: string) =>
    cloud.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key, Value }] }));
  const countIn = async (requests: number, ask: () => Promise<string>) => {
    const counts: Record<string, number> = {};
    for (let index = 0; index < requests; index += 1) {
      const name = await ask();
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return (name: string) => counts[name] ?? 0;
  };

  test('slowly to a target that is new beside others, more from moment to moment ("Slow start mode")', async () => {
    const attributes = { 'slow_start.duration_seconds': '100' };
    const group = await cloud.targetGroup('slow', { ports: [await named('old')], attributes });
    const { arn, host } = await cloud.loadBalancer('slow');
    await cloud.listener(arn, forwardTo(group));
    const ask = async () => (await cloud.ask(host, '/')).body;
    // The first of a group has nobody to wait beside.
    assert.equal((await countIn(10, ask))('old'), 10);
    await register(group, await named('new'));
    await cloud.orrery.clock.wind(0);
    assert.equal((await countIn(100, ask))('new'), 0);
    await cloud.orrery.clock.wind(10_000);
    const early = (await countIn(200, ask))('new');
    assert.ok(early > 0 && early < 50, `${early} of 200 at a tenth`);
    await cloud.orrery.clock.wind(60_000);
    const later = (await countIn(200, ask))('new');
    assert.ok(later > early && later < 100, `${later} of 200 at seven tenths`);
    await cloud.orrery.clock.wind(31_000);
    assert.equal((await countIn(200, ask))('new'), 100);
  });

  test('over all targets of an Application Load Balancer, or over those of the node’s zone', async () => {
    const group = await cloud.targetGroup('cross');
    await register(group, await named('a'), 'us-east-1a');
    const others = [await named('b'), await named('b'), await named('b')];
    for (const port of others) await register(group, port, 'us-east-1b');
    const { arn, host } = await cloud.loadBalancer('cross');
    await cloud.listener(arn, forwardTo(group));
    const ask = async () => (await cloud.ask(host, '/')).body;
    assert.equal((await countIn(40, ask))('a'), 10);
    await setGroup(group, 'load_balancing.cross_zone.enabled', 'false');
    assert.equal((await countIn(40, ask))('a'), 20);
    const off = { Key: 'load_balancing.cross_zone.enabled', Value: 'false' };
    // "At the load balancer level, cross-zone load balancing is always enabled."
    await assert.rejects(
      cloud.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes: [off] })),
      { name: 'ValidationError' },
    );
  });

  test('past a zone without a healthy target of its own', async () => {
    let well = true;
    const a = await cloud.serve((_request, response) => response.writeHead(well ? 200 : 500).end('a'));
    const group = await cloud.targetGroup('failover', {
      HealthCheckIntervalSeconds: 10,
      UnhealthyThresholdCount: 2,
      attributes: { 'load_balancing.cross_zone.enabled': 'false' },
    });
    await register(group, a.port, 'us-east-1a');
    await register(group, await named('b'), 'us-east-1b');
    const { arn, host } = await cloud.loadBalancer('failover');
    await cloud.listener(arn, forwardTo(group));
    const ask = async () => (await cloud.ask(host, '/')).body;
    assert.equal((await countIn(10, ask))('a'), 5);
    well = false;
    await cloud.orrery.clock.wind(30_000);
    assert.equal((await countIn(10, ask))('b'), 10);
    well = true;
    await cloud.orrery.clock.wind(60_000);
    assert.equal((await countIn(10, ask))('a'), 5);
  });

  test('over zones of a Network Load Balancer as it, or its target group, is set', async () => {
    const say = async (name: string) => {
      const server = createServer((socket) => socket.on('error', () => undefined).end(name));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closing.push(() => server.close());
      return (server.address() as AddressInfo).port;
    };
    const { TargetGroups } = await cloud.elb.send(
      new CreateTargetGroupCommand({ Name: 'flows', TargetType: 'ip', Protocol: 'TCP', Port: 7000, VpcId: 'vpc-1' }),
    );
    const group = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await register(group, await say('a'), 'us-east-1a');
    for (let index = 0; index < 3; index += 1) await register(group, await say('b'), 'us-east-1b');
    const { LoadBalancers } = await cloud.elb.send(
      new CreateLoadBalancerCommand({ Name: 'flows', Type: 'network', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
    await cloud.elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 7000, DefaultActions: [forwardTo(group)] }),
    );
    await cloud.orrery.clock.wind(60_000);
    const [address] = await dataOf(cloud.orrery.dnsPort, DNSName, 'A');
    const ask = () =>
      new Promise<string>((resolve) => {
        let text = '';
        const socket = connect({ host: String(address), port: 7000 });
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(text));
      });
    assert.equal((await countIn(60, ask))('a'), 30);
    const Attributes = [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }];
    await cloud.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    const crossed = (await countIn(60, ask))('a');
    assert.ok(crossed > 0 && crossed < 29, `${crossed} of 60`);
    await setGroup(group, 'load_balancing.cross_zone.enabled', 'false');
    assert.equal((await countIn(60, ask))('a'), 30);
  });
});
