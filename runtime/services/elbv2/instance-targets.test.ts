import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  DescribeRouteTablesCommand,
  type IpPermission,
  ModifySubnetAttributeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetHealth,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';
import { ask, forwardTo } from './elbv2-for-tests.ts';

const server = `#!/bin/bash
cat > /opt/server.cjs <<'JS'
require('node:http').createServer((request, response) =>
  response.end(require('node:os').hostname() + ' for ' + request.socket.remoteAddress)).listen(8080);
JS
cat > /etc/systemd/system/web.service <<'UNIT'
[Service]
ExecStart=/usr/local/bin/node /opt/server.cjs
UNIT
systemctl enable --now web
`;

/** W-A2, W-C1 in the small: instances that admit nobody but the load balancer, and a VPC whose own use it, too. */
describe('a load balancer before instances', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let elb: ElasticLoadBalancingV2Client;
  let VpcId: string;
  const subnets: string[] = [];
  const groups: Record<string, string> = {};
  const instances: { id: string; address: string }[] = [];
  let TargetGroupArn: string;
  const names: Record<string, string> = {};

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 'elbv2', 'route53'], clock: 'running' });
    fleet = new Fleet(orrery);
    elb = orrery.client(ElasticLoadBalancingV2Client);
    VpcId = await fleet.vpc();
    await makeNetwork();
    for (const name of ['balancer', 'server', 'guest']) {
      const made = await fleet.ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: name, Description: name }));
      groups[name] = made.GroupId ?? '';
    }
    await allow('balancer', { FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    await allow('server', { FromPort: 8080, ToPort: 8080, UserIdGroupPairs: [{ GroupId: groups.balancer }] });
    for (const SubnetId of subnets)
      instances.push(await fleet.run(server, { SubnetId, SecurityGroupIds: [groups.server ?? ''] }));
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: 'servers',
        Protocol: 'HTTP',
        Port: 8080,
        VpcId,
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
      }),
    );
    TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: instances.map(({ id }) => ({ Id: id })) }));
    for (const instance of instances) await fleet.consoleOf(instance.id);
    await loadBalancer('web', 'internet-facing');
    await healthy();
  });
  after(() => orrery.stop());

  async function makeNetwork(): Promise<void> {
    for (const [index, zone] of ['a', 'b'].entries()) {
      const CidrBlock = `10.0.${index + 1}.0/24`;
      const { Subnet } = await fleet.ec2.send(
        new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: `us-east-1${zone}` }),
      );
      const SubnetId = Subnet?.SubnetId ?? '';
      await fleet.ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
      subnets.push(SubnetId);
    }
    const { InternetGateway } = await fleet.ec2.send(new CreateInternetGatewayCommand({}));
    const GatewayId = InternetGateway?.InternetGatewayId;
    await fleet.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }));
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
    const { RouteTables } = await fleet.ec2.send(new DescribeRouteTablesCommand({ Filters }));
    const { RouteTableId } = RouteTables?.[0] ?? {};
    await fleet.ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock: '0.0.0.0/0' }));
  }

  const allow = async (name: string, permission: IpPermission): Promise<void> => {
    const IpPermissions = [{ IpProtocol: 'tcp', ...permission }];
    await fleet.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groups[name], IpPermissions }));
  };

  async function loadBalancer(Name: string, Scheme: 'internal' | 'internet-facing'): Promise<void> {
    const SecurityGroups = [groups.balancer ?? ''];
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name, Scheme, Subnets: subnets, SecurityGroups }),
    );
    const { LoadBalancerArn, DNSName = '' } = LoadBalancers?.[0] ?? {};
    names[Name] = DNSName;
    const DefaultActions =
      Name === 'web'
        ? [forwardTo(TargetGroupArn)]
        : [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200', MessageBody: 'from within' } }];
    await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }));
  }

  const states = async (): Promise<Record<string, TargetHealth | undefined>> => {
    const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return Object.fromEntries(
      TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id ?? '', TargetHealth]),
    );
  };
  const healthy = async (): Promise<void> => {
    for (let tries = 0; tries < 100; tries += 1) {
      if (Object.values(await states()).every((health) => health?.State === 'healthy')) return;
      await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
    assert.fail(JSON.stringify(await states()));
  };

  test('it checks and reaches them from its nodes, whose security group alone they admit', async () => {
    const bodies = new Set<string>();
    for (let index = 0; index < 8; index += 1) bodies.add((await ask(orrery, names.web ?? '', '/')).body);
    const hosts = new Set([...bodies].map((body) => body.split(' ')[0]));
    assert.deepEqual(hosts, new Set(instances.map(({ address }) => `ip-${address.replaceAll('.', '-')}`)));
    for (const body of bodies) assert.match(body, /for (::ffff:)?10\.0\.[12]\.\d+$/);
  });

  test('instances of the VPC call it by its name; the internal one has private addresses', async () => {
    await loadBalancer('inner', 'internal');
    const { id } = await fleet.run(
      `#!/bin/bash
echo web: $(getent ahostsv4 ${names.web} | cut -d' ' -f1 | sort -u)
echo inner: $(getent ahostsv4 ${names.inner} | cut -d' ' -f1 | sort -u)
echo through: $(curl -s -m 3 http://${names.web}/)
echo within: $(curl -s -m 3 http://${names.inner}/)
echo past: $(curl -s -m 1 -o /dev/null -w '%{http_code}' http://${instances[0]?.address}:8080/)
`,
      { SubnetId: subnets[0], SecurityGroupIds: [groups.guest ?? ''] },
    );
    const said = await fleet.consoleOf(id);
    assert.match(said, /inner: 10\.0\.1\.\d+ 10\.0\.2\.\d+/);
    assert.doesNotMatch(said, /web: 10\./);
    assert.match(said, /through: ip-10-0-[12]-\d+ for/);
    assert.match(said, /within: from within/);
    assert.match(said, /past: 000/);
    assert.equal((await ask(orrery, names.inner ?? '', '/')).status, 504);
  });

  test('a Network Load Balancer hands flows on with the client’s own address, which their security group must admit', async () => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: 'flows',
        Protocol: 'TCP',
        Port: 8080,
        VpcId,
        HealthCheckIntervalSeconds: 10,
      }),
    );
    const flows = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await elb.send(
      new RegisterTargetsCommand({ TargetGroupArn: flows, Targets: instances.map(({ id }) => ({ Id: id })) }),
    );
    await allow('server', { FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '10.0.0.0/16' }] });
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'flows', Type: 'network', Subnets: subnets }),
    );
    const { LoadBalancerArn, DNSName = '' } = LoadBalancers?.[0] ?? {};
    const DefaultActions = [forwardTo(flows)];
    await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 8080, DefaultActions }));
    for (let tries = 0; tries < 100; tries += 1) {
      const { TargetHealthDescriptions = [] } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: flows }),
      );
      if (TargetHealthDescriptions.every(({ TargetHealth }) => TargetHealth?.State === 'healthy')) break;
      await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
    const host = String((await dataOf(orrery.dnsPort, DNSName, 'A'))[0]);
    const visit = () =>
      fetch(`http://${host}:8080/`, { headers: { connection: 'close' } }).then((answer) => answer.text());
    await assert.rejects(visit(), 'the instances do not admit users');
    await allow('server', { FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '203.0.113.0/24' }] });
    assert.match(await visit(), /for (::ffff:)?203\.0\.113\.1$/);
  });

  test('one that is stopped is left out, and one that is terminated is deregistered', async () => {
    const [first, second] = instances;
    await fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [first?.id ?? ''] }));
    await fleet.until(first?.id ?? '', 'stopped');
    assert.deepEqual((await states())[first?.id ?? ''], {
      State: 'unused',
      Reason: 'Target.InvalidState',
      Description: 'Target is in the stopped state',
    });
    for (let index = 0; index < 4; index += 1)
      assert.match((await ask(orrery, names.web ?? '', '/')).body, /^ip-10-0-2/);
    await fleet.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first?.id ?? '', second?.id ?? ''] }));
    await fleet.until(second?.id ?? '', 'terminated');
    assert.equal((await states())[second?.id ?? '']?.State, 'draining');
    assert.equal((await ask(orrery, names.web ?? '', '/')).status, 503);
  });
});
