import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DescribeTargetGroupAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

/** "Use Application Load Balancers as targets of a Network Load Balancer". */
describe('a Network Load Balancer before an Application Load Balancer', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let application = '';
  let listener = '';
  let group = '';
  let address = '';
  let well = true;
  before(async () => {
    cloud = await startBalanced(['route53']);
    const { port } = await cloud.serve((asked, response) => {
      if (asked.url === '/health') return void response.writeHead(well ? 200 : 500).end();
      asked.pipe(response.setHeader('x-seen', JSON.stringify(asked.headers)));
    });
    const inner = await cloud.targetGroup('inner', { ports: [port], HealthCheckPath: '/' });
    ({ arn: application } = await cloud.loadBalancer('inner'));
    listener = await cloud.listener(application, forwardTo(inner));
    const { TargetGroups } = await cloud.elb.send(
      new CreateTargetGroupCommand({
        Name: 'outer',
        TargetType: 'alb',
        Protocol: 'TCP',
        Port: 80,
        VpcId: 'vpc-1',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 10,
      }),
    );
    group = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await register(application);
    const { LoadBalancers } = await cloud.elb.send(
      new CreateLoadBalancerCommand({ Name: 'outer', Type: 'network', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
    await cloud.elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 8090, DefaultActions: [forwardTo(group)] }),
    );
    await cloud.orrery.clock.wind(0);
    address = String((await dataOf(cloud.orrery.dnsPort, DNSName, 'A'))[0]);
  });
  after(() => cloud.stop());

  const register = (Id: string, Port?: number) =>
    cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id, ...(Port ? { Port } : {}) }] }));
  const ask = (path: string, body = '') =>
    new Promise<{ status: number; seen: Record<string, string>; body: string }>((resolve, reject) => {
      const sent = request(
        { host: address, port: 8090, path, method: body ? 'POST' : 'GET', localAddress: '127.0.0.5' },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          const seen = JSON.parse(String(response.headers['x-seen'] ?? '{}')) as Record<string, string>;
          response.on('end', () => resolve({ status: response.statusCode ?? 0, seen, body: text }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });

  test('hands flows on, which are answered by its rules, with the client’s own address', async () => {
    const { status, seen } = await ask('/menu');
    assert.deepEqual([status, seen['x-forwarded-for'], seen['x-forwarded-port']], [200, '127.0.0.5', '80']);
    const large = 'x'.repeat(1_000_000);
    assert.equal((await ask('/echo', large)).body, large);
  });

  test('checks it by asking it, and carries nothing where no listener is left', async () => {
    assert.deepEqual(
      (await cloud.health(group)).map((health) => health?.State),
      ['healthy'],
    );
    well = false;
    await cloud.orrery.clock.wind(40_000);
    assert.deepEqual((await cloud.health(group))[0], {
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
    well = true;
    await cloud.orrery.clock.wind(80_000);
    assert.equal((await cloud.health(group))[0]?.State, 'healthy');
    await cloud.elb.send(new DeleteListenerCommand({ ListenerArn: listener }));
    await assert.rejects(ask('/menu'));
  });

  test('takes one, that listens at its port, and always shows it the client', async () => {
    await assert.rejects(register(`${application}0`), { name: 'InvalidTargetException' });
    await assert.rejects(register(application, 81), { name: 'InvalidTargetException' });
    const other = await cloud.loadBalancer('second');
    await assert.rejects(register(other.arn), /only one target/);
    const { Attributes = [] } = await cloud.elb.send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group }),
    );
    assert.equal(Attributes.find(({ Key }) => Key === 'preserve_client_ip.enabled')?.Value, 'true');
    await assert.rejects(
      cloud.elb.send(
        new ModifyTargetGroupAttributesCommand({
          TargetGroupArn: group,
          Attributes: [{ Key: 'preserve_client_ip.enabled', Value: 'false' }],
        }),
      ),
      { name: 'ValidationError' },
    );
  });
});
