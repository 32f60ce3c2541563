import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Context } from '../../../kernel/service.ts';
import { invalidChangeBatch, invalidInput } from '../errors.ts';
import { type HostedZone, healthChecks, type NamedRecords, recordKey, records } from '../state.ts';
import { aliasProblems } from './alias-targets.ts';
import { publishRecords } from './publish.ts';
import { normalised, problemsOf, shown } from './record-rules.ts';

/** "Quotas on changing records", Developer Guide. */
const mostChanges = 1000;
const mostCharacters = 32_000;

/** Carries a batch out whole, or refuses it whole with everything that is wrong with it. */
export function applyBatch(ctx: Context, zone: HostedZone, given: readonly Change[]): void {
  const batch = given.map((change) => ({
    action: String(change.Action),
    set: normalised(change.ResourceRecordSet ?? emptySet),
  }));
  checkSize(batch);
  const draft = new Draft(ctx, zone);
  const problems = batch.flatMap(({ action, set }) => draft.change(action, set));
  problems.push(...draft.problems(batch.flatMap(({ action, set }) => (action === 'DELETE' ? [] : [set]))));
  if (problems.length > 0) throw invalidChangeBatch([...new Set(problems)]);
  draft.keep();
}

const emptySet: ResourceRecordSet = { Name: undefined, Type: undefined };

function checkSize(batch: readonly { action: string; set: ResourceRecordSet }[]): void {
  if (batch.length === 0) throw invalidInput('Invalid request: at least one Change is needed');
  const values = batch.flatMap(({ action, set }) =>
    (set.ResourceRecords ?? []).flatMap(({ Value = '' }) => (action === 'UPSERT' ? [Value, Value] : [Value])),
  );
  if (batch.length > mostChanges || values.length > mostChanges)
    throw invalidChangeBatch([`Number of records limit of ${mostChanges} exceeded.`]);
  if (values.reduce((sum, value) => sum + value.length, 0) > mostCharacters)
    throw invalidChangeBatch([`Number of characters limit of ${mostCharacters} exceeded.`]);
}

/** The zone as it will be: names that were touched, over what is kept. */
class Draft {
  readonly #ctx: Context;
  readonly #zone: HostedZone;
  readonly #touched = new Map<string, ResourceRecordSet[]>();

  constructor(ctx: Context, zone: HostedZone) {
    this.#ctx = ctx;
    this.#zone = zone;
  }

  change(action: string, set: ResourceRecordSet): string[] {
    const sets = this.#sets(set.Name ?? '');
    const at = sets.findIndex((other) => isSame(other, set));
    const tried = `Tried to ${action.toLowerCase()} resource record set ${label(set)} but`;
    if (action === 'DELETE') {
      if (at === -1) return [`${tried} it was not found`];
      if (contents(sets[at]) !== contents(set)) return [`${tried} the values provided do not match the current values`];
      this.#put(set, sets.toSpliced(at, 1));
      return [];
    }
    const problems = problemsOf(this.#zone, set);
    if (action === 'CREATE' && at !== -1) problems.push(`${tried} it already exists`);
    if (set.HealthCheckId && !healthChecks(this.#ctx, this.#ctx).has(set.HealthCheckId))
      problems.push(`The health check ${set.HealthCheckId} does not exist`);
    this.#put(set, at === -1 ? [...sets, set] : sets.with(at, set));
    return problems;
  }

  /** What is wrong with the zone as a whole. */
  problems(changed: readonly ResourceRecordSet[]): string[] {
    const { Name: apex } = this.#zone;
    const problems: string[] = [];
    const atApex = this.#sets(apex);
    if (!atApex.some(({ Type }) => Type === 'SOA')) problems.push('A HostedZone must contain exactly one SOA record.');
    if (!atApex.some(({ Type }) => Type === 'NS'))
      problems.push('A HostedZone must contain at least one NS record for the zone itself.');
    for (const set of changed) problems.push(...this.#conflicts(set));
    for (const set of changed)
      if (set.AliasTarget)
        problems.push(
          ...aliasProblems(this.#ctx, this.#zone, set, (name, type) =>
            this.#sets(name).some((other) => other.Type === type),
          ),
        );
    return problems;
  }

  keep(): void {
    const kept = records(this.#ctx, this.#ctx);
    for (const [name, sets] of this.#touched) {
      const key = recordKey(this.#zone.Id, name);
      const named: NamedRecords = { name, sets: sets.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) };
      if (sets.length > 0) kept.put(key, named);
      else kept.delete(key);
      publishRecords(this.#ctx, this.#zone, name);
    }
  }

  #conflicts(set: ResourceRecordSet): string[] {
    const name = shown(set.Name);
    const others = this.#sets(set.Name ?? '').filter((other) => other !== set);
    const sameType = others.filter(({ Type }) => Type === set.Type);
    const zone = this.#zone.Name;
    if (set.Type === 'CNAME' && others.some(({ Type }) => Type !== 'CNAME'))
      return [
        `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`,
      ];
    if (set.Type !== 'CNAME' && others.some(({ Type }) => Type === 'CNAME'))
      return [
        `RRSet of type ${set.Type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone}`,
      ];
    const kind = kindOf(set);
    if (kind === undefined)
      return sameType.length === 0
        ? []
        : [
            `RRSet with DNS name ${name}, type ${set.Type} cannot be created as other RRSets exist with the same name and type.`,
          ];
    const about = `RRSet with DNS name ${name}, type ${set.Type}, SetIdentifier ${set.SetIdentifier}`;
    if (sameType.some((other) => kindOf(other) !== kind))
      return [`${about} cannot be created because a non ${kind} rrset exists with the same name and type.`];
    return sameType.some((other) => isSameChoice(other, set))
      ? [`${about} cannot be created as another RRSet exists with the same name, type and ${kind} value.`]
      : [];
  }

  #sets(name: string): ResourceRecordSet[] {
    return this.#touched.get(name) ?? records(this.#ctx, this.#ctx).get(recordKey(this.#zone.Id, name))?.sets ?? [];
  }

  #put(set: ResourceRecordSet, sets: ResourceRecordSet[]): void {
    this.#touched.set(set.Name ?? '', sets);
  }
}

const isSame = (a: ResourceRecordSet, b: ResourceRecordSet): boolean =>
  a.Type === b.Type && (a.SetIdentifier ?? '') === (b.SetIdentifier ?? '');

const sortKey = ({ Type, SetIdentifier = '' }: ResourceRecordSet): string => `${Type} ${SetIdentifier}`;

function kindOf(set: ResourceRecordSet): string | undefined {
  if (set.Weight !== undefined) return 'weighted';
  if (set.Region !== undefined) return 'latency';
  if (set.Failover !== undefined) return 'failover';
  if (set.GeoLocation) return 'geolocation';
  return set.MultiValueAnswer ? 'multivalue answer' : undefined;
}

/** Two record sets of a name that would be chosen for the same client. */
function isSameChoice(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
  if (a.Region !== undefined) return a.Region === b.Region;
  if (a.Failover !== undefined) return a.Failover === b.Failover;
  return a.GeoLocation !== undefined && JSON.stringify(a.GeoLocation) === JSON.stringify(b.GeoLocation);
}

function label({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  const identifier = SetIdentifier === undefined ? '' : `, set-identifier='${SetIdentifier}'`;
  return `[name='${shown(Name)}', type='${Type}'${identifier}]`;
}

/** A DELETE names all there is; the order of the values does not matter. */
function contents(set: ResourceRecordSet | undefined): string {
  const { TTL, Weight, Region, Failover, GeoLocation, MultiValueAnswer, HealthCheckId, AliasTarget } = set ?? {};
  const values = (set?.ResourceRecords ?? []).map(({ Value }) => Value).sort();
  const geo = [GeoLocation?.ContinentCode, GeoLocation?.CountryCode, GeoLocation?.SubdivisionCode];
  const alias = AliasTarget && [AliasTarget.DNSName, AliasTarget.HostedZoneId, AliasTarget.EvaluateTargetHealth];
  return JSON.stringify([TTL, values, Weight, Region, Failover, geo, MultiValueAnswer ?? false, HealthCheckId, alias]);
}
