import type { Timer } from '../kernel/clock/clock.ts';
import { defineEngine } from '../kernel/engine.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Standing, UsageEvent } from '../kernel/usage.ts';
import { Causes } from './causes.ts';
import { StandingUsage } from './standing-usage.ts';
import { type UsageKey, UsageTable } from './usage-table.ts';

/** Counters that wait in memory; a write to the store for every request would cost more than the request. */
const flushMs = 1000;
const mostWaiting = 5000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Counts what is used, from the events of what really happened and from what stands as the cloud's time goes on.
 * Counters reach the store every second: a `kill -9` loses at most that second of metering, never of what was metered.
 * Time in which the runtime is down is not metered.
 */
export const usageMeter = defineEngine('cost.usage-meter', (kernel) => new UsageMeter(kernel));

export class UsageMeter {
  readonly table: UsageTable;
  readonly #kernel: Kernel;
  readonly #causes = new Causes();
  readonly #waiting = new Map<string, { key: UsageKey; amount: number }>();
  readonly #requests = new Map<string, number>();
  readonly #ends: (() => void)[];
  readonly #standing: StandingUsage;
  #timedMs: number;
  #flush: Timer | undefined;
  #look: Timer;

  constructor(kernel: Kernel) {
    const { events, clock } = kernel;
    this.#kernel = kernel;
    this.table = new UsageTable(kernel.store);
    this.#timedMs = clock.now();
    this.#standing = new StandingUsage(kernel, (standing, hours) => this.#add(standing, '', standing.amount * hours));
    this.#ends = [
      events.on('usage', (used) => this.#count(used)),
      events.on('usage.changed', ({ service }) => this.#changed(service)),
      events.on('trace.cause', ({ traceId, cause }) => this.#began(traceId, cause)),
      events.on('trace.links', ({ traceId, of }) => this.#causes.linked(traceId, of)),
    ];
    this.#look = this.#nextLook();
  }

  /** Everything used until now is in the table. */
  settle(): void {
    this.#standing.count();
    this.#write();
  }

  /** What stands now, of all services. */
  standing(): (Standing & { service: string })[] {
    return this.#standing.now();
  }

  stop(): void {
    this.settle();
    for (const end of this.#ends) end();
    this.#flush?.cancel();
    this.#look.cancel();
  }

  #changed(service: string): void {
    const before = this.#standing.changed;
    this.#standing.change(service);
    if (before || !this.#standing.changed) return;
    this.#look.cancel();
    this.#look = this.#nextLook();
  }

  #began(traceId: string, cause: string): void {
    if (!this.#causes.began(traceId, cause)) return;
    this.#requests.set(cause, (this.#requests.get(cause) ?? 0) + 1);
    this.#writeSoon();
  }

  #count({ traces, amount, ...used }: UsageEvent): void {
    for (const [cause, part] of this.#causes.of(traces)) this.#add(used, cause, amount * part);
  }

  #add(used: Omit<UsageEvent, 'traces' | 'amount'>, cause: string, amount: number): void {
    const { account, region, service, usageType, resource } = used;
    const id = `${service}|${usageType}|${resource}|${cause}|${region}|${account}`;
    const known = this.#waiting.get(id);
    if (known) {
      known.amount += amount;
      return;
    }
    const key = { month: monthOf(this.#kernel.clock.now()), account, region, service, usageType, resource, cause };
    this.#waiting.set(id, { key, amount });
    if (this.#waiting.size >= mostWaiting) this.#write();
    else this.#writeSoon();
  }

  /** At the end of an hour in which something changed, else of a day: an idle cloud sleeps through its weeks. */
  #nextLook(): Timer {
    const periodMs = this.#standing.changed ? hourMs : dayMs;
    const nextMs = (Math.floor(this.#kernel.clock.now() / periodMs) + 1) * periodMs;
    return this.#kernel.clock.at(nextMs, 'metering of what stands', () => {
      this.#standing.count();
      // The time that has ended belongs to the month it was in.
      const month = monthOf(nextMs - 1);
      for (const waiting of this.#waiting.values()) waiting.key.month = month;
      this.#write(month);
      this.#look = this.#nextLook();
    });
  }

  #putBack(written: { key: UsageKey; amount: number }[], requests: [string, number][]): void {
    for (const { key, amount } of written) this.#add(key, key.cause, amount);
    for (const [cause, count] of requests) this.#requests.set(cause, (this.#requests.get(cause) ?? 0) + count);
  }

  #writeSoon(): void {
    this.#flush ??= this.#kernel.clock.after(flushMs, 'writing of what was metered', () => this.#write(), {
      basis: 'elapsed',
    });
  }

  #write(month = monthOf(this.#kernel.clock.now())): void {
    this.#flush?.cancel();
    this.#flush = undefined;
    const written = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { key, amount } of written) this.table.add(key, amount);
    const requests = [...this.#requests];
    this.#requests.clear();
    for (const [cause, count] of requests) this.table.addRequests(month, cause, count);
    // On a full disk it waits until there is room.
    this.#kernel.store.durable().catch(() => this.#putBack(written, requests));
    const nowMs = this.#kernel.clock.now();
    this.table.addTime(month, this.#timedMs, nowMs - this.#timedMs);
    this.#timedMs = nowMs;
  }
}

/** 2026-11, by UTC as AWS's bills are. */
export function monthOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7);
}

/**
 * How many hours a month has: what stood a whole month is charged one month, however long the month. No month in
 * particular has 730, as AWS's price pages and calculator say.
 */
export function hoursOf(month: string): number {
  if (month === '') return 730;
  const [year = 0, number = 1] = month.split('-').map(Number);
  return (Date.UTC(year, number, 1) - Date.UTC(year, number - 1, 1)) / hourMs;
}
