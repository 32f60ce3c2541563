import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { startBalanced } from './elbv2-for-tests.ts';

describe('a Network Load Balancer', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  before(async () => {
    cloud = await startBalanced(['acm', 'route53']);
  });
  after(async () => {
    await cloud.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  /** A server of lines: it answers each with its name. */
  async function lines(name: string): Promise<number> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => socket.write(`${name}: ${chunk}`));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const group = async (Name: string, ports: number[], attributes: Record<string, string> = {}): Promise<string> => {
    const { TargetGroups } = await cloud.elb.send(
      new CreateTargetGroupCommand({ Name, TargetType: 'ip', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-1' }),
    );
    const { TargetGroupArn = '' } = TargetGroups?.[0] ?? {};
    const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
    if (Attributes.length > 0)
      await cloud.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    const Targets = ports.map((Port) => ({ Id: '127.0.0.1', Port }));
    await cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    return TargetGroupArn;
  };
  const balancer = async (Name: string) => {
    const { LoadBalancers } = await cloud.elb.send(
      new CreateLoadBalancerCommand({ Name, Type: 'network', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    const { LoadBalancerArn = '', DNSName = '', CanonicalHostedZoneId, Type } = LoadBalancers?.[0] ?? {};
    return { arn: LoadBalancerArn, name: DNSName, zone: CanonicalHostedZoneId, type: Type };
  };
  const listener = async (
    LoadBalancerArn: string,
    TargetGroupArn: string,
    more: Partial<CreateListenerCommandInput>,
  ) => {
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
    await cloud.elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 5432, DefaultActions, ...more }),
    );
    await cloud.orrery.clock.wind(0);
  };
  const addressOf = async (name: string): Promise<string> => String((await dataOf(cloud.orrery.dnsPort, name, 'A'))[0]);
  /** Says one line over a connection and gives the answer; '' when it is closed instead. */
  const say = (socket: Socket, text: string): Promise<string> =>
    new Promise((resolve) => {
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      socket.once('close', () => resolve(''));
      socket.once('error', () => resolve(''));
      socket.write(text);
    });

  test('carries flows over TCP to its healthy targets, at the address that DNS gives', async () => {
    const ports = [await lines('one'), await lines('two')];
    const made = await balancer('flows');
    assert.match(made.name, /^flows-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/);
    assert.match(made.arn, /:loadbalancer\/net\/flows\/[0-9a-f]{16}$/);
    assert.deepEqual([made.zone, made.type], ['Z26RNL4JYFTOTI', 'network']);
    const TargetGroupArn = await group('lines', ports);
    await listener(made.arn, TargetGroupArn, {});
    assert.deepEqual(await cloud.health(TargetGroupArn), [{ State: 'healthy' }, { State: 'healthy' }]);
    const host = await addressOf(made.name);
    assert.match(host, /^127\./);
    const seen = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const socket = connect({ host, port: 5432 });
      seen.add(await say(socket, 'hello'));
      socket.destroy();
    }
    assert.deepEqual(seen, new Set(['one: hello', 'two: hello']));
    const { TargetGroups } = await cloud.elb.send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }),
    );
    const { HealthCheckProtocol, HealthCheckTimeoutSeconds, Matcher } = TargetGroups?.[0] ?? {};
    assert.deepEqual([HealthCheckProtocol, HealthCheckTimeoutSeconds, Matcher], ['TCP', 10, undefined]);
    const { Attributes } = await cloud.elb.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: made.arn }),
    );
    assert.equal(Attributes?.find(({ Key }) => Key === 'load_balancing.cross_zone.enabled')?.Value, 'false');
  });

  const leaving = async (name: string, attributes: Record<string, string>) => {
    const port = await lines('first');
    const TargetGroupArn = await group(name, [port], { 'deregistration_delay.timeout_seconds': '10', ...attributes });
    const made = await balancer(name);
    await listener(made.arn, TargetGroupArn, {});
    const socket = connect({ host: await addressOf(made.name), port: 5432 });
    assert.equal(await say(socket, 'a'), 'first: a');
    return { port, TargetGroupArn, made, socket };
  };

  test('keeps a flow on its target, also when the target is deregistered and its delay is over', async () => {
    const { port, TargetGroupArn, socket } = await leaving('staying', {});
    const Targets = [{ Id: '127.0.0.1', Port: port }];
    await cloud.elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    await cloud.orrery.clock.wind(11_000);
    assert.deepEqual(await cloud.health(TargetGroupArn), []);
    assert.equal(await say(socket, 'b'), 'first: b');
    socket.destroy();
  });

  test('ends the flows of a deregistered target when its delay is over, where the group says so', async () => {
    const { port, TargetGroupArn, made, socket } = await leaving('leaving', {
      'deregistration_delay.connection_termination.enabled': 'true',
    });
    const Targets = [{ Id: '127.0.0.1', Port: port }];
    await cloud.elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    assert.equal(await say(socket, 'b'), 'first: b');
    const refused = connect({ host: await addressOf(made.name), port: 5432 });
    assert.equal(await say(refused, 'c'), '');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await cloud.orrery.clock.wind(11_000);
    await closed;
  });

  test('ends TLS with its certificate, and tells targets of the client by proxy protocol', async () => {
    const made = await balancer('secure');
    const issued = await cloud.orrery.kernel
      .engine(certificates)
      .issue(['db.example.com'], { keyAlgorithm: 'EC_prime256v1', validDays: 30 });
    const { CertificateArn } = await cloud.orrery.client(ACMClient).send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(issued.certificatePem),
        PrivateKey: Buffer.from(issued.privateKeyPem),
      }),
    );
    const TargetGroupArn = await group('proxied', [await lines('behind')], { 'proxy_protocol_v2.enabled': 'true' });
    await listener(made.arn, TargetGroupArn, { Protocol: 'TLS', Certificates: [{ CertificateArn }] });
    const ca = (await cloud.orrery.kernel.engine(certificates).authority()).certificatePem;
    const host = await addressOf(made.name);
    const socket = connectTls({ host, port: 5432, servername: 'db.example.com', ca });
    let said = '';
    while (!said.endsWith('hello')) {
      const part = await say(socket, said === '' ? 'hello' : '');
      assert.notEqual(part, '');
      said += part;
    }
    const header = Buffer.from(said, 'utf8').subarray(8);
    assert.equal(header.subarray(0, 12).toString('latin1'), '\r\n\r\n\0\r\nQUIT\n');
    socket.destroy();
  });

  test('HTTP by its name at the gateway goes over a flow, and what it did is measured', async () => {
    const { port } = await cloud.serve((request, response) => response.end(`asked ${request.url}`));
    const made = await balancer('web');
    const TargetGroupArn = await group('web', [port]);
    await listener(made.arn, TargetGroupArn, { Port: 80 });
    const metrics = new Map<string, number>();
    const end = cloud.orrery.kernel.events.on('metric', ({ namespace, name, dimensions, value }) => {
      if (namespace === 'AWS/NetworkELB' && dimensions.LoadBalancer?.startsWith('net/web/'))
        metrics.set([name, ...Object.keys(dimensions)].join(' '), value);
    });
    assert.deepEqual((await cloud.ask(made.name, '/menu')).body, 'asked /menu');
    await cloud.orrery.clock.wind(60_000);
    end();
    assert.equal(metrics.get('NewFlowCount LoadBalancer'), 1);
    assert.ok((metrics.get('ProcessedBytes LoadBalancer AvailabilityZone') ?? 0) > 100);
    assert.equal(metrics.get('HealthyHostCount LoadBalancer TargetGroup'), 1);
  });

  test('is refused by AWS’s names what it cannot be', async () => {
    const made = await balancer('wrong');
    const http = await cloud.targetGroup('http');
    const refuses = (input: Partial<CreateListenerCommandInput>, name: string | RegExp) =>
      assert.rejects(listener(made.arn, http, input), typeof name === 'string' ? { name } : name);
    await refuses({}, 'IncompatibleProtocolsException');
    await refuses({ Protocol: 'HTTP' }, 'UnsupportedProtocolException');
    await refuses({ Protocol: 'UDP' }, /Protocol = UDP is refused/);
    const FixedResponseConfig = { StatusCode: '200' };
    await refuses({ DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig }] }, 'ValidationError');
    const TargetGroupArn = await group('right', []);
    await listener(made.arn, TargetGroupArn, {});
    const { Listeners } = await cloud.elb.send(
      new DescribeListenersCommand({
        LoadBalancerArn: made.arn,
      }),
    );
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    await assert.rejects(
      cloud.elb.send(
        new CreateRuleCommand({
          ListenerArn,
          Priority: 1,
          Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
          Actions: [{ Type: 'forward', TargetGroupArn }],
        }),
      ),
      { name: 'OperationNotPermittedException' },
    );
  });
});
