import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { MetricEvent } from '../../../kernel/events/events.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { DataTable, type Point, tiers } from './data-table.ts';
import { Distribution } from './distribution.ts';
import { meterCustomMetric } from './usage.ts';

/** A metric: a namespace, a name and dimensions, of one account and region. */
export interface Metric {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly { Name: string; Value: string }[];
  readonly series: Series[];
  /** Timestamp of its newest value. */
  lastMs: number;
  /** Told of every new value; alarms that sleep until there is one. */
  watchers: Set<() => void> | undefined;
}

/** The values of a metric in one unit; different units are never mixed unless a reader asks for all. */
interface Series {
  readonly metric: Metric;
  readonly unit: string;
  id: number;
  keptLastMs: number;
  /** Not yet in the table, by period (1 or 60 seconds) and start. */
  readonly open: { period: number; startMs: number; data: Distribution }[];
  /** What was last written of a metric that an alarm watches, oldest first: evaluations do not ask the table every minute. */
  recent: Recent | undefined;
}

interface Recent {
  /** Everything from here on is among the points. */
  fromMs: number;
  points: Point[];
}

export interface MetricId {
  account: string;
  region: string;
  namespace: string;
  name: string;
  dimensions: readonly { Name: string; Value: string }[];
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const sweepMs = 24 * hourMs;
/** Alarms look a few periods back; a few hundred points cover that, and cost little. */
const mostRecent = 512;
const recentMs = 24 * hourMs;

export const metricStore = defineEngine('cloudwatch.metrics', (kernel) => new MetricStore(kernel));

/**
 * All metrics. Values are added up in memory by minute and written when the minute is over; readers see both. Nothing
 * ticks while nothing is measured.
 */
export class MetricStore {
  readonly #kernel: Kernel;
  readonly #table: DataTable;
  readonly #metrics = new Map<string, Metric>();
  readonly #dirty = new Set<Series>();
  readonly #sweep: Timer;
  readonly #unsubscribe: () => void;
  readonly #watched = new Map<string, Set<() => void>>();
  #flush: Timer | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#table = new DataTable(kernel.store);
    for (const row of this.#table.series()) {
      const dimensions = (JSON.parse(row.dimensions) as [string, string][]).map(([Name, Value]) => ({ Name, Value }));
      const metric = this.#metric(keyOf({ ...row, dimensions }), { ...row, dimensions });
      metric.lastMs = Math.max(metric.lastMs, row.lastMs);
      metric.series.push({ metric, unit: row.unit, id: row.id, keptLastMs: row.lastMs, open: [], recent: undefined });
    }
    this.#unsubscribe = kernel.events.on('metric', (event) => this.ingest(event));
    this.#sweep = kernel.clock.every(sweepMs, 'roll-up of metrics', () => this.#rollUp());
  }

  /** The hot path: every value anything in the runtime measures comes through here. */
  ingest(event: MetricEvent): void {
    const key = eventKey(event);
    const metric =
      this.#metrics.get(key) ?? this.#metric(key, { ...event, dimensions: dimensionsOf(event.dimensions) });
    this.#bucket(metric, event.unit, minuteMs, event.timeMs).add(event.value);
    if (event.highResolution) this.#bucket(metric, event.unit, 1000, event.timeMs).add(event.value);
    this.#noticed(metric, event.timeMs);
  }

  /** What PutMetricData brings, which is answered only when it is on disk. */
  put(id: MetricId, datum: { unit: string; timeMs: number; highResolution: boolean; data: Distribution }): void {
    const key = keyOf(id);
    const metric = this.#metrics.get(key) ?? this.#metric(key, id);
    const series = this.#series(metric, datum.unit);
    this.#keep(series);
    for (const periodMs of datum.highResolution ? [1000, minuteMs] : [minuteMs]) {
      this.#table.merge(series.id, periodMs / 1000, {
        startMs: datum.timeMs - (datum.timeMs % periodMs),
        data: datum.data,
      });
    }
    series.recent = undefined;
    this.#noticed(metric, datum.timeMs);
    this.#rememberLast(series);
  }

  find(id: MetricId): Metric | undefined {
    return this.#metrics.get(keyOf(id));
  }

  metrics(): Iterable<Metric> {
    return this.#metrics.values();
  }

  /** Calls back at every new value of the metric, also when it does not exist yet. Returns what ends it. */
  watch(id: MetricId, watcher: () => void): () => void {
    const key = keyOf(id);
    const watchers = this.#watched.get(key) ?? new Set();
    this.#watched.set(key, watchers);
    watchers.add(watcher);
    const metric = this.#metrics.get(key);
    if (metric) metric.watchers = watchers;
    return () => {
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      this.#watched.delete(key);
      const known = this.#metrics.get(key);
      if (known) known.watchers = undefined;
    };
  }

  /** Points from `fromMs` to `toMs` at the finest periods that serve `periodSeconds`; their starts are not merged yet. */
  read(
    metric: Metric,
    query: { unit: string | undefined; periodSeconds: number; fromMs: number; toMs: number },
  ): Point[] {
    const { unit, periodSeconds, fromMs, toMs } = query;
    const points: Point[] = [];
    for (const series of metric.series) {
      if (unit !== undefined && series.unit !== unit) continue;
      for (const { period } of tiers) {
        const serves = periodSeconds < 60 ? period === 1 : period > 1 && period <= periodSeconds;
        if (!serves) continue;
        if (series.id !== 0) for (const point of this.#kept(series, period, fromMs, toMs)) points.push(point);
        for (const { startMs, data, period: open } of series.open) {
          if (open === period && startMs >= fromMs && startMs < toMs) points.push({ startMs, data });
        }
      }
    }
    return points;
  }

  #kept(series: Series, period: number, fromMs: number, toMs: number): Point[] {
    if (period !== 60 || !series.metric.watchers) return this.#table.read(series.id, period, fromMs, toMs);
    const { recent } = series;
    if (recent && recent.fromMs <= fromMs)
      return recent.points.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
    const nowMs = this.#kernel.clock.now();
    if (toMs < nowMs - recentMs) return this.#table.read(series.id, period, fromMs, toMs);
    // Further back than is asked for now, so that the windows which slide on find it there.
    series.recent = { fromMs, points: this.#table.read(series.id, period, fromMs, Number.MAX_SAFE_INTEGER) };
    return series.recent.points.filter(({ startMs }) => startMs < toMs);
  }

  stop(): void {
    this.#unsubscribe();
    this.#sweep.cancel();
    this.#flush?.cancel();
    this.#write(Number.POSITIVE_INFINITY);
  }

  #metric(key: string, id: MetricId): Metric {
    const known = this.#metrics.get(key);
    if (known) return known;
    const { account, region, namespace, name, dimensions } = id;
    const metric: Metric = {
      account,
      region,
      namespace,
      name,
      dimensions,
      series: [],
      lastMs: 0,
      watchers: this.#watched.get(key),
    };
    this.#metrics.set(key, metric);
    return metric;
  }

  #series(metric: Metric, unit: string): Series {
    for (const series of metric.series) if (series.unit === unit) return series;
    const series: Series = { metric, unit, id: 0, keptLastMs: 0, open: [], recent: undefined };
    metric.series.push(series);
    return series;
  }

  #bucket(metric: Metric, unit: string, periodMs: number, timeMs: number): Distribution {
    const series = this.#series(metric, unit);
    const startMs = timeMs - (timeMs % periodMs);
    for (const bucket of series.open)
      if (bucket.startMs === startMs && bucket.period === periodMs / 1000) return bucket.data;
    const data = new Distribution();
    series.open.push({ period: periodMs / 1000, startMs, data });
    this.#dirty.add(series);
    this.#arm();
    return data;
  }

  #noticed(metric: Metric, timeMs: number): void {
    meterCustomMetric(this.#kernel, metric, timeMs);
    if (timeMs > metric.lastMs) metric.lastMs = timeMs;
    if (metric.watchers) for (const watcher of metric.watchers) watcher();
  }

  #arm(): void {
    if (this.#flush) return;
    const nowMs = this.#kernel.clock.now();
    this.#flush = this.#kernel.clock.at(nowMs - (nowMs % minuteMs) + minuteMs, 'writing of metrics', () => {
      this.#flush = undefined;
      this.#write(this.#kernel.clock.now());
      if (this.#dirty.size > 0) this.#arm();
    });
  }

  /** Writes every period that is over at `nowMs`. */
  #write(nowMs: number): void {
    for (const series of this.#dirty) {
      const over = series.open.filter(({ startMs, period }) => startMs + period * 1000 <= nowMs);
      if (over.length === 0) continue;
      this.#keep(series);
      for (const { period, startMs, data } of over) {
        this.#table.merge(series.id, period, { startMs, data });
        if (period === 60) remember(series, { startMs, data });
      }
      series.open.splice(0, series.open.length, ...series.open.filter((bucket) => !over.includes(bucket)));
      if (series.open.length === 0) this.#dirty.delete(series);
      this.#rememberLast(series);
    }
  }

  #keep(series: Series): void {
    if (series.id !== 0) return;
    const { account, region, namespace, name, dimensions, lastMs } = series.metric;
    const pairs = JSON.stringify(dimensions.map(({ Name, Value }) => [Name, Value]));
    series.id = this.#table.addSeries({
      account,
      region,
      namespace,
      name,
      dimensions: pairs,
      unit: series.unit,
      lastMs,
    });
  }

  /** To the hour is enough: it decides what ListMetrics shows for two weeks. */
  #rememberLast(series: Series): void {
    if (series.metric.lastMs - series.keptLastMs < hourMs) return;
    series.keptLastMs = series.metric.lastMs;
    this.#table.touch(series.id, series.metric.lastMs);
  }

  #rollUp(): void {
    const nowMs = this.#kernel.clock.now();
    this.#table.rollUp(nowMs);
    for (const { series } of this.#metrics.values()) for (const one of series) one.recent = undefined;
    const gone = nowMs - (tiers.at(-1)?.keptMs ?? 0);
    for (const [key, metric] of this.#metrics) {
      if (metric.lastMs >= gone || metric.series.some((series) => series.open.length > 0)) continue;
      for (const series of metric.series) this.#table.removeSeries(series.id);
      this.#metrics.delete(key);
    }
  }
}

/** Written after what is remembered, it is remembered as well; into the midst of it, the table is asked anew. */
function remember(series: Series, point: Point): void {
  const { recent } = series;
  if (!recent) return;
  const last = recent.points.at(-1);
  if (point.startMs < recent.fromMs) return;
  if (last && last.startMs >= point.startMs) {
    series.recent = undefined;
    return;
  }
  recent.points.push(point);
  if (recent.points.length > mostRecent) {
    recent.points.splice(0, recent.points.length - mostRecent / 2);
    recent.fromMs = recent.points[0]?.startMs ?? recent.fromMs;
  }
}

function dimensionsOf(dimensions: Record<string, string>): { Name: string; Value: string }[] {
  return Object.keys(dimensions)
    .sort()
    .map((Name) => ({ Name, Value: dimensions[Name] ?? '' }));
}

/** The same text as `keyOf`, without making a list where there is one dimension at most. */
function eventKey({ account, region, namespace, name, dimensions }: MetricEvent): string {
  let key = `${account}\n${region}\n${namespace}\n${name}`;
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  for (const dimension of names) key += `\n${dimension}\n${dimensions[dimension]}`;
  return key;
}

function keyOf({ account, region, namespace, name, dimensions }: MetricId): string {
  let key = `${account}\n${region}\n${namespace}\n${name}`;
  const sorted = dimensions.length > 1 ? [...dimensions].sort((a, b) => (a.Name < b.Name ? -1 : 1)) : dimensions;
  for (const { Name, Value } of sorted) key += `\n${Name}\n${Value}`;
  return key;
}
