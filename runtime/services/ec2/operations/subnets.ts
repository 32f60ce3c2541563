import type {
  CreateSubnetCommandInput,
  DeleteSubnetCommandInput,
  DescribeSubnetsCommandInput,
  ModifySubnetAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { zoneIdOf, zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { canonical, contains, overlap, prefixOf } from '../behaviour/cidr.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { availableCount } from '../behaviour/private-addresses.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { makeSubnet } from '../behaviour/vpc-parts.ts';
import { dependencyViolation, invalidValue } from '../errors.ts';
import { networkAcls, networkInterfaces, routeTables, type Subnet, subnets, type Vpc, vpcs } from '../network-state.ts';

const filters = {
  'availability-zone': 'AvailabilityZone',
  availabilityZone: 'AvailabilityZone',
  'availability-zone-id': 'AvailabilityZoneId',
  availabilityZoneId: 'AvailabilityZoneId',
  'available-ip-address-count': 'AvailableIpAddressCount',
  cidr: 'CidrBlock',
  cidrBlock: 'CidrBlock',
  'cidr-block': 'CidrBlock',
  'default-for-az': 'DefaultForAz',
  defaultForAz: 'DefaultForAz',
  'map-public-ip-on-launch': 'MapPublicIpOnLaunch',
  'owner-id': 'OwnerId',
  state: 'State',
  'subnet-arn': 'SubnetArn',
  'subnet-id': 'SubnetId',
  'vpc-id': 'VpcId',
};

export async function CreateSubnet(ctx: Context, input: CreateSubnetCommandInput) {
  const vpc = vpcs.find(ctx, input.VpcId);
  if (input.CidrBlock === undefined)
    throw new AwsError('MissingParameter', "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  const subnet = makeSubnet(ctx, {
    vpc,
    CidrBlock: subnetCidr(ctx, vpc, input.CidrBlock),
    zone: zoneFor(ctx, input),
    DefaultForAz: false,
    Tags: tagsFor(input.TagSpecifications, 'subnet'),
  });
  await enforce(ctx, vpc.VpcId);
  return { Subnet: described(ctx, subnet) };
}

/** "Subnet CIDR blocks": within the VPC's, between /16 and /28, and over no other subnet's. */
function subnetCidr(ctx: Context, vpc: Vpc, given: string): string {
  const cidr = canonical(given);
  const prefix = prefixOf(cidr);
  const inside = vpc.CidrBlockAssociationSet.some(({ CidrBlock = '' }) => contains(CidrBlock, cidr));
  if (prefix < 16 || prefix > 28 || !inside)
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);
  if (subnets.all(ctx).some(({ VpcId, CidrBlock }) => VpcId === vpc.VpcId && overlap(CidrBlock, cidr)))
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`);
  return cidr;
}

function zoneFor(ctx: Context, { AvailabilityZone, AvailabilityZoneId }: CreateSubnetCommandInput): string {
  const zones = zonesOf(ctx.region);
  const zone =
    AvailabilityZoneId === undefined
      ? (AvailabilityZone ?? zones[0])
      : zones.find((each) => zoneIdOf(each) === AvailabilityZoneId);
  if (zone === undefined || !zones.includes(zone))
    throw invalidValue(
      AvailabilityZoneId === undefined ? 'availabilityZone' : 'availabilityZoneId',
      AvailabilityZoneId ?? AvailabilityZone,
      `Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`,
    );
  return zone;
}

export function DescribeSubnets(ctx: Context, input: DescribeSubnetsCommandInput) {
  const found = chosen(
    input.SubnetIds,
    (id) => subnets.find(ctx, id),
    () => subnets.all(ctx),
  );
  const { page, ...rest } = list(
    found.map((subnet) => described(ctx, subnet)),
    input,
    filters,
  );
  return { Subnets: page, ...rest };
}

function described(ctx: Context, subnet: Subnet) {
  return { ...subnet, AvailableIpAddressCount: availableCount(ctx, subnet) };
}

const changeable = ['MapPublicIpOnLaunch'] as const;

export function ModifySubnetAttribute(ctx: Context, { SubnetId, ...input }: ModifySubnetAttributeCommandInput) {
  const subnet = subnets.find(ctx, SubnetId);
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || (changeable as readonly string[]).includes(name)) continue;
    if (typeof value === 'object' && 'Value' in value && value.Value === false) continue;
    if (name === 'PrivateDnsHostnameTypeOnLaunch' && value === 'ip-name') continue;
    throw refused(`ec2 ModifySubnetAttribute parameter ${name}`);
  }
  subnets.put(ctx, { ...subnet, MapPublicIpOnLaunch: input.MapPublicIpOnLaunch?.Value ?? subnet.MapPublicIpOnLaunch });
  return {};
}

export async function DeleteSubnet(ctx: Context, { SubnetId = '' }: DeleteSubnetCommandInput) {
  const { VpcId } = subnets.find(ctx, SubnetId);
  if (networkInterfaces.all(ctx).some((each) => each.SubnetId === SubnetId))
    throw dependencyViolation(`The subnet '${SubnetId}' has dependencies and cannot be deleted.`);
  const others = <A extends { SubnetId?: string | undefined }>(associations: A[]): A[] =>
    associations.filter((each) => each.SubnetId !== SubnetId);
  for (const table of routeTables.all(ctx))
    if (table.Associations.some((each) => each.SubnetId === SubnetId))
      routeTables.put(ctx, { ...table, Associations: others(table.Associations) });
  for (const acl of networkAcls.all(ctx))
    if (acl.Associations.some((each) => each.SubnetId === SubnetId))
      networkAcls.put(ctx, { ...acl, Associations: others(acl.Associations) });
  subnets.delete(ctx, SubnetId);
  await enforce(ctx, VpcId);
  return {};
}
