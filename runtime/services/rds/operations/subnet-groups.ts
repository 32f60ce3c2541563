import type {
  CreateDBSubnetGroupCommandInput,
  DeleteDBSubnetGroupCommandInput,
  DescribeDBSubnetGroupsCommandInput,
  ModifyDBSubnetGroupCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError } from '../../../kernel/errors.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { defaultSubnets, describeSubnets, runsEc2 } from '../behaviour/places.ts';
import {
  invalidParameter,
  subnetGroupExists,
  subnetGroupInUse,
  subnetGroupNotFound,
  uncoveredZones,
} from '../errors.ts';
import { arnOf, clusters, instances, type SubnetGroupRecord, subnetGroups } from '../state.ts';

export async function CreateDBSubnetGroup(ctx: Context, input: CreateDBSubnetGroupCommandInput) {
  const DBSubnetGroupName = String(input.DBSubnetGroupName).toLowerCase();
  if (DBSubnetGroupName === ownGroup)
    throw invalidParameter('The parameter DBSubnetGroupName is not a valid identifier: "default" is reserved.');
  if (subnetGroups(ctx).has(DBSubnetGroupName)) throw subnetGroupExists(DBSubnetGroupName);
  const record: SubnetGroupRecord = {
    DBSubnetGroupName,
    DBSubnetGroupDescription: String(input.DBSubnetGroupDescription),
    DBSubnetGroupArn: arnOf(ctx, 'subgrp', DBSubnetGroupName),
    ...(await covering(ctx, input.SubnetIds ?? [])),
    Tags: input.Tags ?? [],
  };
  subnetGroups(ctx).put(DBSubnetGroupName, record);
  return { DBSubnetGroup: describeSubnetGroup(record) };
}

export async function ModifyDBSubnetGroup(ctx: Context, input: ModifyDBSubnetGroupCommandInput) {
  const record = findSubnetGroup(ctx, input.DBSubnetGroupName);
  const changed: SubnetGroupRecord = {
    ...record,
    DBSubnetGroupDescription: input.DBSubnetGroupDescription ?? record.DBSubnetGroupDescription,
    ...(await covering(ctx, input.SubnetIds ?? [])),
  };
  subnetGroups(ctx).put(record.DBSubnetGroupName, changed);
  return { DBSubnetGroup: describeSubnetGroup(changed) };
}

export function DescribeDBSubnetGroups(ctx: Context, input: DescribeDBSubnetGroupsCommandInput) {
  const found =
    input.DBSubnetGroupName === undefined
      ? subnetGroups(ctx).values()
      : [findSubnetGroup(ctx, input.DBSubnetGroupName)];
  return { DBSubnetGroups: found.map(describeSubnetGroup) };
}

export function DeleteDBSubnetGroup(ctx: Context, input: DeleteDBSubnetGroupCommandInput): void {
  const { DBSubnetGroupName } = findSubnetGroup(ctx, input.DBSubnetGroupName);
  const users = [...clusters(ctx).values(), ...instances(ctx).values()];
  if (users.some((user) => user.DBSubnetGroupName === DBSubnetGroupName)) throw subnetGroupInUse(DBSubnetGroupName);
  subnetGroups(ctx).delete(DBSubnetGroupName);
}

export function findSubnetGroup(ctx: Context, name: string | undefined): SubnetGroupRecord {
  const found = subnetGroups(ctx).get(String(name).toLowerCase());
  if (!found) throw subnetGroupNotFound(String(name));
  return found;
}

export function describeSubnetGroup({ Subnets, Tags: _, ...record }: SubnetGroupRecord) {
  return {
    ...record,
    SubnetGroupStatus: 'Complete',
    SupportedNetworkTypes: ['IPV4'],
    Subnets: Subnets.map(({ SubnetIdentifier, zone }) => ({
      SubnetIdentifier,
      SubnetAvailabilityZone: { Name: zone },
      SubnetStatus: 'Active',
    })),
  };
}

const ownGroup = 'default';

/**
 * The group named; else `default`, which RDS makes of the default VPC's subnets when it is first needed. Undefined where
 * no EC2 runs beside this service and none is named: there is no VPC then.
 */
export async function subnetGroupFor(ctx: Context, name: string | undefined): Promise<SubnetGroupRecord | undefined> {
  if (name !== undefined && !(name.toLowerCase() === ownGroup && !subnetGroups(ctx).has(ownGroup)))
    return findSubnetGroup(ctx, name);
  if (!runsEc2(ctx)) return undefined;
  const found = await defaultSubnets(ctx);
  const record: SubnetGroupRecord = {
    DBSubnetGroupName: ownGroup,
    DBSubnetGroupDescription: ownGroup,
    DBSubnetGroupArn: arnOf(ctx, 'subgrp', ownGroup),
    VpcId: found[0]?.VpcId ?? '',
    Subnets: found.map(({ SubnetId, AvailabilityZone }) => ({ SubnetIdentifier: SubnetId, zone: AvailabilityZone })),
    Tags: [],
  };
  subnetGroups(ctx).put(ownGroup, record);
  return record;
}

/** Where no EC2 runs beside this service, zones are given out in order and there is no VPC. */
async function covering(ctx: Context, ids: readonly string[]) {
  const zones = zonesOf(ctx.region);
  let VpcId = '';
  let Subnets = ids.map((SubnetIdentifier, index) => ({ SubnetIdentifier, zone: zones[index % zones.length] ?? '' }));
  if (runsEc2(ctx)) {
    const found = await knownSubnets(ctx, ids);
    Subnets = found.map(({ SubnetId, AvailabilityZone }) => ({ SubnetIdentifier: SubnetId, zone: AvailabilityZone }));
    VpcId = found[0]?.VpcId ?? '';
    if (found.some((subnet) => subnet.VpcId !== VpcId)) throw invalidSubnets(ids);
  }
  if (new Set(Subnets.map(({ zone }) => zone)).size < 2) throw uncoveredZones();
  return { VpcId, Subnets };
}

async function knownSubnets(ctx: Context, ids: readonly string[]) {
  try {
    return await describeSubnets(ctx, { SubnetIds: ids });
  } catch (error) {
    if (!(error instanceof AwsError) || !error.code.startsWith('InvalidSubnetID')) throw error;
    throw invalidSubnets(ids);
  }
}

/** "The requested subnet is invalid, or multiple subnets were requested that are not all in a common VPC" (InvalidSubnet). */
const invalidSubnets = (ids: readonly string[]) =>
  new AwsError('InvalidSubnet', `Some input subnets in :[${ids.join(', ')}] are invalid.`);
