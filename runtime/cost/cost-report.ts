import type { Kernel } from '../kernel/service.ts';
import { type Bill, makeBill } from './bill.ts';
import { loadPriceList, type PriceList } from './price-list.ts';
import { parseRouteCounts, projectRate, projectRoutes, projectStanding } from './projection.ts';
import { monthOf, type UsageMeter, usageMeter } from './usage-meter.ts';
import type { UsageRow } from './usage-table.ts';

export interface CostRequest {
  /** `start`: all that was metered; `month`: this month of the cloud's time; `rate`: a month at the measured rate. */
  period: 'start' | 'month' | 'rate';
  /** Instead of a period: so many requests of routes in a month, as parseRouteCounts reads it. */
  routes?: string;
}

export interface CostReport {
  /** What the bill is of, in words. */
  period: string;
  /** The time that was metered, of the cloud's clock. */
  from: string;
  to: string;
  meteredHours: number;
  /** At list prices. */
  bill: Bill;
  /** With what is always free each month taken off. */
  withFreeTier: Bill;
  /** Routes measured, and how many requests of each. */
  measured: Record<string, number>;
  sources: { service: string; name: string; page: string; taken: string; checked: string }[];
}

/** What `orrery cost` and the console show. */
export async function costReport(kernel: Kernel, request: CostRequest): Promise<CostReport> {
  const meter = kernel.engine(usageMeter);
  meter.settle();
  const prices = await loadPriceList();
  const times = meter.table.times();
  const thisMonth = monthOf(kernel.clock.now());
  const inPeriod = request.period === 'month' ? times.filter(({ month }) => month === thisMonth) : times;
  const meteredMs = inPeriod.reduce((sum, time) => sum + time.meteredMs, 0);
  const measured = requestsByRoute(meter);
  const { rows, period } = rowsOf(meter, prices, request, { thisMonth, meteredMs, measured });
  const bill = makeBill(rows, prices, { freeTier: false });
  const used = new Set(bill.lines.map(({ service }) => service));
  return {
    period,
    from: new Date(inPeriod[0]?.fromMs ?? kernel.clock.now()).toISOString(),
    to: new Date(kernel.clock.now()).toISOString(),
    meteredHours: meteredMs / 3_600_000,
    bill,
    withFreeTier: makeBill(rows, prices, { freeTier: true }),
    measured: Object.fromEntries(measured),
    sources: [...prices.values()]
      .filter(({ service }) => used.has(service))
      .map(({ service, name, page, taken, checked }) => ({ service, name, page, taken, checked })),
  };
}

function rowsOf(
  meter: UsageMeter,
  prices: PriceList,
  { period, routes }: CostRequest,
  about: { thisMonth: string; meteredMs: number; measured: Map<string, number> },
): { rows: UsageRow[]; period: string } {
  const rows = meter.table.rows();
  const standing = projectStanding(meter.standing());
  if (routes !== undefined) {
    const wanted = parseRouteCounts(routes);
    const words = wanted.map(({ route, requests }) => `${requests.toLocaleString('en-US')} × ${route}`).join(', ');
    return {
      rows: [...projectRoutes({ rows, requests: about.measured }, wanted), ...standing],
      period: `a month with ${words}, and what stands now`,
    };
  }
  if (period === 'rate')
    return {
      rows: [...projectRate(rows, about.meteredMs, prices), ...standing],
      period: 'a month at the rate measured so far, and what stands now',
    };
  if (period === 'month')
    return { rows: rows.filter(({ month }) => month === about.thisMonth), period: `${about.thisMonth}, so far` };
  return { rows, period: 'all that was metered' };
}

function requestsByRoute(meter: UsageMeter): Map<string, number> {
  const requests = new Map<string, number>();
  for (const { cause, count } of meter.table.requests()) requests.set(cause, (requests.get(cause) ?? 0) + count);
  return requests;
}
