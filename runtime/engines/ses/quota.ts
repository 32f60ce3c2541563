import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { tooManyRequests } from './errors.ts';
import { sendingAccount } from './state.ts';

/**
 * "Service quotas in Amazon SES": the sandbox sends 200 mails in 24 hours, one a second. Outside of it AWS decides by the
 * account; 50,000 and 14 is what most get first.
 */
const quotas = {
  sandbox: { Max24HourSend: 200, MaxSendRate: 1 },
  production: { Max24HourSend: 50_000, MaxSendRate: 14 },
};
const dayMs = 24 * 60 * 60_000;
const quarterMs = 15 * 60_000;
/** GetSendStatistics tells of two weeks. */
const keptMs = 14 * dayMs;
/** "You can exceed this quota for short bursts": how long a burst may save up for is ours. */
const burstSeconds = 10;

export interface Quarter {
  startMs: number;
  DeliveryAttempts: number;
  Bounces: number;
  Complaints: number;
  Rejects: number;
}

export type Count = Exclude<keyof Quarter, 'startMs'>;

export function quotaOf(
  kernel: Kernel,
  scope: Scope,
): { Max24HourSend: number; MaxSendRate: number; SentLast24Hours: number } {
  const quota = sendingAccount(kernel, scope).ProductionAccessEnabled ? quotas.production : quotas.sandbox;
  return { ...quota, SentLast24Hours: total(quartersSince(kernel, scope, dayMs), 'DeliveryAttempts') };
}

/** Counts recipients in, or refuses them all. */
export function takeQuota(kernel: Kernel, scope: Scope, recipients: number): void {
  const { Max24HourSend, MaxSendRate, SentLast24Hours } = quotaOf(kernel, scope);
  if (SentLast24Hours + recipients > Max24HourSend) throw tooManyRequests('Daily message quota exceeded.');
  if (!kernel.engine(rates).take(scope, MaxSendRate, recipients))
    throw tooManyRequests('Maximum sending rate exceeded.');
  count(kernel, scope, 'DeliveryAttempts', recipients);
}

export function count(kernel: Kernel, scope: Scope, what: Count, howMany: number): void {
  const all = quarters(kernel, scope);
  const nowMs = kernel.clock.now();
  const startMs = Math.floor(nowMs / quarterMs) * quarterMs;
  const key = keyOf(startMs);
  const known = all.get(key);
  if (!known) for (const [old, { startMs: since }] of all.entries()) if (since < nowMs - keptMs) all.delete(old);
  const quarter = known ?? { startMs, DeliveryAttempts: 0, Bounces: 0, Complaints: 0, Rejects: 0 };
  all.put(key, { ...quarter, [what]: quarter[what] + howMany });
}

export function quartersSince(kernel: Kernel, scope: Scope, lastMs = keptMs): Quarter[] {
  const sinceMs = kernel.clock.now() - lastMs;
  return quarters(kernel, scope)
    .values()
    .filter(({ startMs }) => startMs > sinceMs);
}

export function total(all: readonly Quarter[], what: Count): number {
  return all.reduce((sum, quarter) => sum + quarter[what], 0);
}

function quarters(kernel: Kernel, { account, region }: Scope) {
  return kernel.store.collection<Quarter>('ses.statistics', { account, region });
}

function keyOf(startMs: number): string {
  return new Date(startMs).toISOString();
}

/** Mails a second, by account and region. */
const rates = defineEngine('ses.rates', (kernel) => {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take({ account, region }: Scope, perSecond: number, amount: number): boolean {
      const most = perSecond * burstSeconds;
      const nowMs = kernel.clock.now();
      const key = `${account} ${region}`;
      const { tokens, atMs } = buckets.get(key) ?? { tokens: most, atMs: nowMs };
      const now = Math.min(most, tokens + (Math.max(0, nowMs - atMs) / 1000) * perSecond);
      // A mail to many recipients passes while anything is left; what it takes too much is waited for by the next.
      const granted = now >= Math.min(1, amount);
      buckets.set(key, { tokens: granted ? now - amount : now, atMs: nowMs });
      return granted;
    },
  };
});
