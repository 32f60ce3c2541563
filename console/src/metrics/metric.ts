import { call, get } from '../api.ts';
import type { Series } from './chart.tsx';

export interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: string }[];
  region: string;
}

export interface Alarm {
  AlarmName: string;
  StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  StateReason?: string;
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: string }[];
  Statistic?: string;
  Threshold?: number;
  ComparisonOperator?: string;
  region: string;
}

export function keyOf({ Namespace = '', MetricName = '', Dimensions = [], region }: Partial<Metric>): string {
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return [region, Namespace, MetricName, ...dimensions].join(' ');
}

const pagesOfMetrics = 4;

export async function listMetrics(regions: string[]): Promise<Metric[]> {
  const found: Metric[] = [];
  for (const region of regions) {
    let NextToken: string | undefined;
    for (let page = 0; page < pagesOfMetrics && (page === 0 || NextToken); page += 1) {
      const answer = await call<{ Metrics?: Omit<Metric, 'region'>[]; NextToken?: string }>(
        'cloudwatch',
        'ListMetrics',
        NextToken ? { NextToken } : {},
        region,
      );
      found.push(...(answer.Metrics ?? []).map((metric) => ({ ...metric, region })));
      NextToken = answer.NextToken;
    }
  }
  return found;
}

export async function listAlarms(regions: string[]): Promise<Alarm[]> {
  const found = await Promise.all(
    regions.map(async (region) => {
      const { MetricAlarms = [] } = await call<{ MetricAlarms?: Omit<Alarm, 'region'>[] }>(
        'cloudwatch',
        'DescribeAlarms',
        { MaxRecords: 100 },
        region,
      );
      return MetricAlarms.map((alarm) => ({ ...alarm, region }));
    }),
  );
  return found.flat();
}

/** What is counted is summed, what is measured is averaged. */
export function statisticOf({ MetricName }: { MetricName: string }): string {
  return /Count|Requests|Invocations|Errors|Throttles|Sent|Received|Deleted|Events|Bytes(?!PerSecond)|Downloaded|Uploaded|Consumed/.test(
    MetricName,
  )
    ? 'Sum'
    : 'Average';
}

export async function readSeries(
  metric: Metric,
  { statistic, hours, threshold }: { statistic: string; hours: number; threshold?: number | undefined },
): Promise<Series & { unit: string }> {
  const query = new URLSearchParams({
    region: metric.region,
    namespace: metric.Namespace,
    name: metric.MetricName,
    dimensions: JSON.stringify(metric.Dimensions ?? []),
    statistic,
    hours: String(hours),
  });
  const { points, fromMs, toMs, periodMs, unit } = await get<{
    points: { timeMs: number; value: number }[];
    fromMs: number;
    toMs: number;
    periodMs: number;
    unit: string;
  }>(`metric?${query}`);
  const known = new Map(points.map(({ timeMs, value }) => [timeMs, value]));
  const times: number[] = [];
  for (let at = fromMs; at <= toMs; at += periodMs) times.push(at);
  return {
    times: times.map((at) => at / 1000),
    values: times.map((at) => known.get(at) ?? null),
    unit: unit === 'None' ? '' : unit,
    ...(threshold === undefined ? {} : { threshold }),
  };
}
