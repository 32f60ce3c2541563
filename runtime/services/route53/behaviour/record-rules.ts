import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { answerOf, BadRecordData, recordTypes } from '../../../data-planes/dns/record-data.ts';
import { absoluteName } from '../../../data-planes/dns/records.ts';
import { refused } from '../../../kernel/errors.ts';
import { isRegion } from '../../../kernel/regions.ts';
import { invalidInput } from '../errors.ts';
import type { HostedZone } from '../state.ts';

/** A record set as it is kept: its name absolute and in lower case. Throws InvalidInput for what no batch may hold. */
export function normalised(given: ResourceRecordSet): ResourceRecordSet {
  const set = { ...given, Name: absoluteName(given.Name ?? '') };
  refuseUnrun(set);
  checkMembers(set);
  if (set.AliasTarget) set.AliasTarget = { ...set.AliasTarget, DNSName: absoluteName(set.AliasTarget.DNSName ?? '') };
  return set;
}

function refuseUnrun(set: ResourceRecordSet): void {
  if (set.TrafficPolicyInstanceId)
    throw refused('route53 record set with TrafficPolicyInstanceId', 'traffic policies are not run.');
  if (set.CidrRoutingConfig) throw refused('route53 record set with CidrRoutingConfig', 'IP-based routing is not run.');
  if (set.GeoProximityLocation)
    throw refused('route53 record set with GeoProximityLocation', 'use latency or geolocation routing.');
  const type = String(set.Type);
  if (type === 'HTTPS' || type === 'SVCB')
    throw refused(`route53 record set of Type ${type}`, 'service bindings are not served.');
  if (!recordTypes.includes(type)) throw invalidInput(`Invalid record type: ${type}`);
}

const routings = ['Weight', 'Region', 'Failover', 'MultiValueAnswer', 'GeoLocation'] as const;

function isDomainName(name: string): boolean {
  return (
    name.length <= 255 &&
    name.endsWith('.') &&
    name
      .slice(0, -1)
      .split('.')
      .every((label) => /^[!-~]{1,63}$/.test(label))
  );
}

function checkMembers(set: ResourceRecordSet): void {
  const where = `[name='${shown(set.Name)}', type='${set.Type}']`;
  const values = set.ResourceRecords?.length ?? 0;
  if (!isDomainName(set.Name ?? '')) throw invalidInput(`DNS name '${set.Name}' is not a valid domain name.`);
  if (set.AliasTarget && (values > 0 || set.TTL !== undefined))
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with ${where}`,
    );
  if (!set.AliasTarget && (values === 0 || set.TTL === undefined))
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with ${where}`,
    );
  const ttl = set.TTL ?? 0;
  if (ttl < 0 || ttl > 2_147_483_647) throw invalidInput(`Invalid TTL ${ttl} in Change with ${where}`);
  checkRouting(set, where);
}

function checkRouting(set: ResourceRecordSet, where: string): void {
  const given = routings.filter((name) => set[name] !== undefined && set[name] !== false);
  if (given.length > 1)
    throw invalidInput(
      `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found more than one in Change with ${where}`,
    );
  if (given.length === 1 && !set.SetIdentifier)
    throw invalidInput(`Invalid request: Missing field 'SetIdentifier' in Change with ${where}`);
  if (given.length === 0 && set.SetIdentifier)
    throw invalidInput(
      `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found none in Change with [name='${shown(set.Name)}', type='${set.Type}', set-identifier='${set.SetIdentifier}']`,
    );
  if (set.Weight !== undefined && (set.Weight < 0 || set.Weight > 255))
    throw invalidInput(`Invalid weight ${set.Weight}: weights are from 0 to 255`);
  if (set.Region !== undefined && !isRegion(set.Region)) throw invalidInput(`Invalid region ${set.Region}`);
  if (set.Failover !== undefined && set.Failover !== 'PRIMARY' && set.Failover !== 'SECONDARY')
    throw invalidInput(`Invalid failover role ${String(set.Failover)}`);
  const { ContinentCode, CountryCode, SubdivisionCode } = set.GeoLocation ?? {};
  if (
    set.GeoLocation &&
    ((ContinentCode === undefined) === (CountryCode === undefined) || (SubdivisionCode && !CountryCode))
  )
    throw invalidInput(
      `Invalid geolocation in Change with ${where}: give a continent, or a country and perhaps its subdivision`,
    );
}

/** What a batch reports of one record set by itself. */
export function problemsOf(zone: HostedZone, set: ResourceRecordSet): string[] {
  const name = set.Name ?? '';
  const problems: string[] = [];
  if (name !== zone.Name && !name.endsWith(`.${zone.Name}`))
    problems.push(`RRSet with DNS name ${shown(name)} is not permitted in zone ${zone.Name}`);
  if (set.Type === 'CNAME' && name === zone.Name)
    problems.push(`RRSet of type CNAME with DNS name ${shown(name)} is not permitted at apex in zone ${zone.Name}`);
  if (set.Type === 'CNAME' && (set.ResourceRecords?.length ?? 0) > 1)
    problems.push(`RRSet of type CNAME with DNS name ${shown(name)} can only have one value`);
  const values = (set.ResourceRecords ?? []).map(({ Value = '' }) => Value);
  if (new Set(values).size < values.length) problems.push(`Duplicate Resource Record: '${duplicate(values)}'`);
  for (const value of values) {
    try {
      answerOf(name, { type: String(set.Type), ttl: 0 }, value);
    } catch (error) {
      if (!(error instanceof BadRecordData)) throw error;
      problems.push(`Invalid Resource Record: '${error.message}'`);
    }
  }
  return problems;
}

function duplicate(values: string[]): string {
  return values.find((value, index) => values.indexOf(value) !== index) ?? '';
}

/** As Route 53 writes names: what is no letter, digit, hyphen or underscore in octal ("DNS domain name format"). */
export function shown(name = ''): string {
  return name.replace(/[^a-zA-Z0-9._-]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
