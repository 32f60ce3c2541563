import { registry } from '../kernel/resource-registry.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Standing, UsageMeters } from '../kernel/usage.ts';

const hourMs = 3_600_000;
/** Where more stands, a look at every change would be slow: its time is counted by the hour. */
const quickToList = 1000;

export type StandingOfService = Standing & { service: string };

interface Counted {
  /** Until when its time is counted. */
  untilMs: number;
  /** What has stood since; undefined after a change, until it is looked at again. */
  levels: StandingOfService[] | undefined;
}

/**
 * The time that what exists has existed. Until something changes, time is counted at what stood; after a change, at what
 * is found when it is next looked at.
 */
export class StandingUsage {
  readonly #kernel: Kernel;
  readonly #add: (standing: StandingOfService, hours: number) => void;
  readonly #services = new Map<string, Counted>();
  readonly #startMs: number;

  constructor(kernel: Kernel, add: (standing: StandingOfService, hours: number) => void) {
    this.#kernel = kernel;
    this.#add = add;
    this.#startMs = kernel.clock.now();
  }

  /** Whether anything has changed since it was last looked at. */
  get changed(): boolean {
    for (const { levels } of this.#services.values()) if (!levels) return true;
    return false;
  }

  change(service: string): void {
    const counted = this.#of(service);
    const before = counted.levels?.length ?? 0;
    if (counted.levels) this.#charge(counted, counted.levels);
    counted.levels = undefined;
    if (this.#meters(service)?.changedBy && before < quickToList) this.#count(service);
  }

  /** Looks at everything, and counts its time until now. */
  count(): void {
    for (const { name, usage } of this.#kernel.engine(registry).services.values())
      if (usage?.standing) this.#count(name);
  }

  now(): StandingOfService[] {
    return [...this.#kernel.engine(registry).services.keys()].flatMap((service) => this.#levels(service));
  }

  #count(service: string): void {
    const counted = this.#of(service);
    const levels = this.#levels(service);
    this.#charge(counted, counted.levels ?? levels);
    counted.levels = levels;
  }

  #charge(counted: Counted, levels: StandingOfService[]): void {
    const nowMs = this.#kernel.clock.now();
    const hours = (nowMs - counted.untilMs) / hourMs;
    counted.untilMs = nowMs;
    if (hours > 0) for (const standing of levels) this.#add(standing, hours);
  }

  #levels(service: string): StandingOfService[] {
    const standing = this.#meters(service)?.standing?.(this.#kernel) ?? [];
    return Array.from(standing, (one) => ({ service, ...one }));
  }

  #meters(service: string): UsageMeters | undefined {
    return this.#kernel.engine(registry).services.get(service)?.usage;
  }

  #of(service: string): Counted {
    let counted = this.#services.get(service);
    if (!counted) {
      counted = { untilMs: this.#startMs, levels: undefined };
      this.#services.set(service, counted);
    }
    return counted;
  }
}
