import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateVpcEndpointCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  ModifyVpcAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { loadPriceList } from '../../cost/price-list.ts';
import { network } from '../../engines/network/network.ts';
import type { UsageEvent } from '../../kernel/usage.ts';
import { flowLogSchedule } from './behaviour/flow-records.ts';
import { standing } from './behaviour/usage.ts';
import { Fleet, lacking } from './instances.fixture.ts';

test('instances, volumes, gateways, addresses and endpoints are paid for while they are there, at prices that are known', async (t) => {
  const orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'], clock: 'running' });
  t.after(() => orrery.stop());
  const fleet = new Fleet(orrery);
  const { ec2 } = fleet;
  const VpcId = await fleet.vpc();
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { InternetGatewayId } = InternetGateway ?? {};
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
  await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.sqs',
      VpcEndpointType: 'Interface',
      SubnetIds: [SubnetId],
    }),
  );
  const counted = (): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { usageType, amount } of standing(orrery.kernel)) sums[usageType] = (sums[usageType] ?? 0) + amount;
    return sums;
  };
  const network = {
    'NatGateway-Hours': 1,
    'PublicIPv4:InUseAddress': 1,
    'PublicIPv4:IdleAddress': 1,
    'VpcEndpoint-Hours': 1,
  };
  assert.deepEqual(counted(), network);
  const prices = (await loadPriceList()).get('ec2')?.regions['us-east-1'] ?? {};
  for (const usageType of Object.keys(counted())) assert.ok(prices[usageType], `${usageType} has no price`);
  if (lacking) return;
  const { id } = await fleet.run('#!/bin/sh\n', { SubnetId });
  const disk = { 'EBS:VolumeUsage.gp3': 8 };
  assert.deepEqual(counted(), { ...network, ...disk, 'BoxUsage:t3.micro': 1 });
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await fleet.until(id, 'stopped');
  assert.deepEqual(counted(), { ...network, ...disk });
  assert.equal(prices['BoxUsage:t3.micro']?.tiers[0]?.usd, 0.0104);
});

/** Fetches `kilobytes` from a server of the VPC in another zone, and asks AWS by the endpoint and by the NAT gateway. */
const script = (address: string): string => `#!/bin/bash
curl -sf http://${address}/ | wc -c
curl -s -o /dev/null http://sqs.us-east-1.amazonaws.com:4566/ && echo by the endpoint
curl -s -o /dev/null http://sts.us-east-1.amazonaws.com:4566/ && echo by the NAT gateway
`;
const kilobytes = 100;

test('bytes by NAT gateways, to interface endpoints and between zones are counted as they flow', {
  skip: lacking,
}, async (t) => {
  const orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 'sqs'], clock: 'running' });
  t.after(() => orrery.stop());
  const fleet = new Fleet(orrery);
  const { ec2 } = fleet;
  const VpcId = await fleet.vpc();
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const [open, inner, far] = [
    await fleet.subnet(VpcId, '10.0.1.0/24', 'us-east-1a'),
    await fleet.subnet(VpcId, '10.0.2.0/24', 'us-east-1a'),
    await fleet.subnet(VpcId, '10.0.3.0/24', 'us-east-1b'),
  ];
  const { InternetGateway: { InternetGatewayId } = {} } = await ec2.send(new CreateInternetGatewayCommand({}));
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const { RouteTables: [main] = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  );
  const everywhere = { DestinationCidrBlock: '0.0.0.0/0' };
  await ec2.send(
    new CreateRouteCommand({ RouteTableId: main?.RouteTableId, ...everywhere, GatewayId: InternetGatewayId }),
  );
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
  const { NatGateway: { NatGatewayId } = {} } = await ec2.send(
    new CreateNatGatewayCommand({ SubnetId: open, AllocationId }),
  );
  const { RouteTable: { RouteTableId } = {} } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  await ec2.send(new CreateRouteCommand({ RouteTableId, ...everywhere, NatGatewayId }));
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: inner }));
  const { SecurityGroups: [group] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  );
  const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/16' }] }];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group?.GroupId, IpPermissions }));
  const ServiceName = 'com.amazonaws.us-east-1.sqs';
  const { VpcEndpoint: { VpcEndpointId } = {} } = await ec2.send(
    new CreateVpcEndpointCommand({ VpcId, ServiceName, VpcEndpointType: 'Interface', SubnetIds: [inner] }),
  );
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: far }));
  const address = NetworkInterface?.PrivateIpAddress ?? '';
  const server = await orrery.kernel.engine(network).listen(VpcId, { address, port: 80 });
  server.on('connection', (socket) => {
    const body = 'x'.repeat(kilobytes * 1024);
    socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
    socket.on('error', () => undefined);
  });
  const used: UsageEvent[] = [];
  orrery.kernel.events.on('usage', (event) => used.push(event));
  const { id, face } = await fleet.run(script(address), { SubnetId: inner });
  assert.match(
    await fleet.consoleOf(id),
    new RegExp(`^${kilobytes * 1024}\nby the endpoint\nby the NAT gateway$`, 'm'),
  );
  server.close();
  await orrery.kernel.engine(flowLogSchedule).writeNow();

  const bytesOf = (usageType: string, of: string): number =>
    used
      .filter((event) => event.usageType === usageType && event.resource.endsWith(of))
      .reduce((sum, { amount }) => sum + amount * 2 ** 30, 0);
  const transferred = bytesOf('DataTransfer-Regional-Bytes', face);
  assert.ok(
    transferred > kilobytes * 1024 && transferred < 1.5 * kilobytes * 1024,
    `${transferred} bytes between zones`,
  );
  assert.equal(bytesOf('DataTransfer-Regional-Bytes', NetworkInterface?.NetworkInterfaceId ?? ''), transferred);
  for (const [usageType, of = ''] of [
    ['NatGateway-Bytes', NatGatewayId],
    ['VpcEndpoint-Bytes', VpcEndpointId],
  ] as const) {
    const bytes = bytesOf(usageType, of);
    assert.ok(bytes > 300 && bytes < 20_000, `${bytes} ${usageType}`);
  }
  const prices = await loadPriceList();
  for (const { service, usageType } of used)
    if (/Bytes/.test(usageType))
      assert.ok(prices.get(service)?.regions['us-east-1']?.[usageType], `${usageType} has no price`);
});
