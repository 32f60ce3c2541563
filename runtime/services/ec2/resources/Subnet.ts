import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface SubnetProperties {
  VpcId: string;
  CidrBlock?: string;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
  MapPublicIpOnLaunch?: boolean;
  Tags?: { Key: string; Value: string }[];
}

const noIpv6 = { refused: 'VPCs have IPv4 alone here.' };

/** AWS::EC2::Subnet. Ref is the id. */
export const Subnet = defineResource<SubnetProperties>({
  type: 'AWS::EC2::Subnet',
  properties: {
    VpcId: 'executed',
    CidrBlock: 'executed',
    AvailabilityZone: 'executed',
    AvailabilityZoneId: 'executed',
    MapPublicIpOnLaunch: 'executed',
    AssignIpv6AddressOnCreation: noIpv6,
    Ipv6CidrBlock: noIpv6,
    Ipv6Native: noIpv6,
    EnableDns64: noIpv6,
    Ipv6IpamPoolId: noIpv6,
    Ipv6NetmaskLength: noIpv6,
    Ipv4IpamPoolId: { refused: 'IP Address Manager is not done.' },
    Ipv4NetmaskLength: { refused: 'IP Address Manager is not done.' },
    OutpostArn: { refused: 'Outposts are not done.' },
    EnableLniAtDeviceIndex: { refused: 'Outposts are not done.' },
    PrivateDnsNameOptionsOnLaunch: { refused: 'instances are named by their address.' },
    Tags: 'stored',
  },
  async create(ctx, { MapPublicIpOnLaunch, Tags, ...input }) {
    const tags = tagSpecification(ctx, 'subnet', Tags);
    const { Subnet: made } = await ctx.call<{ Subnet: { SubnetId: string } }>('ec2', 'CreateSubnet', {
      ...input,
      ...tags,
    });
    if (MapPublicIpOnLaunch) await mapPublicIp(ctx, made.SubnetId, true);
    return describe(ctx, made.SubnetId);
  },
  async update(ctx, SubnetId, { MapPublicIpOnLaunch, Tags }, previous) {
    await mapPublicIp(ctx, SubnetId, MapPublicIpOnLaunch === true);
    await retag(ctx, SubnetId, Tags, previous.Tags);
    return describe(ctx, SubnetId);
  },
  delete: (ctx, SubnetId) => unlessGone(ctx.call('ec2', 'DeleteSubnet', { SubnetId })),
});

async function mapPublicIp(ctx: ResourceContext, SubnetId: string, Value: boolean): Promise<void> {
  await ctx.call('ec2', 'ModifySubnetAttribute', { SubnetId, MapPublicIpOnLaunch: { Value } });
}

async function describe(ctx: ResourceContext, SubnetId: string) {
  const [{ Subnets }, { NetworkAcls }] = await Promise.all([
    ctx.call<{ Subnets: Record<string, unknown>[] }>('ec2', 'DescribeSubnets', { SubnetIds: [SubnetId] }),
    ctx.call<{ NetworkAcls: { Associations: { SubnetId: string; NetworkAclAssociationId: string }[] }[] }>(
      'ec2',
      'DescribeNetworkAcls',
      {
        Filters: [{ Name: 'association.subnet-id', Values: [SubnetId] }],
      },
    ),
  ]);
  const association = NetworkAcls[0]?.Associations.find((each) => each.SubnetId === SubnetId);
  const { AvailabilityZone, AvailabilityZoneId, CidrBlock, VpcId } = Subnets[0] ?? {};
  return {
    physicalId: SubnetId,
    attributes: {
      SubnetId,
      AvailabilityZone,
      AvailabilityZoneId,
      CidrBlock,
      VpcId,
      Ipv6CidrBlocks: [],
      NetworkAclAssociationId: association?.NetworkAclAssociationId,
    },
  };
}
