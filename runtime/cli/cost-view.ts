import type { BillLine } from '../cost/bill.ts';
import type { CostReport } from '../cost/cost-report.ts';
import { formatDuration } from './durations.ts';
import { type Terminal, table } from './terminal.ts';

/** A bill as a person reads it: each service with its lines, amount × price = cost. */
export function printBill(report: CostReport, show: { resources: boolean; freeTier: boolean }, out: Terminal): void {
  const bill = show.freeTier ? report.withFreeTier : report.bill;
  out.line(`Cost of ${report.period}`);
  out.line(
    `metered ${report.from} to ${report.to}, ${formatDuration(report.meteredHours * 3_600_000)} of the cloud's time`,
  );
  const rows: string[][] = [];
  for (const [name, lines] of byService(bill.lines)) {
    rows.push([name, '', '', dollars(sum(lines))]);
    for (const line of show.resources ? lines : byUsage(lines)) {
      const what = show.resources ? `${line.about}, ${line.resource}` : line.about;
      rows.push([`  ${what}`, counted(line.amount, line.unit), priceOf(line), dollars(line.cost)]);
    }
  }
  rows.push(['Total', '', show.freeTier ? 'free tier taken off' : 'list prices', dollars(bill.total)]);
  out.line();
  for (const row of table(rows)) out.line(row);
  if (!show.freeTier)
    out.line(`\nWith what AWS gives free every month taken off (--free-tier): ${dollars(report.withFreeTier.total)}`);
  for (const { service, usageType, region, amount: used } of bill.notPriced)
    out.line(`Not priced, not in the total: ${service} ${usageType} in ${region}, ${amount(used)}`);
  const doubtful = Map.groupBy(bill.lines, ({ unverified = '' }) => unverified);
  for (const [why, lines] of doubtful)
    if (why !== '')
      out.line(`Unverified (${why}): ${[...new Set(lines.map(({ name, about }) => `${name}: ${about}`))].join('; ')}`);
}

function byService(lines: BillLine[]): Map<string, BillLine[]> {
  return Map.groupBy(lines, ({ name }) => name);
}

/** The same usage type of all resources as one line. */
function byUsage(lines: BillLine[]): BillLine[] {
  return [...Map.groupBy(lines, ({ usageType, region }) => `${usageType}|${region}`).values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, amount: same.reduce((all, line) => all + line.amount, 0), cost: sum(same) }] : [];
  });
}

function sum(lines: BillLine[]): number {
  return lines.reduce((all, { cost }) => all + cost, 0);
}

function priceOf({ usd, per, unit }: BillLine): string {
  return `× $${plain(usd)} per ${per === 1 ? one(unit) : counted(per, unit)}`;
}

/** 2 requests, 1 request. */
export function counted(value: number, unit: string): string {
  return `${amount(value)} ${value === 1 ? one(unit) : unit}`;
}

function one(unit: string): string {
  return unit.replace(/s$/, '');
}

/** Never 1e-7. */
function plain(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 12 });
}

function amount(value: number): string {
  return value.toLocaleString('en-US', value >= 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 6 });
}

/** Cents where there are any, else as many digits as say something. */
export function dollars(value: number): string {
  if (value === 0) return '$0.00';
  if (value >= 0.1) return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `$${value.toLocaleString('en-US', { maximumSignificantDigits: 2, maximumFractionDigits: 12 })}`;
}
