import type { GetMetricStatisticsCommandInput, ListMetricsCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import type { Distribution } from '../behaviour/distribution.ts';
import { checkStatName } from '../behaviour/metric-rules.ts';
import { type Metric, metricStore } from '../behaviour/metric-store.ts';
import { checkPeriod } from '../behaviour/periods.ts';
import { alignStart, readPeriods } from '../behaviour/read-metric.ts';
import { statisticNamed } from '../behaviour/statistics.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { cloudTime, type Dimension, pageOf } from '../state.ts';

/** "GetMetricStatistics", CloudWatch API Reference. */
const mostDatapoints = 1440;
/** ListMetrics shows metrics with data in the past two weeks, 500 a page. */
const listedMs = 14 * 86_400_000;
const recentMs = 3 * 3_600_000;

export function GetMetricStatistics(ctx: Context, input: GetMetricStatisticsCommandInput) {
  const { Statistics = [], ExtendedStatistics = [], Period = 60 } = input;
  if (Statistics.length + ExtendedStatistics.length === 0)
    throw missingParameter('Must specify either Statistics or ExtendedStatistics');
  for (const name of Statistics) checkStatName(name, 'Statistic');
  for (const name of ExtendedStatistics) checkStatName(name, 'ExtendedStatistic');
  if (![1, 5].includes(Period)) checkPeriod(Period);
  const [start, toMs] = [cloudTime(ctx, input.StartTime), cloudTime(ctx, input.EndTime)];
  if (start >= toMs) throw invalidParameterValue('The parameter StartTime must be less than the parameter EndTime.');
  const count = Math.ceil((toMs - start) / (Period * 1000));
  if (count > mostDatapoints) {
    throw invalidParameterCombination(
      `You have requested up to ${count} datapoints, which exceeds the limit of ${mostDatapoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const store = ctx.engine(metricStore);
  const metric = store.find({
    account: ctx.account,
    region: ctx.region,
    namespace: input.Namespace ?? '',
    name: input.MetricName ?? '',
    dimensions: (input.Dimensions ?? []) as Dimension[],
  });
  const fromMs = alignStart(start, Period, ctx.clock.now());
  const Datapoints = [];
  // Values of different units are never added up: each unit has datapoints of its own.
  for (const unit of unitsOf(metric, input.Unit)) {
    for (const [startMs, data] of readPeriods(store, metric, { unit, periodSeconds: Period, fromMs, toMs })) {
      Datapoints.push({
        Timestamp: new Date(startMs),
        Unit: unit,
        ...plainStatistics(data, Statistics),
        ...extendedStatistics(data, ExtendedStatistics),
      });
    }
  }
  return { Label: input.MetricName, Datapoints };
}

function unitsOf(metric: Metric | undefined, unit: string | undefined): string[] {
  const known = metric?.series.map((series) => series.unit) ?? [];
  return unit === undefined ? known : known.filter((name) => name === unit);
}

function plainStatistics(data: Distribution, names: string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, statisticNamed(name)?.(data)]));
}

function extendedStatistics(data: Distribution, names: string[]): { ExtendedStatistics?: Record<string, number> } {
  if (names.length === 0) return {};
  const known = names.flatMap((name) => {
    const value = statisticNamed(name)?.(data);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ExtendedStatistics: Object.fromEntries(known) };
}

export function ListMetrics(ctx: Context, input: ListMetricsCommandInput) {
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H')
    throw invalidParameterValue('The only value of the parameter RecentlyActive is PT3H.');
  const since = ctx.clock.now() - (input.RecentlyActive ? recentMs : listedMs);
  const found: { key: string; metric: Metric }[] = [];
  for (const metric of ctx.engine(metricStore).metrics()) {
    if (metric.account !== ctx.account || metric.region !== ctx.region || metric.lastMs < since) continue;
    if (isListed(metric, input))
      found.push({ key: JSON.stringify([metric.namespace, metric.name, metric.dimensions]), metric });
  }
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  const { items, nextToken } = pageOf(found, ({ key }) => key, { limit: 500, nextToken: input.NextToken });
  return {
    Metrics: items.map(({ metric }) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: [...metric.dimensions],
    })),
    NextToken: nextToken,
  };
}

/** A dimension filter without a value asks for the name alone; dimensions not named may be there as well. */
function isListed(metric: Metric, input: ListMetricsCommandInput): boolean {
  if (input.Namespace !== undefined && metric.namespace !== input.Namespace) return false;
  if (input.MetricName !== undefined && metric.name !== input.MetricName) return false;
  return (input.Dimensions ?? []).every((filter) =>
    metric.dimensions.some(
      ({ Name, Value }) => Name === filter.Name && (filter.Value === undefined || Value === filter.Value),
    ),
  );
}
