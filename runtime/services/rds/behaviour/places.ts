import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { CallOptions, Context, Kernel } from '../../../kernel/service.ts';
import { differentVpcs, invalidParameter, noDefaultSubnet, uncoveredZone } from '../errors.ts';
import type { Place, SubnetGroupRecord } from '../state.ts';

/** A database in a VPC has a network interface in a subnet of its group; without EC2 beside this service there is none. */
export function runsEc2(kernel: Kernel): boolean {
  return kernel.engine(registry).services.has('ec2');
}

/** Through its service-linked role ("Using service-linked roles for Amazon RDS", User Guide). */
export function asRds({ account }: { account: string }): CallOptions {
  return { principal: servicePrincipal('rds.amazonaws.com', account, { serviceLinked: true }) };
}

interface Subnet {
  SubnetId: string;
  AvailabilityZone: string;
  VpcId: string;
}

export async function describeSubnets(ctx: Context, input: object): Promise<Subnet[]> {
  const { Subnets = [] } = await ctx.call<{ Subnets?: Subnet[] }>('ec2', 'DescribeSubnets', input, asRds(ctx));
  return Subnets;
}

/** The subnets of the default VPC, for whom no group is named. */
export async function defaultSubnets(ctx: Context): Promise<Subnet[]> {
  const found = await describeSubnets(ctx, { Filters: [{ Name: 'defaultForAz', Values: ['true'] }] });
  if (found.length === 0) throw noDefaultSubnet();
  return found;
}

interface Group {
  GroupId: string;
  VpcId: string;
}

/** Those named, all of the VPC; the VPC's default one when none is ("VpcSecurityGroupIds", CreateDBInstance). */
export async function securityGroupsOf(ctx: Context, vpcId: string, ids: readonly string[]): Promise<string[]> {
  const input =
    ids.length > 0
      ? { GroupIds: ids }
      : {
          Filters: [
            { Name: 'vpc-id', Values: [vpcId] },
            { Name: 'group-name', Values: ['default'] },
          ],
        };
  try {
    const { SecurityGroups = [] } = await ctx.call<{ SecurityGroups?: Group[] }>(
      'ec2',
      'DescribeSecurityGroups',
      input,
      asRds(ctx),
    );
    const foreign = SecurityGroups.find(({ VpcId }) => VpcId !== vpcId);
    if (foreign) throw differentVpcs(vpcId, foreign.VpcId);
    return SecurityGroups.map(({ GroupId }) => GroupId);
  } catch (error) {
    if (error instanceof AwsError && /^InvalidGroup/.test(error.code))
      throw invalidParameter(`Invalid security group , groupId= ${ids.join(', ')}, groupName=.`);
    throw error;
  }
}

/** Whether the VPC has an internet gateway, which is what PubliclyAccessible goes by when nothing is said. */
export async function hasInternetGateway(ctx: Context, vpcId: string): Promise<boolean> {
  const Filters = [{ Name: 'attachment.vpc-id', Values: [vpcId] }];
  const { InternetGateways = [] } = await ctx.call<{ InternetGateways?: object[] }>(
    'ec2',
    'DescribeInternetGateways',
    { Filters },
    asRds(ctx),
  );
  return InternetGateways.length > 0;
}

export interface Placing {
  zone: string;
  securityGroupIds: readonly string[];
  publiclyAccessible: boolean;
}

/** Makes the interface of a database in the group's subnet of a zone. */
export async function takePlace(ctx: Context, group: SubnetGroupRecord, placing: Placing): Promise<Place> {
  const subnet = group.Subnets.find(({ zone }) => zone === placing.zone);
  if (!subnet) throw uncoveredZone(placing.zone);
  const { NetworkInterface } = await ctx.call<{
    NetworkInterface?: { NetworkInterfaceId: string; PrivateIpAddress: string; VpcId: string };
  }>(
    'ec2',
    'CreateNetworkInterface',
    {
      SubnetId: subnet.SubnetIdentifier,
      Description: 'RDSNetworkInterface',
      Groups: placing.securityGroupIds,
    },
    asRds(ctx),
  );
  const { NetworkInterfaceId = '', PrivateIpAddress = '', VpcId = '' } = NetworkInterface ?? {};
  const place = { VpcId, NetworkInterfaceId, PrivateIpAddress, zone: placing.zone, isPublic: false };
  return placing.publiclyAccessible ? openPlace(ctx, place, true) : place;
}

export async function openPlace(ctx: Context, place: Place, isPublic: boolean): Promise<Place> {
  const { NetworkInterfaceId } = place;
  const input = { NetworkInterfaceId, AssociatePublicIpAddress: isPublic };
  await ctx.call('ec2', 'ModifyNetworkInterfaceAttribute', input, asRds(ctx));
  return { ...place, isPublic };
}

export async function regroupPlace(ctx: Context, place: Place, Groups: readonly string[]): Promise<void> {
  const { NetworkInterfaceId } = place;
  await ctx.call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Groups }, asRds(ctx));
}

/** An interface that is gone already is none to be deleted. */
export async function leavePlace(ctx: Context, { NetworkInterfaceId }: Place): Promise<void> {
  try {
    await ctx.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId }, asRds(ctx));
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'InvalidNetworkInterfaceID.NotFound') throw error;
  }
}
