import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One service's on-demand list prices, as data: prices/<service>.ts, by region and usage type. In US dollars, without tax. */
export interface ServicePrices {
  service: string;
  /** As AWS's bill calls it. */
  name: string;
  /** AWS's page that lists them. */
  page: string;
  /** The day they were taken down. */
  taken: string;
  /** What they were read from: a copy of the page, or guides that quote it. */
  checked: string;
  regions: Record<string, Record<string, Price>>;
}

export interface Price {
  /** What it is for, as the bill's line says it. */
  about: string;
  /** What an amount counts, in the plural: requests, GB, GB-months. */
  unit: string;
  /** How many units the tiers' prices are for, as the page prints them: 1,000,000 requests. Default 1. */
  per?: number;
  /** From the first unit of a month on; `upTo` is the tier's end, in units. */
  tiers: readonly Tier[];
  /**
   * What stands is metered in unit-hours: paid `hour` by hour, or as the part of a `month` it stood. Unset: paid for by
   * use.
   */
  time?: 'hour' | 'month';
  /** What is free in every month of every account ("Always Free"); allowances of an account's first months are left out. */
  free?: { amount: number /** Usage types with the same pool share it. */; pool?: string };
  /** Why it is not certain: the price, or one of its tiers, was not found again in what was read. The bill says so. */
  unverified?: string;
}

export interface Tier {
  upTo?: number;
  usd: number;
}

export type PriceList = ReadonlyMap<string, ServicePrices>;

export function definePrices(prices: ServicePrices): ServicePrices {
  return prices;
}

const folder = join(import.meta.dirname, 'prices');

/** The folder is the list: every prices/<service>.ts. */
export async function loadPriceList(): Promise<PriceList> {
  const names = readdirSync(folder).flatMap((file) => /^([a-z0-9-]+)\.(ts|js)$/.exec(file)?.[1] ?? []);
  const all = await Promise.all(
    names.map(async (name) => {
      const module = (await import(`./prices/${name}.ts`)) as { default: ServicePrices };
      return module.default;
    }),
  );
  return new Map(all.map((prices) => [prices.service, prices]));
}
