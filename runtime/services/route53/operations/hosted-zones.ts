import type {
  AssociateVPCWithHostedZoneCommandInput,
  CreateHostedZoneCommandInput,
  DeleteHostedZoneCommandInput,
  DisassociateVPCFromHostedZoneCommandInput,
  GetHostedZoneCommandInput,
  ListHostedZonesByNameCommandInput,
  ListHostedZonesByVPCCommandInput,
  ListHostedZonesCommandInput,
  UpdateHostedZoneCommentCommandInput,
  VPC,
} from '@aws-sdk/client-route-53';
import { absoluteName } from '../../../data-planes/dns/records.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { recordChange } from '../behaviour/changes.ts';
import { publishAll, publishZone, withdraw } from '../behaviour/publish.ts';
import { shown } from '../behaviour/record-rules.ts';
import * as errors from '../errors.ts';
import {
  bareId,
  type HostedZone,
  hostedZones,
  queryLoggingConfigs,
  recordKey,
  records,
  recordsOf,
  reversed,
  tags,
  zoneAt,
} from '../state.ts';

export function CreateHostedZone(ctx: Context, input: CreateHostedZoneCommandInput) {
  const Name = absoluteName(input.Name ?? '');
  const labels = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+$/;
  if (!labels.test(Name) || Name.length > 255) throw errors.invalidDomainName(input.Name ?? '');
  if (input.DelegationSetId)
    throw refused('route53 hosted zone with DelegationSetId', 'every zone has name servers of its own.');
  if (input.HostedZoneConfig?.PrivateZone && !input.VPC)
    throw errors.invalidInput(
      'When you are creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPC.',
    );
  const reference = input.CallerReference ?? '';
  if (
    hostedZones(ctx, ctx)
      .values()
      .some(({ CallerReference }) => CallerReference === reference)
  )
    throw errors.hostedZoneAlreadyExists(reference);
  if (input.VPC) checkConflict(ctx, Name, input.VPC);
  const zone: HostedZone = {
    Id: `Z${ctx.ids.upper(20)}`,
    Name,
    CallerReference: reference,
    Comment: input.HostedZoneConfig?.Comment,
    PrivateZone: input.VPC !== undefined,
    VPCs: input.VPC ? [input.VPC] : [],
    NameServers: input.VPC
      ? ['ns-0.awsdns-00.com', 'ns-512.awsdns-00.net', 'ns-1024.awsdns-00.org', 'ns-1536.awsdns-00.co.uk']
      : nameServers(ctx),
    account: ctx.account,
    createdMs: ctx.clock.now(),
  };
  hostedZones(ctx, ctx).put(zone.Id, zone);
  records(ctx, ctx).put(recordKey(zone.Id, Name), { name: Name, sets: apexRecords(zone) });
  publishAll(ctx, zone);
  return {
    HostedZone: described(ctx, zone),
    ChangeInfo: recordChange(ctx),
    ...(zone.PrivateZone ? { VPC: input.VPC } : { DelegationSet: { NameServers: zone.NameServers } }),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.Id}`,
  };
}

/** One name server in each of four top-level domains, as Route 53 gives them. */
function nameServers(ctx: Context): string[] {
  const domains = ['com', 'net', 'org', 'co.uk'];
  return domains.map((domain, group) => {
    const number = group * 512 + Math.floor(ctx.ids.random() * 512);
    return `ns-${number}.awsdns-${String(number % 64).padStart(2, '0')}.${domain}`;
  });
}

/** "NS and SOA records that Amazon Route 53 creates for a public hosted zone". */
function apexRecords({
  Name,
  NameServers,
}: HostedZone): { Name: string; Type: 'NS' | 'SOA'; TTL: number; ResourceRecords: { Value: string }[] }[] {
  const soa = `${NameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { Name, Type: 'NS', TTL: 172_800, ResourceRecords: NameServers.map((server) => ({ Value: `${server}.` })) },
    { Name, Type: 'SOA', TTL: 900, ResourceRecords: [{ Value: soa }] },
  ];
}

function checkConflict(ctx: Context, name: string, vpc: VPC): void {
  const clash = hostedZones(ctx, ctx)
    .values()
    .some((zone) => zone.Name === name && zone.VPCs.some(({ VPCId }) => VPCId === vpc.VPCId));
  if (clash) throw errors.conflictingDomainExists(name, String(vpc.VPCId));
}

export function GetHostedZone(ctx: Context, input: GetHostedZoneCommandInput) {
  const zone = zoneAt(ctx, input.Id);
  return {
    HostedZone: described(ctx, zone),
    ...(zone.PrivateZone ? { VPCs: zone.VPCs } : { DelegationSet: { NameServers: zone.NameServers } }),
  };
}

export function GetHostedZoneCount(ctx: Context) {
  return { HostedZoneCount: hostedZones(ctx, ctx).size };
}

export function DeleteHostedZone(ctx: Context, input: DeleteHostedZoneCommandInput) {
  const zone = zoneAt(ctx, input.Id);
  const named = recordsOf(ctx, ctx, zone.Id);
  const required = (type: unknown) => type === 'SOA' || type === 'NS';
  if (named.some(({ name, sets }) => name !== zone.Name || sets.some(({ Type }) => !required(Type))))
    throw errors.hostedZoneNotEmpty();
  records(ctx, ctx).delete(recordKey(zone.Id, zone.Name));
  for (const { Id, HostedZoneId } of queryLoggingConfigs(ctx, ctx).values())
    if (HostedZoneId === zone.Id) queryLoggingConfigs(ctx, ctx).delete(Id);
  tags(ctx, ctx).delete(`hostedzone/${zone.Id}`);
  hostedZones(ctx, ctx).delete(zone.Id);
  withdraw(ctx, zone);
  return { ChangeInfo: recordChange(ctx) };
}

export function UpdateHostedZoneComment(ctx: Context, input: UpdateHostedZoneCommentCommandInput) {
  const zone = { ...zoneAt(ctx, input.Id), Comment: input.Comment };
  hostedZones(ctx, ctx).put(zone.Id, zone);
  return { HostedZone: described(ctx, zone) };
}

export function ListHostedZones(ctx: Context, input: ListHostedZonesCommandInput) {
  const wanted = hostedZones(ctx, ctx)
    .values()
    .filter((zone) => input.HostedZoneType !== 'PrivateHostedZone' || zone.PrivateZone);
  const from = input.Marker ? wanted.filter(({ Id }) => Id >= bareId(input.Marker)) : wanted;
  const limit = Math.min(Math.max(input.MaxItems ?? 100, 1), 100);
  const next = from[limit];
  return {
    HostedZones: from.slice(0, limit).map((zone) => described(ctx, zone)),
    Marker: input.Marker,
    IsTruncated: next !== undefined,
    NextMarker: next?.Id,
    MaxItems: limit,
  };
}

export function ListHostedZonesByName(ctx: Context, input: ListHostedZonesByNameCommandInput) {
  const key = (zone: { Name: string; Id: string }) => `${reversed(zone.Name)} ${zone.Id}`;
  const start = input.DNSName ? key({ Name: absoluteName(input.DNSName), Id: bareId(input.HostedZoneId) }) : '';
  const from = hostedZones(ctx, ctx)
    .values()
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .filter((zone) => key(zone) >= start.trimEnd());
  const limit = Math.min(Math.max(input.MaxItems ?? 100, 1), 100);
  const next = from[limit];
  return {
    HostedZones: from.slice(0, limit).map((zone) => described(ctx, zone)),
    DNSName: input.DNSName,
    HostedZoneId: input.HostedZoneId,
    IsTruncated: next !== undefined,
    MaxItems: limit,
    ...(next ? { NextDNSName: shown(next.Name), NextHostedZoneId: next.Id } : {}),
  };
}

export function ListHostedZonesByVPC(ctx: Context, input: ListHostedZonesByVPCCommandInput) {
  const found = hostedZones(ctx, ctx)
    .values()
    .filter(({ VPCs }) => VPCs.some(({ VPCId, VPCRegion }) => VPCId === input.VPCId && VPCRegion === input.VPCRegion));
  return {
    HostedZoneSummaries: found.map(({ Id, Name, account }) => ({
      HostedZoneId: Id,
      Name,
      Owner: { OwningAccount: account },
    })),
    MaxItems: input.MaxItems ?? 100,
  };
}

export function AssociateVPCWithHostedZone(ctx: Context, input: AssociateVPCWithHostedZoneCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  if (!zone.PrivateZone) throw errors.publicZoneVpcAssociation(zone.Id);
  const vpc = input.VPC ?? {};
  checkConflict(ctx, zone.Name, vpc);
  keepVpcs(ctx, zone, [...zone.VPCs, vpc]);
  return { ChangeInfo: recordChange(ctx, input.Comment) };
}

export function DisassociateVPCFromHostedZone(ctx: Context, input: DisassociateVPCFromHostedZoneCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  const rest = zone.VPCs.filter(({ VPCId }) => VPCId !== input.VPC?.VPCId);
  if (rest.length === zone.VPCs.length) throw errors.vpcAssociationNotFound(String(input.VPC?.VPCId), zone.Id);
  if (rest.length === 0) throw errors.lastVpcAssociation();
  keepVpcs(ctx, zone, rest);
  return { ChangeInfo: recordChange(ctx, input.Comment) };
}

function keepVpcs(ctx: Context, zone: HostedZone, VPCs: VPC[]): void {
  const changed = { ...zone, VPCs };
  hostedZones(ctx, ctx).put(zone.Id, changed);
  publishZone(ctx, changed);
}

function described(ctx: Context, zone: HostedZone) {
  const sets = recordsOf(ctx, ctx, zone.Id).reduce((sum, named) => sum + named.sets.length, 0);
  return {
    Id: `/hostedzone/${zone.Id}`,
    Name: shown(zone.Name),
    CallerReference: zone.CallerReference,
    Config: { PrivateZone: zone.PrivateZone, ...(zone.Comment === undefined ? {} : { Comment: zone.Comment }) },
    ResourceRecordSetCount: sets,
  };
}
