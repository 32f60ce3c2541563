import { zonesOf } from '../../../kernel/regions.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { invalidCombination } from '../errors.ts';
import { findSubnetGroup, subnetGroupFor } from '../operations/subnet-groups.ts';
import { type InstanceRecord, instances, type Place } from '../state.ts';
import { tell } from './events.ts';
import { fleet } from './fleet.ts';
import {
  hasInternetGateway,
  leavePlace,
  openPlace,
  regroupPlace,
  runsEc2,
  securityGroupsOf,
  takePlace,
} from './places.ts';

export const standbyOf = (id: string): string => `${id}-standby`;

/** The subnet group and the security groups of a database, as the request says or by default. */
export async function networkOf(
  ctx: Context,
  input: { DBSubnetGroupName?: string | undefined; VpcSecurityGroupIds?: string[] | undefined },
): Promise<{ DBSubnetGroupName: string | undefined; VpcSecurityGroupIds: string[] }> {
  const group = await subnetGroupFor(ctx, input.DBSubnetGroupName);
  const wanted = input.VpcSecurityGroupIds ?? [];
  const VpcSecurityGroupIds = group && runsEc2(ctx) ? await securityGroupsOf(ctx, group.VpcId, wanted) : wanted;
  return { DBSubnetGroupName: group?.DBSubnetGroupName, VpcSecurityGroupIds };
}

/** Where it is placed when the request does not say: spread over the zones of its subnet group. */
export function zoneFor(ctx: Context, groupName: string | undefined, count: number): string {
  const zones =
    groupName === undefined ? zonesOf(ctx.region) : findSubnetGroup(ctx, groupName).Subnets.map(({ zone }) => zone);
  const distinct = [...new Set(zones)];
  return distinct[count % distinct.length] ?? '';
}

export function checkZone(input: { AvailabilityZone?: string | undefined; MultiAZ?: boolean | undefined }): void {
  if (input.MultiAZ && input.AvailabilityZone !== undefined)
    throw invalidCombination('Requesting a specific availability zone is not valid for Multi-AZ instances.');
}

/**
 * "When the DB instance is publicly accessible": where nothing is said, whether the VPC has an internet gateway
 * (PubliclyAccessible of CreateDBInstance).
 */
export async function isPublic(ctx: Context, groupName: string | undefined, said: boolean | undefined) {
  if (said !== undefined) return said;
  if (groupName === undefined || !runsEc2(ctx)) return false;
  return hasInternetGateway(ctx, findSubnetGroup(ctx, groupName).VpcId);
}

/** Takes its network interfaces: one, and one for the standby in another zone. All of them, or none. */
export async function takePlaces(ctx: Context, record: InstanceRecord): Promise<Record<string, Place> | undefined> {
  if (record.DBSubnetGroupName === undefined || !runsEc2(ctx)) return undefined;
  const group = findSubnetGroup(ctx, record.DBSubnetGroupName);
  const placing = { securityGroupIds: record.VpcSecurityGroupIds, publiclyAccessible: record.PubliclyAccessible };
  const zone = record.AvailabilityZone;
  const own = await takePlace(ctx, group, { ...placing, zone });
  const places = { [record.DBInstanceIdentifier]: own };
  if (!record.MultiAZ) return places;
  const other = group.Subnets.find((subnet) => subnet.zone !== zone)?.zone ?? zone;
  try {
    return {
      ...places,
      [standbyOf(record.DBInstanceIdentifier)]: await takePlace(ctx, group, { ...placing, zone: other }),
    };
  } catch (error) {
    await leavePlace(ctx, own);
    throw error;
  }
}

/** Begins to answer in the VPC; false where its addresses cannot be listened at, which is told as RDS does. */
export async function moveIn(kernel: Kernel, scope: Scope, record: InstanceRecord): Promise<boolean> {
  try {
    for (const [member, place] of Object.entries(record.places ?? {}))
      await kernel.engine(fleet).house(record.groupId, member, place, record.Port);
    return true;
  } catch (error) {
    tell(kernel, scope, 'instanceUnreachable', record.DBInstanceIdentifier, (error as Error).message);
    return false;
  }
}

export async function moveOut(ctx: Context, record: InstanceRecord): Promise<void> {
  for (const [member, place] of Object.entries(record.places ?? {})) {
    await ctx.engine(fleet).evict(record.groupId, member);
    await leavePlace(ctx, place);
  }
}

/** Gives instances other security groups, which count at once. */
export async function regroup(ctx: Context, records: readonly InstanceRecord[], ids: readonly string[]): Promise<void> {
  for (const record of records) {
    for (const place of Object.values(record.places ?? {})) await regroupPlace(ctx, place, ids);
    instances(ctx).put(record.DBInstanceIdentifier, { ...record, VpcSecurityGroupIds: [...ids] });
  }
}

/** With a public address, or without one. */
export async function setPublic(ctx: Context, record: InstanceRecord, wanted: boolean) {
  const places: Record<string, Place> = {};
  for (const [member, place] of Object.entries(record.places ?? {})) {
    places[member] = await openPlace(ctx, place, wanted);
    await ctx.engine(fleet).house(record.groupId, member, places[member], record.Port);
  }
  return { PubliclyAccessible: wanted, ...(record.places ? { places } : {}) };
}
