import { type ClientLocation, distance } from './locations.ts';
import type { DnsRecordSet } from './records.ts';

export interface Choosing {
  isHealthy(set: DnsRecordSet): boolean;
  location: ClientLocation;
  /** In [0, 1); an answer that drew one is not kept. */
  random(): number;
}

/**
 * Which of the record sets of one name and type answer ("Choosing a routing policy" and "How Amazon Route 53 chooses
 * records when health checking is configured", Developer Guide). When all are unhealthy, all count as healthy.
 */
export function choose(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const [first] = sets;
  switch (first?.routing?.kind) {
    case undefined:
      return first ? [first] : [];
    case 'weighted':
      return weighted(sets, how);
    case 'latency':
      return nearest(sets, how);
    case 'failover':
      return failover(sets, how);
    case 'geolocation':
      return located(sets, how);
    case 'multivalue':
      return several(sets, how);
  }
}

const mostValues = 8;

function weightOf({ routing }: DnsRecordSet): number {
  return routing?.kind === 'weighted' ? routing.weight : 0;
}

/** Records of weight zero answer only when no other is healthy, or all are zero ("Weighted routing"). */
function weighted(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const healthy = sets.filter(how.isHealthy);
  const groups = [healthy.filter(weightOf), healthy, sets.filter(weightOf), sets];
  const group = groups.find(({ length }) => length > 0) ?? [];
  if (group.length <= 1) return group;
  const total = group.reduce((sum, set) => sum + weightOf(set), 0);
  let point = how.random() * (total || group.length);
  for (const set of group) {
    point -= total === 0 ? 1 : weightOf(set);
    if (point < 0) return [set];
  }
  return group.slice(-1);
}

function nearest(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const healthy = sets.filter(how.isHealthy);
  const away = ({ routing }: DnsRecordSet): number =>
    routing?.kind === 'latency' ? distance(how.location.region, routing.region) : Number.POSITIVE_INFINITY;
  return [...(healthy.length > 0 ? healthy : sets)].sort((a, b) => away(a) - away(b)).slice(0, 1);
}

function failover(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const role = (wanted: string) => sets.find(({ routing }) => routing?.kind === 'failover' && routing.role === wanted);
  const primary = role('PRIMARY');
  const secondary = role('SECONDARY');
  if (primary && how.isHealthy(primary)) return [primary];
  if (secondary && how.isHealthy(secondary)) return [secondary];
  return [primary ?? secondary].filter((set) => set !== undefined);
}

/** The smallest region that fits; an unhealthy record gives way to the next larger one. Without a fitting one: no answer. */
function located(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const fitting = sets
    .map((set) => ({ set, rank: rankOf(set, how.location) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  const best = fitting.find(({ set }) => how.isHealthy(set)) ?? fitting[0];
  return best ? [best.set] : [];
}

/** 4 subdivision, 3 country, 2 continent, 1 default, 0 elsewhere. */
function rankOf({ routing }: DnsRecordSet, at: ClientLocation): number {
  if (routing?.kind !== 'geolocation') return 0;
  const { continent, country, subdivision } = routing;
  if (subdivision !== undefined) return country === at.country && subdivision === at.subdivision ? 4 : 0;
  if (country === '*') return 1;
  if (country !== undefined) return country === at.country ? 3 : 0;
  return continent === at.continent ? 2 : 0;
}

/** Up to eight healthy records in an order of chance ("Multivalue answer routing"). */
function several(sets: readonly DnsRecordSet[], how: Choosing): readonly DnsRecordSet[] {
  const healthy = sets.filter(how.isHealthy);
  const group = [...(healthy.length > 0 ? healthy : sets)];
  for (let last = group.length - 1; last > 0; last -= 1) {
    const other = Math.floor(how.random() * (last + 1));
    [group[last], group[other]] = [group[other] as DnsRecordSet, group[last] as DnsRecordSet];
  }
  return group.slice(0, mostValues);
}
