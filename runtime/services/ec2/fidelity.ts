import type { Fidelity } from '../../kernel/service.ts';

const noIpv6 = { refused: 'VPCs have IPv4 alone here.' };
const noIpam = { refused: 'IP Address Manager is not done.' };

/** Parameters that are kept without effect, or refused; the rest of what `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = {
  'CreateVpc.AmazonProvidedIpv6CidrBlock': { refused: 'VPCs have IPv4 alone here; leave it out.' },
  'CreateVpc.Ipv6CidrBlock': noIpv6,
  'CreateVpc.Ipv6Pool': noIpv6,
  'CreateVpc.Ipv4IpamPoolId': noIpam,
  'CreateVpc.Ipv6IpamPoolId': noIpam,
  'CreateVpc.InstanceTenancy': 'stored',
  'AssociateVpcCidrBlock.AmazonProvidedIpv6CidrBlock': noIpv6,
  'AssociateVpcCidrBlock.Ipv6CidrBlock': noIpv6,
  'AssociateVpcCidrBlock.Ipv4IpamPoolId': noIpam,
  'ModifyVpcAttribute.EnableDnsSupport': 'stored',
  'ModifyVpcAttribute.EnableDnsHostnames': 'stored',
  'ModifyVpcAttribute.EnableNetworkAddressUsageMetrics': 'stored',
  'CreateSubnet.Ipv6CidrBlock': noIpv6,
  'CreateSubnet.Ipv6Native': noIpv6,
  'CreateSubnet.OutpostArn': { refused: 'Outposts are not done.' },
  'CreateSubnet.Ipv4IpamPoolId': noIpam,
  'CreateNatGateway.SecondaryAllocationIds': { refused: 'a NAT gateway has one address here.' },
  'CreateNatGateway.SecondaryPrivateIpAddresses': { refused: 'a NAT gateway has one address here.' },
  'CreateNetworkInterface.Ipv6Addresses': noIpv6,
  'CreateNetworkInterface.Ipv6AddressCount': noIpv6,
  'CreateNetworkInterface.Ipv4Prefixes': { refused: 'prefix delegation is not done.' },
  'CreateNetworkInterface.Ipv4PrefixCount': { refused: 'prefix delegation is not done.' },
  'AssignPrivateIpAddresses.Ipv4Prefixes': { refused: 'prefix delegation is not done.' },
  'CreateVpcEndpoint.PolicyDocument': 'stored',
  'CreateVpcEndpoint.PrivateDnsEnabled': 'stored',
  'CreateVpcEndpoint.SubnetConfigurations': { refused: 'name subnets by SubnetIds.' },
  'AuthorizeSecurityGroupIngress.IpPermissions.Ipv6Ranges': 'stored',
  'AuthorizeSecurityGroupEgress.IpPermissions.Ipv6Ranges': 'stored',
};
