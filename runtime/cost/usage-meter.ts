import type { Timer } from '../kernel/clock/clock.ts';
import { defineEngine } from '../kernel/engine.ts';
import { registry } from '../kernel/resource-registry.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Standing, UsageEvent } from '../kernel/usage.ts';
import { Causes } from './causes.ts';
import { type UsageKey, UsageTable } from './usage-table.ts';

/** Counters that wait in memory; a write to the store for every request would cost more than the request. */
const flushMs = 1000;
const mostWaiting = 5000;
const hourMs = 3_600_000;

/**
 * Counts what is used, from the events of what really happened and from what stands, hour by hour of the cloud's time.
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
  /** Until when what stands has been counted, by service. */
  readonly #countedMs = new Map<string, number>();
  #timedMs: number;
  #flush: Timer | undefined;
  #hour: Timer;

  constructor(kernel: Kernel) {
    const { events, clock } = kernel;
    this.#kernel = kernel;
    this.table = new UsageTable(kernel.store);
    this.#timedMs = clock.now();
    for (const name of this.#services()) this.#countedMs.set(name, this.#timedMs);
    this.#ends = [
      events.on('usage', (used) => this.#count(used)),
      events.on('usage.settle', ({ service }) => this.#countStanding(service)),
      events.on('trace.cause', ({ traceId, cause }) => this.#began(traceId, cause)),
      events.on('trace.links', ({ traceId, of }) => this.#causes.linked(traceId, of)),
    ];
    this.#hour = this.#nextHour();
  }

  /** Everything used until now is in the table. */
  settle(): void {
    for (const service of this.#services()) this.#countStanding(service);
    this.#write();
  }

  /** What stands now, of all services. */
  standing(): (Standing & { service: string })[] {
    return this.#services().flatMap((name) => [...this.#standingOf(name)]);
  }

  stop(): void {
    this.settle();
    for (const end of this.#ends) end();
    this.#flush?.cancel();
    this.#hour.cancel();
  }

  #services(): string[] {
    return [...this.#kernel.engine(registry).services.values()]
      .filter(({ usage }) => usage?.standing)
      .map(({ name }) => name);
  }

  *#standingOf(name: string): Generator<Standing & { service: string }> {
    const usage = this.#kernel.engine(registry).services.get(name)?.usage;
    for (const standing of usage?.standing?.(this.#kernel) ?? []) yield { service: name, ...standing };
  }

  #began(traceId: string, cause: string): void {
    this.#causes.began(traceId, cause);
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

  /** Counts the hours since it was last counted; `usage.settle` does so before a change, so that parts of hours are true. */
  #countStanding(service: string): void {
    const nowMs = this.#kernel.clock.now();
    const hours = (nowMs - (this.#countedMs.get(service) ?? nowMs)) / hourMs;
    this.#countedMs.set(service, nowMs);
    if (hours <= 0) return;
    for (const standing of this.#standingOf(service)) this.#add(standing, '', standing.amount * hours);
  }

  #nextHour(): Timer {
    const nextMs = (Math.floor(this.#kernel.clock.now() / hourMs) + 1) * hourMs;
    return this.#kernel.clock.at(nextMs, 'metering of what stands', () => {
      // The hour that has ended belongs to the month it was in.
      this.#endOfHour(nextMs);
      this.#hour = this.#nextHour();
    });
  }

  #endOfHour(nowMs: number): void {
    const month = monthOf(nowMs - 1);
    for (const service of this.#services()) this.#countStanding(service);
    for (const waiting of this.#waiting.values()) waiting.key.month = month;
    this.#write(month);
  }

  #writeSoon(): void {
    this.#flush ??= this.#kernel.clock.after(flushMs, 'writing of what was metered', () => this.#write(), {
      basis: 'elapsed',
    });
  }

  #write(month = monthOf(this.#kernel.clock.now())): void {
    this.#flush?.cancel();
    this.#flush = undefined;
    for (const { key, amount } of this.#waiting.values()) this.table.add(key, amount);
    this.#waiting.clear();
    for (const [cause, count] of this.#requests) this.table.addRequests(month, cause, count);
    this.#requests.clear();
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
