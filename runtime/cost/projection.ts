import { PersonError } from '../kernel/errors.ts';
import type { Standing } from '../kernel/usage.ts';
import type { PriceList } from './price-list.ts';
import type { UsageRow } from './usage-table.ts';

/** A month of AWS's price pages and calculator. */
export const monthHours = 730;
/** Any month has its own number of hours; a projected one has this name and `monthHours`. */
const anyMonth = '';

/** So many requests of a route in a month. */
export interface RouteCount {
  route: string;
  requests: number;
}

interface Measured {
  rows: readonly UsageRow[];
  /** Requests of each route that were measured. */
  requests: ReadonlyMap<string, number>;
}

/** What N requests of each route would use in a month, by what a request of it has used on average. */
export function projectRoutes(measured: Measured, wanted: readonly RouteCount[]): UsageRow[] {
  const counts = new Map(wanted.map(({ route, requests }) => [route, { requests, of: countOf(measured, route) }]));
  return measured.rows.flatMap((row) => {
    const count = counts.get(row.cause);
    return count === undefined ? [] : [{ ...row, month: anyMonth, amount: (row.amount / count.of) * count.requests }];
  });
}

function countOf({ requests }: Measured, route: string): number {
  const count = requests.get(route) ?? 0;
  if (count > 0) return count;
  const known = [...requests.keys()].map((name) => `  ${name}`).join('\n');
  throw new PersonError(
    'route-not-measured',
    `No request of "${route}" has been measured yet.`,
    known ? `Measured routes:\n${known}` : 'Send some requests first; `orrery cost --routes` lists what was measured.',
  );
}

/** What was used by use, at the same rate for a month. */
export function projectRate(rows: readonly UsageRow[], meteredMs: number, prices: PriceList): UsageRow[] {
  const factor = meteredMs > 0 ? (monthHours * 3_600_000) / meteredMs : 0;
  return rows
    .filter(({ service, region, usageType }) => prices.get(service)?.regions[region]?.[usageType]?.time === undefined)
    .map((row) => ({ ...row, month: anyMonth, amount: row.amount * factor }));
}

/** What stands now, standing for a month. */
export function projectStanding(standing: readonly (Standing & { service: string })[]): UsageRow[] {
  return standing.map(({ account, region, service, usageType, resource, amount }) => ({
    month: anyMonth,
    account,
    region,
    service,
    usageType,
    resource,
    cause: '',
    amount: amount * monthHours,
  }));
}

/** `POST /api/orders=1000000,GET /api/menu=5e6` */
export function parseRouteCounts(text: string): RouteCount[] {
  return text.split(',').map((pair) => {
    const equals = pair.lastIndexOf('=');
    const requests = Number(pair.slice(equals + 1).replaceAll('_', ''));
    if (equals < 1 || !Number.isFinite(requests) || requests <= 0)
      throw new PersonError(
        'route-count',
        `"${pair}" does not say how many requests of which route.`,
        'For example: --for "POST /api/orders=1000000"',
      );
    return { route: pair.slice(0, equals).trim(), requests };
  });
}
