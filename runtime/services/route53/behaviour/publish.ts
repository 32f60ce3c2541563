import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { dns } from '../../../data-planes/dns/dns.ts';
import { absoluteName, type DnsRecordSet, type Routing } from '../../../data-planes/dns/records.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { bareId, type HostedZone, queryLoggingConfigs, recordKey, records, recordsOf } from '../state.ts';

/** Tells the name servers of a zone, without its records. */
export function publishZone(kernel: Kernel, zone: HostedZone): void {
  const logging = queryLoggingConfigs(kernel, zone)
    .values()
    .find(({ HostedZoneId }) => HostedZoneId === zone.Id);
  kernel.engine(dns).putZone({
    id: zone.Id,
    name: zone.Name,
    account: zone.account,
    vpcs: zone.PrivateZone ? zone.VPCs.map(({ VPCId = '' }) => VPCId) : undefined,
    queryLogGroupArn: logging?.CloudWatchLogsLogGroupArn,
  });
}

export function publishRecords(kernel: Kernel, zone: HostedZone, name: string): void {
  const named = records(kernel, zone).get(recordKey(zone.Id, name));
  kernel.engine(dns).setRecords(zone.Id, name, (named?.sets ?? []).map(compile));
}

export function publishAll(kernel: Kernel, zone: HostedZone): void {
  publishZone(kernel, zone);
  for (const { name } of recordsOf(kernel, zone, zone.Id)) publishRecords(kernel, zone, name);
}

export function withdraw(kernel: Kernel, zone: HostedZone): void {
  kernel.engine(dns).removeZone(zone.Id);
}

function compile(set: ResourceRecordSet): DnsRecordSet {
  const { AliasTarget: target } = set;
  return {
    type: String(set.Type),
    ttl: set.TTL ?? 0,
    values: (set.ResourceRecords ?? []).map(({ Value = '' }) => Value),
    alias: target && {
      name: absoluteName(target.DNSName ?? ''),
      zoneId: bareId(target.HostedZoneId),
      evaluateTargetHealth: target.EvaluateTargetHealth ?? false,
    },
    setIdentifier: set.SetIdentifier,
    healthCheckId: set.HealthCheckId,
    routing: routingOf(set),
  };
}

function routingOf(set: ResourceRecordSet): Routing | undefined {
  if (set.Weight !== undefined) return { kind: 'weighted', weight: set.Weight };
  if (set.Region !== undefined) return { kind: 'latency', region: set.Region };
  if (set.Failover !== undefined) return { kind: 'failover', role: set.Failover };
  if (set.MultiValueAnswer) return { kind: 'multivalue' };
  if (!set.GeoLocation) return undefined;
  const { ContinentCode: continent, CountryCode: country, SubdivisionCode: subdivision } = set.GeoLocation;
  return {
    kind: 'geolocation',
    ...(continent ? { continent } : {}),
    ...(country ? { country } : {}),
    ...(subdivision ? { subdivision } : {}),
  };
}
