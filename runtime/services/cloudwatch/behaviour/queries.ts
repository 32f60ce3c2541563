import type { Kernel } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { MetricDataQuery, MetricStat } from '../state.ts';
import { evaluateExpression, readExpression } from './metric-math/evaluate.ts';
import { finds, parseSearch } from './metric-math/search.ts';
import type { TimeSeries, Value } from './metric-math/values.ts';
import { checkStatName } from './metric-rules.ts';
import { type Metric, metricStore } from './metric-store.ts';
import { checkPeriod } from './periods.ts';
import { alignStart, readPeriods } from './read-metric.ts';
import { statisticNamed } from './statistics.ts';

export interface QuerySet {
  account: string;
  region: string;
  queries: MetricDataQuery[];
  fromMs: number;
  toMs: number;
}

export interface QueryResult {
  id: string;
  label: string;
  /** Start of the period and value, oldest first. */
  points: (readonly [number, number])[];
}

/** Runs the queries of GetMetricData, or of an alarm on metric math; an expression may give several series. */
export function runQueries(kernel: Kernel, set: QuerySet): QueryResult[] {
  const run = new QueryRun(kernel, set);
  return set.queries.flatMap((query) => (query.ReturnData === false ? [] : run.results(query)));
}

class QueryRun {
  readonly #kernel: Kernel;
  readonly #set: QuerySet;
  readonly #known = new Map<string, Value>();
  readonly #underWay = new Set<string>();

  constructor(kernel: Kernel, set: QuerySet) {
    this.#kernel = kernel;
    this.#set = set;
  }

  results(query: MetricDataQuery): QueryResult[] {
    const value = this.#value(query);
    if (typeof value === 'number') {
      throw validationError(
        `Error in expression '${query.Id}': the returned type is a number, and must be a time series.`,
      );
    }
    const list = Array.isArray(value) ? value : [value];
    return list.map(({ label, points }) => ({
      id: query.Id,
      label: query.Label ?? (Array.isArray(value) || query.MetricStat ? label : query.Id),
      points: [...points],
    }));
  }

  #value(query: MetricDataQuery): Value {
    const known = this.#known.get(query.Id);
    if (known !== undefined) return known;
    if (this.#underWay.has(query.Id)) throw validationError(`Error in expression '${query.Id}': it depends on itself.`);
    this.#underWay.add(query.Id);
    const value = query.MetricStat ? this.#series(query, query.MetricStat) : this.#expression(query);
    this.#known.set(query.Id, value);
    return value;
  }

  #expression(query: MetricDataQuery): Value {
    const text = query.Expression ?? '';
    const periodSeconds = query.Period ?? this.#longestPeriod();
    return evaluateExpression(text, readExpression(text), {
      periodSeconds,
      grid: this.#grid(periodSeconds),
      reference: (id) => {
        const other = this.#set.queries.find((one) => one.Id === id);
        return other && this.#value(other);
      },
      metrics: (part) =>
        this.#set.queries
          .filter((one) => one.MetricStat !== undefined && one.Id.includes(part))
          .map((one) => this.#value(one) as TimeSeries),
      search: (search, stat, period) => this.#search(search, stat, period ?? periodSeconds),
    });
  }

  /** "CloudWatch search expression syntax": of metrics with data in the past two weeks, at most 500. */
  #search(text: string, Stat: string, Period: number): TimeSeries[] | undefined {
    const search = parseSearch(text);
    if (!search) return undefined;
    checkStatName(Stat, 'Stat');
    checkPeriod(Period);
    const since = this.#kernel.clock.now() - 14 * 86_400_000;
    const { account, region } = this.#set;
    const found: Metric[] = [];
    for (const metric of this.#kernel.engine(metricStore).metrics()) {
      if (metric.account !== account || metric.region !== region || metric.lastMs < since) continue;
      if (finds(search, metric)) found.push(metric);
    }
    return found.slice(0, 500).map((metric) => {
      const { namespace: Namespace, name: MetricName, dimensions } = metric;
      const stat = { Metric: { Namespace, MetricName, Dimensions: [...dimensions] }, Period, Stat };
      return { ...this.#series({ Id: '' }, stat), label: labelOf(metric, found) };
    });
  }

  #series({ Label }: MetricDataQuery, stat: MetricStat): TimeSeries {
    const { account, region, toMs } = this.#set;
    const store = this.#kernel.engine(metricStore);
    const { Namespace: namespace, MetricName: name, Dimensions: dimensions = [] } = stat.Metric;
    const statistic = statisticNamed(stat.Stat);
    const grid = this.#grid(stat.Period);
    const metric = store.find({ account, region, namespace, name, dimensions });
    const periods = readPeriods(store, metric, {
      unit: stat.Unit,
      periodSeconds: stat.Period,
      fromMs: grid[0] ?? toMs,
      toMs,
    });
    const points = new Map<number, number>();
    for (const [startMs, data] of periods) {
      const value = statistic?.(data);
      if (value !== undefined) points.set(startMs, value);
    }
    return { label: Label ?? name, periodSeconds: stat.Period, grid, points };
  }

  #grid(periodSeconds: number): number[] {
    const { fromMs, toMs } = this.#set;
    const start = alignStart(fromMs, periodSeconds, this.#kernel.clock.now());
    const count = Math.max(0, Math.ceil((toMs - start) / (periodSeconds * 1000)));
    return Array.from({ length: count }, (_, index) => start + index * periodSeconds * 1000);
  }

  #longestPeriod(): number {
    return Math.max(60, ...this.#set.queries.map((query) => query.MetricStat?.Period ?? 0));
  }
}

/** What tells the metrics of a search apart: the values of their dimensions, or the names where those are the same. */
function labelOf({ name, dimensions }: Metric, found: Metric[]): string {
  const values = dimensions.map(({ Value }) => Value).join(' ');
  const sameName = found.every((other) => other.name === name);
  return sameName && values !== '' ? values : values === '' ? name : `${values} ${name}`;
}
