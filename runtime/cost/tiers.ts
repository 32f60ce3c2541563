import type { Tier } from './price-list.ts';

/** What one part of an amount costs. */
export interface Charge {
  amount: number;
  usd: number;
  cost: number;
}

/** Splits a month's amount over the tiers, each unit at the price of the tier it falls into. */
export function charges(amount: number, tiers: readonly Tier[], per = 1): Charge[] {
  const parts: Charge[] = [];
  let from = 0;
  for (const { upTo = Number.POSITIVE_INFINITY, usd } of tiers) {
    const within = Math.min(amount, upTo) - from;
    if (within > 0) parts.push({ amount: within, usd, cost: (within / per) * usd });
    from = upTo;
    if (amount <= upTo) break;
  }
  return parts;
}

/**
 * What is left to pay of amounts that share one free allowance. It is taken from each in proportion, which is how a bill
 * of several regions or architectures reads when none comes first.
 */
export function afterAllowance(amounts: readonly number[], allowance: number): number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  if (total <= allowance) return amounts.map(() => 0);
  return amounts.map((amount) => amount - (amount / total) * allowance);
}
