import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteTagsCommand,
  DeleteVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { network } from '../../engines/network/network.ts';
import { servicePrincipal } from '../../kernel/principal.ts';

const refusedAs = (name: string) => (error: { name: string }) => error.name === name;

describe('EC2 networks', () => {
  let orrery: Orrery;
  let ec2: EC2Client;
  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'] });
    ec2 = orrery.client(EC2Client);
  });
  after(() => orrery.stop());

  const makeVpc = async (CidrBlock = '10.0.0.0/16'): Promise<string> => {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock }));
    return Vpc?.VpcId ?? '';
  };
  const makeSubnet = async (VpcId: string, CidrBlock: string, AvailabilityZone = 'us-east-1a'): Promise<string> => {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    return Subnet?.SubnetId ?? '';
  };

  test('there is a default VPC with a public subnet in each zone ("Default VPC components", VPC User Guide)', async () => {
    const filter = [{ Name: 'is-default', Values: ['true'] }];
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: filter }));
    assert.deepEqual(
      Vpcs.map(({ CidrBlock, IsDefault }) => [CidrBlock, IsDefault]),
      [['172.31.0.0/16', true]],
    );
    assert.match(Vpcs[0]?.VpcId ?? '', /^vpc-[0-9a-f]{17}$/);
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    assert.deepEqual(Subnets.map(({ AvailabilityZone }) => AvailabilityZone).sort(), [
      'us-east-1a',
      'us-east-1b',
      'us-east-1c',
    ]);
    assert.ok(
      Subnets.every(
        ({ AvailableIpAddressCount, MapPublicIpOnLaunch }) => AvailableIpAddressCount === 4091 && MapPublicIpOnLaunch,
      ),
    );
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    assert.deepEqual(
      AvailabilityZones.map(({ ZoneId }) => ZoneId),
      ['use1-az1', 'use1-az2', 'use1-az3'],
    );
  });

  test('blocks of addresses are checked as AWS checks them', async () => {
    await assert.rejects(makeVpc('10.0.0.0/8'), refusedAs('InvalidVpc.Range'));
    await assert.rejects(makeVpc('10.0.0/16'), refusedAs('InvalidParameterValue'));
    const vpc = await makeVpc('10.9.0.0/16');
    await makeSubnet(vpc, '10.9.1.0/24');
    await assert.rejects(makeSubnet(vpc, '10.9.1.128/25'), refusedAs('InvalidSubnet.Conflict'));
    await assert.rejects(makeSubnet(vpc, '10.8.1.0/24'), refusedAs('InvalidSubnet.Range'));
    await assert.rejects(makeSubnet(vpc, '10.9.2.0/24', 'us-east-1z'), refusedAs('InvalidParameterValue'));
    await assert.rejects(makeSubnet('vpc-0123456789abcdef0', '10.9.2.0/24'), refusedAs('InvalidVpcID.NotFound'));
    await assert.rejects(ec2.send(new DeleteVpcCommand({ VpcId: vpc })), refusedAs('DependencyViolation'));
    await assert.rejects(
      ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true })),
      refusedAs('DryRunOperation'),
    );
  });

  test('rules of a group are kept one by one, found by permission or by id, and never twice', async () => {
    const VpcId = await makeVpc();
    const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'web', Description: 'web' }));
    const { GroupId: peer } = await ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: 'peer', Description: 'peer' }),
    );
    await assert.rejects(
      ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'web', Description: 'again' })),
      refusedAs('InvalidGroup.Duplicate'),
    );
    const rule = {
      IpProtocol: 'tcp',
      FromPort: 80,
      ToPort: 80,
      IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'all' }],
    };
    const { SecurityGroupRules = [] } = await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [rule, { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: peer }] }],
      }),
    );
    assert.equal(SecurityGroupRules.length, 2);
    await assert.rejects(
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] })),
      refusedAs('InvalidPermission.Duplicate'),
    );
    await assert.rejects(ec2.send(new DeleteSecurityGroupCommand({ GroupId: peer })), refusedAs('DependencyViolation'));
    const byId = [SecurityGroupRules[1]?.SecurityGroupRuleId ?? ''];
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: byId }));
    await assert.rejects(
      ec2.send(
        new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [{ ...rule, FromPort: 81, ToPort: 81 }] }),
      ),
      refusedAs('InvalidPermission.NotFound'),
    );
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ''] }));
    assert.deepEqual(SecurityGroups[0]?.IpPermissions?.[0]?.IpRanges, [{ CidrIp: '0.0.0.0/0', Description: 'all' }]);
    const { SecurityGroupRules: left = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId ?? ''] }] }),
    );
    assert.deepEqual(left.map(({ IsEgress, CidrIpv4 }) => [IsEgress, CidrIpv4]).sort(), [
      [false, '0.0.0.0/0'],
      [true, '0.0.0.0/0'],
    ]);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId: peer }));
  });

  test('interfaces take the lowest free address after the four that AWS keeps', async () => {
    const VpcId = await makeVpc();
    const SubnetId = await makeSubnet(VpcId, '10.0.1.0/28');
    const make = () => ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
    const made = [];
    for (let count = 0; count < 11; count += 1) made.push((await make()).NetworkInterface);
    assert.equal(made[0]?.PrivateIpAddress, '10.0.1.4');
    assert.equal(made[10]?.PrivateIpAddress, '10.0.1.14');
    assert.equal(made[0]?.PrivateDnsName, 'ip-10-0-1-4.ec2.internal');
    assert.equal(made[0]?.Groups?.[0]?.GroupName, 'default');
    await assert.rejects(make(), refusedAs('InsufficientFreeAddressesInSubnet'));
    await assert.rejects(ec2.send(new DeleteSubnetCommand({ SubnetId })), refusedAs('DependencyViolation'));
  });

  test('a service makes interfaces of its own, which people cannot delete', async () => {
    const SubnetId = await makeSubnet(await makeVpc(), '10.0.1.0/24');
    const { account } = orrery.context();
    const principal = servicePrincipal('elasticloadbalancing.amazonaws.com', account, { serviceLinked: true });
    const { NetworkInterface: face } = await orrery
      .context()
      .call<{ NetworkInterface: { NetworkInterfaceId: string; RequesterId: string; RequesterManaged: boolean } }>(
        'ec2',
        'CreateNetworkInterface',
        { SubnetId, Description: 'ELB app/site/0123' },
        { principal },
      );
    assert.deepEqual([face.RequesterId, face.RequesterManaged], ['amazon-elb', true]);
    const input = { NetworkInterfaceId: face.NetworkInterfaceId };
    await assert.rejects(ec2.send(new DeleteNetworkInterfaceCommand(input)), refusedAs('InvalidParameterValue'));
    await orrery.context().call('ec2', 'DeleteNetworkInterface', input, { principal });
  });

  test('what is configured is what the network engine decides by', async () => {
    const VpcId = await makeVpc();
    const publicSubnet = await makeSubnet(VpcId, '10.0.1.0/24');
    const privateSubnet = await makeSubnet(VpcId, '10.0.2.0/24');
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
    await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    const tableFor = async (SubnetId: string): Promise<string> => {
      const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
      const RouteTableId = RouteTable?.RouteTableId ?? '';
      await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
      return RouteTableId;
    };
    const DestinationCidrBlock = '0.0.0.0/0';
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: await tableFor(publicSubnet),
        DestinationCidrBlock,
        GatewayId: InternetGatewayId,
      }),
    );
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: publicSubnet, AllocationId }));
    const NatGatewayId = NatGateway?.NatGatewayId ?? '';
    const privateTable = await tableFor(privateSubnet);
    await ec2.send(new CreateRouteCommand({ RouteTableId: privateTable, DestinationCidrBlock, NatGatewayId }));
    await ec2.send(
      new CreateVpcEndpointCommand({ VpcId, ServiceName: 'com.amazonaws.us-east-1.s3', RouteTableIds: [privateTable] }),
    );
    const table = () => orrery.kernel.engine(network).vpc(VpcId);
    const routes = (subnetId: string) => table().subnets.find((subnet) => subnet.subnetId === subnetId)?.routes;
    assert.deepEqual(routes(publicSubnet), [{ destination: '0.0.0.0/0', target: 'internet-gateway' }]);
    assert.deepEqual(routes(privateSubnet), [
      { destination: '0.0.0.0/0', target: 'nat-gateway' },
      { destination: '198.51.100.2/32', target: 'nat-gateway' },
    ]);
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    assert.equal(routes(privateSubnet)?.[0]?.target, 'blackhole');
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [privateTable] }));
    assert.deepEqual(
      RouteTables[0]?.Routes?.map(({ State }) => State),
      ['active', 'blackhole'],
    );
    await orrery.restart();
    assert.equal(routes(publicSubnet)?.[0]?.target, 'internet-gateway');
  });

  test('a network ACL that is made lets nothing through until its entries do', async () => {
    const VpcId = await makeVpc();
    const { NetworkAcl } = await ec2.send(new CreateNetworkAclCommand({ VpcId }));
    const NetworkAclId = NetworkAcl?.NetworkAclId ?? '';
    const entry = {
      NetworkAclId,
      RuleNumber: 100,
      Protocol: '6',
      RuleAction: 'allow',
      Egress: false,
      CidrBlock: '0.0.0.0/0',
      PortRange: { From: 80, To: 80 },
    } as const;
    await ec2.send(new CreateNetworkAclEntryCommand(entry));
    await assert.rejects(ec2.send(new CreateNetworkAclEntryCommand(entry)), refusedAs('NetworkAclEntryAlreadyExists'));
    const { NetworkAcls = [] } = await ec2.send(
      new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    );
    assert.deepEqual(NetworkAcls.map(({ IsDefault, Entries }) => [IsDefault, Entries?.length]).sort(), [
      [false, 3],
      [true, 4],
    ]);
  });

  test('tags are put on and taken off by id, and things found by them', async () => {
    const vpc = await makeVpc();
    await ec2.send(
      new CreateTagsCommand({
        Resources: [vpc],
        Tags: [
          { Key: 'Name', Value: 'restaurant' },
          { Key: 'Stage', Value: 'test' },
        ],
      }),
    );
    const { Vpcs = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'tag:Name', Values: ['rest*'] }] }),
    );
    assert.deepEqual(
      Vpcs.map(({ VpcId }) => VpcId),
      [vpc],
    );
    await ec2.send(new DeleteTagsCommand({ Resources: [vpc], Tags: [{ Key: 'Stage' }] }));
    const { Tags = [] } = await ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [vpc] }] }),
    );
    assert.deepEqual(Tags, [{ Key: 'Name', Value: 'restaurant', ResourceId: vpc, ResourceType: 'vpc' }]);
    await assert.rejects(
      ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] })),
      refusedAs('InvalidParameterValue'),
    );
  });
});
