import type { Distribution } from './distribution.ts';
import { Distribution as Empty } from './distribution.ts';
import type { Metric, MetricStore } from './metric-store.ts';

export interface Window {
  unit: string | undefined;
  periodSeconds: number;
  /** Where the first period starts. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** A metric's data over whole periods counted from `fromMs`, by the start of each; periods without data are left out. */
export function readPeriods(store: MetricStore, metric: Metric | undefined, window: Window): Map<number, Distribution> {
  const periods = new Map<number, Distribution>();
  if (!metric) return periods;
  const periodMs = window.periodSeconds * 1000;
  for (const { startMs, data } of store.read(metric, window)) {
    const start = window.fromMs + Math.floor((startMs - window.fromMs) / periodMs) * periodMs;
    const known = periods.get(start);
    if (known) known.merge(data);
    else periods.set(start, copyOf(data));
  }
  return new Map([...periods].sort(([a], [b]) => a - b));
}

/** Points of the open minute are still being added to, so they are never handed out themselves. */
function copyOf(data: Distribution): Distribution {
  const copy = new Empty();
  copy.merge(data);
  return copy;
}

/**
 * Where the periods of a request start: StartTime rounded down to a minute, to five after 15 days and to an hour after 63;
 * below a minute to the period ("GetMetricStatistics", API Reference, StartTime).
 */
export function alignStart(startMs: number, periodSeconds: number, nowMs: number): number {
  const dayMs = 86_400_000;
  const age = nowMs - startMs;
  const step = periodSeconds < 60 ? periodSeconds : age < 15 * dayMs ? 60 : age < 63 * dayMs ? 300 : 3600;
  return startMs - (startMs % (step * 1000));
}
