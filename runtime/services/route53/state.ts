import type { HealthCheckConfig, ResourceRecordSet, VPC } from '@aws-sdk/client-route-53';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import { noSuchHostedZone } from './errors.ts';

/** Route 53 is global: its records belong to an account, not to a region. */
export interface HostedZone {
  /** Without `/hostedzone/`. */
  Id: string;
  /** With its final dot. */
  Name: string;
  CallerReference: string;
  Comment: string | undefined;
  PrivateZone: boolean;
  VPCs: VPC[];
  NameServers: string[];
  account: string;
  /** The first of a name answers where several zones have it. */
  createdMs: number;
}

/** All record sets of one name of a zone: what changes and answers together. */
export interface NamedRecords {
  name: string;
  sets: ResourceRecordSet[];
}

export interface Change {
  Id: string;
  submittedMs: number;
  Comment: string | undefined;
}

export interface HealthCheckRecord {
  Id: string;
  CallerReference: string;
  HealthCheckConfig: HealthCheckConfig;
  HealthCheckVersion: number;
  account: string;
}

export interface QueryLoggingRecord {
  Id: string;
  HostedZoneId: string;
  CloudWatchLogsLogGroupArn: string;
}

type Owner = { account: string };
const scope = ({ account }: Owner) => ({ account, region: '' });

export function hostedZones(kernel: Kernel, owner: Owner): Collection<HostedZone> {
  return kernel.store.collection<HostedZone>('route53.hosted-zones', scope(owner));
}

/** Keyed by zone and by the name's labels from the last to the first, which is the order of listings. */
export function records(kernel: Kernel, owner: Owner): Collection<NamedRecords> {
  return kernel.store.collection<NamedRecords>('route53.records', scope(owner));
}

export function changes(kernel: Kernel, owner: Owner): Collection<Change> {
  return kernel.store.collection<Change>('route53.changes', scope(owner));
}

export function healthChecks(kernel: Kernel, owner: Owner): Collection<HealthCheckRecord> {
  return kernel.store.collection<HealthCheckRecord>('route53.health-checks', scope(owner));
}

export function queryLoggingConfigs(kernel: Kernel, owner: Owner): Collection<QueryLoggingRecord> {
  return kernel.store.collection<QueryLoggingRecord>('route53.query-logging', scope(owner));
}

/** Tags by `hostedzone/Z…` or `healthcheck/…`. */
export function tags(kernel: Kernel, owner: Owner): Collection<Record<string, string>> {
  return kernel.store.collection<Record<string, string>>('route53.tags', scope(owner));
}

/** www.example.com. → com.example.www. */
export function reversed(name: string): string {
  return `${name.replace(/\.$/, '').split('.').reverse().join('.')}.`;
}

export function recordKey(zoneId: string, name: string): string {
  return `${zoneId} ${reversed(name)}`;
}

/** Record sets of a zone by name, in AWS's order. */
export function recordsOf(kernel: Kernel, owner: Owner, zoneId: string): NamedRecords[] {
  return records(kernel, owner)
    .entries()
    .filter(([key]) => key.startsWith(`${zoneId} `))
    .map(([, named]) => named);
}

/** Ids come with and without their kind: /hostedzone/Z123. */
export function bareId(id = ''): string {
  return id.replace(/^\/?(hostedzone|change|healthcheck)\//, '');
}

export function zoneAt(ctx: Context, id: string | undefined): HostedZone {
  const zone = hostedZones(ctx, ctx).get(bareId(id));
  if (!zone) throw noSuchHostedZone(bareId(id));
  return zone;
}
