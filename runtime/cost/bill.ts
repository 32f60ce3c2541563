import type { Price, PriceList } from './price-list.ts';
import { afterAllowance, charges } from './tiers.ts';
import { hoursOf } from './usage-meter.ts';
import type { UsageRow } from './usage-table.ts';

export interface BillOptions {
  /** Takes off what is always free each month. */
  freeTier: boolean;
}

export interface Bill {
  lines: BillLine[];
  /** US dollars, without tax. */
  total: number;
  /** What was used and no price is known for: not in the total. */
  notPriced: { service: string; usageType: string; region: string; amount: number }[];
}

/** One usage type of one resource. */
export interface BillLine {
  service: string;
  /** As AWS's bill calls the service. */
  name: string;
  usageType: string;
  about: string;
  region: string;
  account: string;
  resource: string;
  /** In `unit`. */
  amount: number;
  unit: string;
  cost: number;
  /** The list price of the first tier, as its page prints it: per so many units. */
  usd: number;
  per: number;
  /** Paid for by the time it exists, not by use. */
  standing: boolean;
  unverified?: string;
}

type Row = Omit<UsageRow, 'cause'>;

/** One account's use of one usage type in one month, which is what tiers and allowances are for. */
interface Group {
  price: Price;
  name: string;
  rows: Row[];
  /** In the price's unit. */
  amount: number;
  /** How many metered units are one of the price's: the hours of the month for what stands. */
  divisor: number;
  pool: string;
}

/** The bill of what was used: each month by itself, as tiers and allowances begin anew with each month. */
export function makeBill(rows: readonly Row[], prices: PriceList, options: BillOptions): Bill {
  const lines = new Map<string, BillLine>();
  const notPriced = new Map<string, Bill['notPriced'][number]>();
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const { service, usageType, region, account, month, amount } = row;
    const listed = prices.get(service);
    const price = listed?.regions[region]?.[usageType];
    if (!listed || !price) {
      add(notPriced, `${service}|${usageType}|${region}`, { service, usageType, region, amount: 0 }).amount += amount;
      continue;
    }
    const divisor = price.time === 'month' ? hoursOf(month) : 1;
    const pool = `${month}|${account}|${service}|${price.free?.pool ?? `${usageType}|${region}`}`;
    const id = `${month}|${account}|${service}|${usageType}|${region}`;
    const group = add(groups, id, { price, name: listed.name, rows: [], amount: 0, divisor, pool });
    group.rows.push(row);
    group.amount += amount / divisor;
  }
  for (const [group, payable] of afterFree([...groups.values()], options)) charge(lines, group, payable);
  const sorted = [...lines.values()].sort((a, b) => a.name.localeCompare(b.name) || b.cost - a.cost);
  return { lines: sorted, total: sorted.reduce((sum, { cost }) => sum + cost, 0), notPriced: [...notPriced.values()] };
}

/** What is to be paid of each group. An allowance is shared by every region, and by the usage types of its pool. */
function afterFree(groups: Group[], { freeTier }: BillOptions): [Group, number][] {
  const pools = new Map<string, Group[]>();
  for (const group of groups) add(pools, group.pool, []).push(group);
  return [...pools.values()].flatMap((members) => {
    const allowance = freeTier ? (members[0]?.price.free?.amount ?? 0) : 0;
    const payable = afterAllowance(
      members.map(({ amount }) => amount),
      allowance,
    );
    return members.map((group, index): [Group, number] => [group, payable[index] ?? 0]);
  });
}

/** Tiers are of the whole account; what they come to is split over the resources by what each used. */
function charge(lines: Map<string, BillLine>, group: Group, payable: number): void {
  const { price, name, rows, amount: all, divisor } = group;
  const total = charges(payable, price.tiers, price.per).reduce((sum, { cost }) => sum + cost, 0);
  for (const { service, usageType, region, account, resource, amount } of rows) {
    const line = add(lines, `${service}|${usageType}|${region}|${account}|${resource}`, {
      service,
      name,
      usageType,
      about: price.about,
      region,
      account,
      resource,
      amount: 0,
      unit: price.unit,
      cost: 0,
      usd: price.tiers[0]?.usd ?? 0,
      per: price.per ?? 1,
      standing: price.time !== undefined,
      ...(price.unverified ? { unverified: price.unverified } : {}),
    });
    line.amount += amount / divisor;
    if (all > 0) line.cost += (amount / divisor / all) * total;
  }
}

function add<T>(map: Map<string, T>, key: string, fresh: T): T {
  const known = map.get(key);
  if (known) return known;
  map.set(key, fresh);
  return fresh;
}
