import type { DnsRecordSet, DnsZone } from './records.ts';

/** Zones and their records, found by name. `version` moves with everything that could change an answer. */
export class ZoneTable {
  version = 0;
  readonly #zones = new Map<string, ZoneRecords>();
  /** A public zone and private ones may have one name; the first made answers. */
  readonly #byName = new Map<string, ZoneRecords[]>();

  get size(): number {
    return this.#zones.size;
  }

  putZone(zone: DnsZone): void {
    const known = this.#zones.get(zone.id);
    if (known) known.zone = zone;
    else {
      const records = new ZoneRecords(zone);
      this.#zones.set(zone.id, records);
      this.#byName.set(zone.name, [...(this.#byName.get(zone.name) ?? []), records]);
    }
    this.version += 1;
  }

  removeZone(id: string): void {
    const known = this.#zones.get(id);
    if (!known) return;
    this.#zones.delete(id);
    const rest = (this.#byName.get(known.zone.name) ?? []).filter((other) => other !== known);
    if (rest.length > 0) this.#byName.set(known.zone.name, rest);
    else this.#byName.delete(known.zone.name);
    this.version += 1;
  }

  /** Every record set of one name; an empty list takes the name away. */
  setRecords(zoneId: string, name: string, sets: readonly DnsRecordSet[]): void {
    this.#zones.get(zoneId)?.set(name, sets);
    this.version += 1;
  }

  zone(id: string): ZoneRecords | undefined {
    return this.#zones.get(id);
  }

  /** The zone that speaks for a name: the longest, and of equals the private one of the asking VPC ("Working with private hosted zones"). */
  zoneOf(name: string, vpcId: string | undefined): ZoneRecords | undefined {
    if (this.#zones.size === 0) return undefined;
    let inPublic: ZoneRecords | undefined;
    for (const suffix of suffixes(name)) {
      for (const records of this.#byName.get(suffix) ?? []) {
        const { vpcs } = records.zone;
        if (vpcs === undefined) inPublic ??= records;
        else if (vpcId !== undefined && vpcs.includes(vpcId)) return records;
      }
    }
    return inPublic;
  }
}

/** The records of one zone by name, and which names exist because others lie below them. */
export class ZoneRecords {
  zone: DnsZone;
  readonly #sets = new Map<string, readonly DnsRecordSet[]>();
  readonly #below = new Map<string, number>();

  constructor(zone: DnsZone) {
    this.zone = zone;
  }

  set(name: string, sets: readonly DnsRecordSet[]): void {
    const had = this.#sets.has(name);
    if (sets.length > 0) this.#sets.set(name, sets);
    else this.#sets.delete(name);
    if (had === this.#sets.has(name)) return;
    for (const suffix of suffixes(name)) {
      const count = (this.#below.get(suffix) ?? 0) + (had ? -1 : 1);
      if (count > 0) this.#below.set(suffix, count);
      else this.#below.delete(suffix);
      if (suffix === this.zone.name) break;
    }
  }

  at(name: string): readonly DnsRecordSet[] | undefined {
    return this.#sets.get(name);
  }

  /**
   * What answers for a name: its own records, or those of the wildcard under its closest ancestor that exists (RFC 4592).
   * An empty list: the name exists without records. Undefined: it does not exist.
   */
  match(name: string): readonly DnsRecordSet[] | undefined {
    const own = this.#sets.get(name);
    if (own) return own;
    if (this.#below.has(name)) return [];
    for (const suffix of suffixes(name)) {
      if (suffix === name) continue;
      if (this.#below.has(suffix) || suffix === this.zone.name) return this.#sets.get(`*.${suffix}`);
    }
    return undefined;
  }

  /** The name at which the zone hands over to other name servers, if the asked name lies there or below. */
  delegationOf(name: string): { name: string; set: DnsRecordSet } | undefined {
    let found: { name: string; set: DnsRecordSet } | undefined;
    for (const suffix of suffixes(name)) {
      if (suffix === this.zone.name) return found;
      const set = this.#sets.get(suffix)?.find(({ type }) => type === 'NS');
      if (set) found = { name: suffix, set };
    }
    return found;
  }
}

/** a.b.c. → a.b.c., b.c., c. */
function* suffixes(name: string): Generator<string> {
  for (let at = 0; at < name.length; ) {
    yield name.slice(at);
    const dot = name.indexOf('.', at);
    if (dot === -1) return;
    at = dot + 1;
  }
}
