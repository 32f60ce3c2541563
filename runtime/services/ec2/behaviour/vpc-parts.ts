import type { Tag } from '@aws-sdk/client-ec2';
import { formatArn } from '../../../kernel/arn.ts';
import { zoneIdOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import {
  dhcpOptions,
  type NetworkAcl,
  networkAcls,
  routeTables,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  securityGroups,
  subnets,
  type Vpc,
  vpcs,
} from '../network-state.ts';
import { newId } from './noun.ts';

/** What is common to the VPC a person makes and the default one: each comes with a main route table, an ACL and a group. */
export function makeVpc(
  ctx: Context,
  options: {
    CidrBlock: string;
    IsDefault: boolean;
    enableDnsHostnames: boolean;
    Tags: Tag[];
    InstanceTenancy?: 'default' | 'dedicated';
  },
): Vpc {
  const { CidrBlock, IsDefault, enableDnsHostnames, Tags } = options;
  const VpcId = vpcs.newId(ctx);
  const vpc = vpcs.put(ctx, {
    VpcId,
    CidrBlock,
    CidrBlockAssociationSet: [
      { AssociationId: newId(ctx, 'vpc-cidr-assoc'), CidrBlock, CidrBlockState: { State: 'associated' } },
    ],
    DhcpOptionsId: defaultDhcpOptions(ctx),
    IsDefault,
    InstanceTenancy: options.InstanceTenancy ?? 'default',
    OwnerId: ctx.account,
    State: 'available',
    enableDnsSupport: true,
    enableDnsHostnames,
    enableNetworkAddressUsageMetrics: false,
    Tags,
  });
  const RouteTableId = routeTables.newId(ctx);
  routeTables.put(ctx, {
    RouteTableId,
    VpcId,
    OwnerId: ctx.account,
    Routes: [{ DestinationCidrBlock: CidrBlock, GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' }],
    Associations: [
      {
        Main: true,
        RouteTableAssociationId: newId(ctx, 'rtbassoc'),
        RouteTableId,
        AssociationState: { State: 'associated' },
      },
    ],
    PropagatingVgws: [],
    Tags: [],
  });
  makeNetworkAcl(ctx, { VpcId, IsDefault: true, Tags: [] });
  makeSecurityGroup(ctx, { VpcId, GroupName: 'default', Description: 'default VPC security group', Tags: [] });
  return vpc;
}

/** The Amazon-provided set, one a region ("DHCP option sets in Amazon VPC"). */
function defaultDhcpOptions(ctx: Context): string {
  const kept = dhcpOptions.all(ctx)[0];
  if (kept) return kept.DhcpOptionsId;
  const domain = ctx.region === 'us-east-1' ? 'ec2.internal' : `${ctx.region}.compute.internal`;
  return dhcpOptions.put(ctx, {
    DhcpOptionsId: dhcpOptions.newId(ctx),
    OwnerId: ctx.account,
    DhcpConfigurations: [
      { Key: 'domain-name', Values: [{ Value: domain }] },
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
    ],
    Tags: [],
  }).DhcpOptionsId;
}

/** A default ACL lets everything through, one that is made nothing ("Default network ACL", "Custom network ACLs"). */
export function makeNetworkAcl(
  ctx: Context,
  { VpcId, IsDefault, Tags }: { VpcId: string; IsDefault: boolean; Tags: Tag[] },
): NetworkAcl {
  const entry = (Egress: boolean, RuleNumber: number, RuleAction: 'allow' | 'deny') => ({
    CidrBlock: '0.0.0.0/0',
    Egress,
    Protocol: '-1',
    RuleAction,
    RuleNumber,
  });
  const allowing = IsDefault ? [true, false].map((egress) => entry(egress, 100, 'allow')) : [];
  return networkAcls.put(ctx, {
    NetworkAclId: networkAcls.newId(ctx),
    VpcId,
    IsDefault,
    OwnerId: ctx.account,
    Associations: [],
    Entries: [...allowing, ...[true, false].map((egress) => entry(egress, 32767, 'deny'))],
    Tags,
  });
}

/** The default group lets its own members in; every group lets everything out ("Default security groups for your VPCs"). */
export function makeSecurityGroup(
  ctx: Context,
  { VpcId, GroupName, Description, Tags }: { VpcId: string; GroupName: string; Description: string; Tags: Tag[] },
): SecurityGroup {
  const GroupId = securityGroups.newId(ctx);
  const rule = (change: Partial<SecurityGroupRule> & { IsEgress: boolean }): SecurityGroupRule => ({
    SecurityGroupRuleId: newId(ctx, 'sgr'),
    GroupId,
    GroupOwnerId: ctx.account,
    IpProtocol: '-1',
    FromPort: -1,
    ToPort: -1,
    Tags: [],
    ...change,
  });
  const own = rule({ IsEgress: false, ReferencedGroupInfo: { GroupId, UserId: ctx.account } });
  return securityGroups.put(ctx, {
    GroupId,
    GroupName,
    Description,
    VpcId,
    OwnerId: ctx.account,
    rules: [...(GroupName === 'default' ? [own] : []), rule({ IsEgress: true, CidrIpv4: '0.0.0.0/0' })],
    Tags,
  });
}

export function makeSubnet(
  ctx: Context,
  {
    vpc,
    CidrBlock,
    zone,
    DefaultForAz,
    Tags,
  }: { vpc: Vpc; CidrBlock: string; zone: string; DefaultForAz: boolean; Tags: Tag[] },
): Subnet {
  const SubnetId = subnets.newId(ctx);
  const acl = networkAcls.all(ctx).find(({ VpcId, IsDefault }) => VpcId === vpc.VpcId && IsDefault);
  if (acl) associateAcl(ctx, acl, SubnetId);
  return subnets.put(ctx, {
    SubnetId,
    SubnetArn: formatArn('ec2', ctx.region, ctx.account, `subnet/${SubnetId}`),
    VpcId: vpc.VpcId,
    CidrBlock,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneIdOf(zone),
    DefaultForAz,
    MapPublicIpOnLaunch: DefaultForAz,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: false,
    Ipv6CidrBlockAssociationSet: [],
    OwnerId: ctx.account,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    State: 'available',
    Tags,
  });
}

export function associateAcl(ctx: Context, acl: NetworkAcl, SubnetId: string): string {
  const NetworkAclAssociationId = newId(ctx, 'aclassoc');
  const { NetworkAclId } = acl;
  networkAcls.put(ctx, {
    ...acl,
    Associations: [...acl.Associations, { NetworkAclAssociationId, NetworkAclId, SubnetId }],
  });
  return NetworkAclAssociationId;
}
