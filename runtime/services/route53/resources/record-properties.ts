import type { ChangeAction, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { absoluteName } from '../../../data-planes/dns/records.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { bareId } from '../state.ts';

/** One record set as templates write it, in RecordSet and in RecordSetGroup. */
export interface RecordProperties extends Omit<ResourceRecordSet, 'ResourceRecords' | 'TTL' | 'AliasTarget'> {
  HostedZoneId?: string;
  HostedZoneName?: string;
  ResourceRecords?: string[];
  TTL?: string | number;
  AliasTarget?: { DNSName: string; HostedZoneId: string; EvaluateTargetHealth?: boolean };
  Comment?: string;
}

export const recordFidelity: Record<string, Fidelity> = lookupTable({
  HostedZoneId: 'executed',
  HostedZoneName: 'executed',
  Name: 'executed',
  Type: 'executed',
  TTL: 'executed',
  ResourceRecords: 'executed',
  AliasTarget: 'executed',
  SetIdentifier: 'executed',
  Weight: 'executed',
  Region: 'executed',
  Failover: 'executed',
  MultiValueAnswer: 'executed',
  GeoLocation: 'executed',
  HealthCheckId: 'executed',
  CidrRoutingConfig: { refused: 'IP-based routing is not run.' },
  GeoProximityLocation: { refused: 'use latency or geolocation routing.' },
});

export function recordSetOf(properties: RecordProperties): ResourceRecordSet {
  const {
    HostedZoneId: _id,
    HostedZoneName: _name,
    Comment: _comment,
    ResourceRecords,
    TTL,
    AliasTarget,
    ...set
  } = properties;
  return {
    ...set,
    ...(set.Weight === undefined ? {} : { Weight: Number(set.Weight) }),
    ...(TTL === undefined ? {} : { TTL: Number(TTL) }),
    ...(ResourceRecords ? { ResourceRecords: ResourceRecords.map((Value) => ({ Value: String(Value) })) } : {}),
    ...(AliasTarget
      ? { AliasTarget: { ...AliasTarget, EvaluateTargetHealth: AliasTarget.EvaluateTargetHealth ?? false } }
      : {}),
  };
}

/** A template names the zone by its id or by its name, which then must be one zone's alone. */
export async function zoneIdOf(ctx: ResourceContext, properties: RecordProperties): Promise<string> {
  if (properties.HostedZoneId) return bareId(properties.HostedZoneId);
  const Name = absoluteName(properties.HostedZoneName ?? '');
  const { HostedZones } = await ctx.call<{ HostedZones: { Id: string; Name: string }[] }>(
    'route53',
    'ListHostedZonesByName',
    { DNSName: Name },
  );
  const found = HostedZones.filter((zone) => zone.Name === Name);
  if (found.length !== 1 || !found[0])
    throw new AwsError('InvalidRequest', `${found.length === 0 ? 'No' : 'More than one'} hosted zone is named ${Name}`);
  return bareId(found[0].Id);
}

export async function change(
  ctx: ResourceContext,
  HostedZoneId: string,
  changes: readonly [ChangeAction, ResourceRecordSet][],
  Comment?: string,
): Promise<void> {
  if (changes.length === 0) return;
  const Changes = changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }));
  await ctx.call('route53', 'ChangeResourceRecordSets', { HostedZoneId, ChangeBatch: { Changes, Comment } });
}

/** A record set that is gone, or whose zone is, needs no deletion. */
export async function remove(ctx: ResourceContext, zoneId: string, sets: readonly ResourceRecordSet[]): Promise<void> {
  try {
    await change(
      ctx,
      zoneId,
      sets.map((set) => ['DELETE', set]),
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const gone = error.code === 'NoSuchHostedZone' || /but it was not found/.test(error.message);
    if (!gone) throw error;
  }
}

/** What tells one record set of a zone from another. */
export function identityOf({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  return `${absoluteName(Name ?? '')} ${Type} ${SetIdentifier ?? ''}`;
}
