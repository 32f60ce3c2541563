import type { Flow } from '../live.ts';

/** Rates are over the last seconds, so that single requests are seen and bursts are not blinked at. */
const windowMs = 5000;

export interface Rate {
  perSecond: number;
  meanMs: number;
  maxMs: number;
  errorsPerSecond: number;
  /** Share of failures, 0 to 1. */
  failing: number;
}

/** What flows on each edge now. A component that watches one edge is told of that edge alone. */
export class Flows {
  readonly seen = new Set<string>();
  readonly #recent = new Map<string, { atMs: number; flow: Flow }[]>();
  #rates = new Map<string, Rate>();
  readonly #watchers = new Set<() => void>();
  onNewEdge: () => void = () => undefined;

  add(flows: Flow[], nowMs: number): void {
    let fresh = false;
    for (const flow of flows) {
      const id = `${flow.from}>${flow.to}`;
      const list = this.#recent.get(id) ?? [];
      list.push({ atMs: nowMs, flow });
      this.#recent.set(id, list);
      if (!this.seen.has(id)) {
        this.seen.add(id);
        fresh = true;
      }
    }
    if (fresh) this.onNewEdge();
  }

  /** Once a second: what is older than the window is forgotten. */
  turn(nowMs: number): void {
    const rates = new Map<string, Rate>();
    for (const [id, list] of this.#recent) {
      const recent = list.filter(({ atMs }) => nowMs - atMs < windowMs);
      if (recent.length === 0) this.#recent.delete(id);
      else {
        this.#recent.set(id, recent);
        rates.set(id, rateOf(recent.map(({ flow }) => flow)));
      }
    }
    if (rates.size === 0 && this.#rates.size === 0) return;
    this.#rates = rates;
    for (const watcher of this.#watchers) watcher();
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  rate(id: string): Rate | undefined {
    return this.#rates.get(id);
  }

  all = (): ReadonlyMap<string, Rate> => this.#rates;
}

function rateOf(flows: Flow[]): Rate {
  let count = 0;
  let errors = 0;
  let totalMs = 0;
  let maxMs = 0;
  for (const flow of flows) {
    count += flow.count;
    errors += flow.errors;
    totalMs += flow.totalMs;
    maxMs = Math.max(maxMs, flow.maxMs);
  }
  const seconds = windowMs / 1000;
  return {
    perSecond: count / seconds,
    meanMs: totalMs / count,
    maxMs,
    errorsPerSecond: errors / seconds,
    failing: errors / count,
  };
}
