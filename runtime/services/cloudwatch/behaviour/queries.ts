import { refused } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { MetricDataQuery, MetricStat } from '../state.ts';
import { metricStore } from './metric-store.ts';
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

/** Runs the queries of GetMetricData, or of an alarm on metric math. */
export function runQueries(kernel: Kernel, set: QuerySet): QueryResult[] {
  return set.queries.flatMap((query) => {
    if (query.ReturnData === false) return [];
    if (!query.MetricStat) throw refused(`cloudwatch expression ${query.Expression ?? ''}`);
    return [
      {
        id: query.Id,
        label: query.Label ?? query.MetricStat.Metric.MetricName,
        points: readStat(kernel, set, query.MetricStat),
      },
    ];
  });
}

function readStat(kernel: Kernel, set: QuerySet, stat: MetricStat): (readonly [number, number])[] {
  const { account, region, toMs } = set;
  const store = kernel.engine(metricStore);
  const statistic = statisticNamed(stat.Stat);
  const metric = store.find({
    account,
    region,
    namespace: stat.Metric.Namespace,
    name: stat.Metric.MetricName,
    dimensions: stat.Metric.Dimensions ?? [],
  });
  const fromMs = alignStart(set.fromMs, stat.Period, kernel.clock.now());
  const periods = readPeriods(store, metric, { unit: stat.Unit, periodSeconds: stat.Period, fromMs, toMs });
  return [...periods].flatMap(([startMs, data]) => {
    const value = statistic?.(data);
    return value === undefined ? [] : [[startMs, value] as const];
  });
}
