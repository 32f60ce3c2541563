import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface InterfaceProperties {
  SubnetId: string;
  Description?: string;
  GroupSet?: string[];
  PrivateIpAddress?: string;
  PrivateIpAddresses?: { Primary: boolean; PrivateIpAddress: string }[];
  SecondaryPrivateIpAddressCount?: number;
  SourceDestCheck?: boolean;
  Tags?: { Key: string; Value: string }[];
}

const noIpv6 = { refused: 'VPCs have IPv4 alone here.' };

/** AWS::EC2::NetworkInterface. Ref is the id. */
export const NetworkInterface = defineResource<InterfaceProperties>({
  type: 'AWS::EC2::NetworkInterface',
  properties: {
    SubnetId: 'executed',
    Description: 'stored',
    GroupSet: 'executed',
    PrivateIpAddress: 'executed',
    PrivateIpAddresses: 'executed',
    SecondaryPrivateIpAddressCount: 'executed',
    SourceDestCheck: 'executed',
    InterfaceType: { refused: 'there is one type of interface here.' },
    Ipv4Prefixes: { refused: 'prefix delegation is not done.' },
    Ipv4PrefixCount: { refused: 'prefix delegation is not done.' },
    Ipv6Prefixes: noIpv6,
    Ipv6PrefixCount: noIpv6,
    Ipv6Addresses: noIpv6,
    Ipv6AddressCount: noIpv6,
    EnablePrimaryIpv6: noIpv6,
    ConnectionTrackingSpecification: { refused: 'time-outs of connections cannot be set.' },
    PublicIpDnsHostnameTypeSpecification: { refused: 'instances are named by their address.' },
    Tags: 'stored',
  },
  async create(ctx, { GroupSet, SourceDestCheck, Tags, ...input }) {
    const { NetworkInterface: made } = await ctx.call<{ NetworkInterface: { NetworkInterfaceId: string } }>(
      'ec2',
      'CreateNetworkInterface',
      { ...input, Groups: GroupSet, ...tagSpecification(ctx, 'network-interface', Tags) },
    );
    const { NetworkInterfaceId } = made;
    if (SourceDestCheck === false) await modify(ctx, { NetworkInterfaceId, SourceDestCheck: { Value: false } });
    return describe(ctx, NetworkInterfaceId);
  },
  async update(ctx, NetworkInterfaceId, { GroupSet, Description, Tags }, previous) {
    if (GroupSet) await modify(ctx, { NetworkInterfaceId, Groups: GroupSet });
    if (Description !== previous.Description)
      await modify(ctx, { NetworkInterfaceId, Description: { Value: Description ?? '' } });
    await retag(ctx, NetworkInterfaceId, Tags, previous.Tags);
    return describe(ctx, NetworkInterfaceId);
  },
  delete: (ctx, NetworkInterfaceId) => unlessGone(ctx.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId })),
});

async function modify(ctx: ResourceContext, input: object): Promise<void> {
  await ctx.call('ec2', 'ModifyNetworkInterfaceAttribute', input);
}

async function describe(ctx: ResourceContext, NetworkInterfaceId: string) {
  const { NetworkInterfaces } = await ctx.call<{
    NetworkInterfaces: {
      VpcId: string;
      PrivateIpAddress: string;
      PrivateIpAddresses: { Primary: boolean; PrivateIpAddress: string }[];
    }[];
  }>('ec2', 'DescribeNetworkInterfaces', { NetworkInterfaceIds: [NetworkInterfaceId] });
  const [face] = NetworkInterfaces;
  return {
    physicalId: NetworkInterfaceId,
    attributes: {
      Id: NetworkInterfaceId,
      VpcId: face?.VpcId,
      PrimaryPrivateIpAddress: face?.PrivateIpAddress,
      SecondaryPrivateIpAddresses: face?.PrivateIpAddresses.filter(({ Primary }) => !Primary).map(
        ({ PrivateIpAddress }) => PrivateIpAddress,
      ),
    },
  };
}
