import type { Answer } from 'dns-packet';
import type { AwsName, AwsNames } from './aws-names.ts';
import { choose } from './choose.ts';
import type { ClientLocation } from './locations.ts';
import { answerOf } from './record-data.ts';
import type { DnsRecordSet } from './records.ts';
import type { ZoneRecords, ZoneTable } from './zone-table.ts';

export interface Asked {
  /** Lower case with its final dot. */
  name: string;
  type: string;
  location: ClientLocation;
  /** The VPC the question comes from; undefined from outside. */
  vpcId: string | undefined;
}

export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'REFUSED' | 'SERVFAIL' | 'NOTIMP' | 'FORMERR';

export interface Resolution {
  rcode: Rcode;
  authoritative: boolean;
  answers: Answer[];
  authorities: Answer[];
  /** Zones that were asked, for metrics and query logs. */
  zones: Set<ZoneRecords>;
  /** Whether chance had a part, so that the next answer may be another. */
  drawn: boolean;
  /** The last alias target that is a name of AWS's: what a request to the name is really for. */
  leadsTo: string | undefined;
}

export interface Knowledge {
  table: ZoneTable;
  awsNames: AwsNames;
  /** By health check id; unknown checks count as healthy. */
  health: ReadonlyMap<string, boolean>;
  random(): number;
}

const longestChain = 16;
const aliasTtl = 60;

/** Answers a question out of the hosted zones and AWS's own names; CNAMEs are followed as far as these go. */
export function resolve(knowledge: Knowledge, asked: Asked): Resolution {
  return new Walk(knowledge, asked).run();
}

class Walk {
  readonly #knowledge: Knowledge;
  readonly #asked: Asked;
  readonly #result: Resolution = {
    rcode: 'NOERROR',
    authoritative: true,
    answers: [],
    authorities: [],
    zones: new Set(),
    drawn: false,
    leadsTo: undefined,
  };

  constructor(knowledge: Knowledge, asked: Asked) {
    this.#knowledge = knowledge;
    this.#asked = asked;
  }

  run(): Resolution {
    let next: string | undefined = this.#asked.name;
    for (let links = 0; next !== undefined && links < longestChain; links += 1) next = this.#step(next, links === 0);
    return this.#result;
  }

  /** Answers at one name; gives the name to go on at when it is an alias by CNAME. */
  #step(name: string, first: boolean): string | undefined {
    const { table } = this.#knowledge;
    const zone = table.zoneOf(name, this.#asked.vpcId);
    if (!zone) return this.#outside(name, first);
    this.#result.zones.add(zone);
    const delegation = zone.delegationOf(name);
    if (delegation && !(name === delegation.name && this.#asked.type === 'DS')) {
      this.#result.authoritative = false;
      for (const value of delegation.set.values)
        this.#result.authorities.push(answerOf(delegation.name, delegation.set, value));
      return undefined;
    }
    const sets = zone.match(name);
    if (!sets) return this.#nothing(zone, 'NXDOMAIN');
    const { type } = this.#asked;
    const cname = type === 'CNAME' ? [] : sets.filter((set) => set.type === 'CNAME');
    const fitting = cname.length > 0 ? cname : sets.filter((set) => set.type === type || type === 'ANY');
    const before = this.#result.answers.length;
    for (const group of byType(fitting)) this.#add(zone, name, this.#choose(zone, group), 0);
    const added = this.#result.answers.slice(before);
    if (added.length === 0) return this.#nothing(zone, 'NOERROR');
    const [only] = added;
    return cname.length > 0 && only?.type === 'CNAME' ? `${only.data.toLowerCase()}.` : undefined;
  }

  #outside(name: string, first: boolean): undefined {
    const found = this.#knowledge.awsNames.find(name, this.#asked.vpcId);
    if (!found) {
      if (first) Object.assign(this.#result, { rcode: 'REFUSED', authoritative: false });
      return;
    }
    this.#result.leadsTo = name;
    const addresses = this.#addressesOf(found);
    if (addresses.length === 0) this.#result.rcode = 'NXDOMAIN';
    else this.#addAddresses(name, addresses, found.ttlSeconds);
  }

  #addressesOf({ addresses, oneOfThem }: AwsName): readonly string[] {
    if (!oneOfThem || addresses.length < 2) return addresses;
    this.#result.drawn = true;
    return [addresses[Math.floor(this.#knowledge.random() * addresses.length)] ?? ''];
  }

  #addAddresses(name: string, addresses: readonly string[], ttl = aliasTtl): void {
    const { type } = this.#asked;
    for (const address of addresses)
      if (type === (address.includes(':') ? 'AAAA' : 'A') || type === 'ANY')
        this.#result.answers.push(answerOf(name, { type: address.includes(':') ? 'AAAA' : 'A', ttl }, address));
  }

  #nothing(zone: ZoneRecords, rcode: Rcode): undefined {
    const soa = zone.at(zone.zone.name)?.find(({ type }) => type === 'SOA');
    if (soa) for (const value of soa.values) this.#result.authorities.push(answerOf(zone.zone.name, soa, value));
    this.#result.rcode = rcode;
  }

  #choose(zone: ZoneRecords, group: readonly DnsRecordSet[]): readonly DnsRecordSet[] {
    return choose(group, {
      location: this.#asked.location,
      isHealthy: (set) => this.#isHealthy(zone, set, 0),
      random: () => {
        this.#result.drawn = true;
        return this.#knowledge.random();
      },
    });
  }

  #add(zone: ZoneRecords, name: string, chosen: readonly DnsRecordSet[], depth: number): void {
    for (const set of chosen) {
      if (set.alias) this.#addAlias(zone, name, set, depth);
      else for (const value of set.values) this.#result.answers.push(answerOf(name, set, value));
    }
  }

  /** An alias answers under its own name with what its target has ("Choosing between alias and non-alias records"). */
  #addAlias(zone: ZoneRecords, name: string, set: DnsRecordSet, depth: number): void {
    const target = set.alias?.name ?? '';
    const other = this.#aliasZone(zone, set);
    if (other && depth < longestChain) {
      const group = (other.match(target) ?? []).filter(({ type }) => type === set.type);
      this.#add(other, name, this.#choose(other, group), depth + 1);
      return;
    }
    const found = this.#knowledge.awsNames.find(target, this.#asked.vpcId);
    if (!found) return;
    this.#result.leadsTo = target;
    this.#addAddresses(
      name,
      this.#addressesOf(found).filter((address) => (set.type === 'AAAA') === address.includes(':')),
    );
  }

  #aliasZone(zone: ZoneRecords, { alias }: DnsRecordSet): ZoneRecords | undefined {
    if (!alias) return undefined;
    const other = alias.zoneId === zone.zone.id ? zone : this.#knowledge.table.zone(alias.zoneId);
    return other && (alias.name === other.zone.name || alias.name.endsWith(`.${other.zone.name}`)) ? other : undefined;
  }

  /** "How health checks work in complex configurations": a check of its own, and for an alias its target's when asked to. */
  #isHealthy(zone: ZoneRecords, set: DnsRecordSet, depth: number): boolean {
    if (set.healthCheckId !== undefined && this.#knowledge.health.get(set.healthCheckId) === false) return false;
    if (!set.alias?.evaluateTargetHealth || depth > longestChain) return true;
    const { alias } = set;
    const other = this.#aliasZone(zone, set);
    if (!other) return this.#knowledge.awsNames.find(alias.name)?.healthy ?? true;
    const targets = (other.match(alias.name) ?? []).filter(({ type }) => type === set.type);
    return targets.some((target) => this.#isHealthy(other, target, depth + 1));
  }
}

function byType(sets: readonly DnsRecordSet[]): DnsRecordSet[][] {
  return [...Map.groupBy(sets, ({ type }) => type).values()];
}
