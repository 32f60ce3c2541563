import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { PersonError } from '../../kernel/errors.ts';
import type { Context } from '../../kernel/service.ts';

const hourMs = 3_600_000;
/** A chart shows no more; longer spans get longer periods. */
const mostPoints = 400;

export interface MetricSeries {
  /** Seconds since the epoch, one grid for all. */
  times: number[];
  series: { id: string; label: string; values: (number | null)[] }[];
}

/** What a widget of a dashboard shows, by GetMetricData: metrics and expressions over the last hours of the cloud's time. */
export async function metricData(ctx: Context, body: Record<string, unknown>): Promise<MetricSeries> {
  const hours = Number(body.hours);
  if (!(hours > 0 && hours <= 24 * 90))
    throw new PersonError('hours', 'A widget shows at most 90 days.', 'Choose a shorter time.');
  const asked = Array.isArray(body.queries) ? (body.queries as MetricDataQuery[]) : [];
  if (asked.length === 0) return { times: [], series: [] };
  // One value for all of the time where the widget asks for that ("setPeriodToTimeRange").
  const least = body.whole === true ? hours * 3600 : Math.ceil((hours * 3600) / mostPoints / 60) * 60;
  const queries = asked.map((query) => atLeast(query, least));
  const stepMs = Math.min(...queries.map(periodOf)) * 1000;
  const toMs = Math.ceil(ctx.clock.now() / stepMs) * stepMs;
  const fromMs = toMs - Math.max(1, Math.round((hours * hourMs) / stepMs)) * stepMs;
  const { MetricDataResults = [] } = await ctx.call<{
    MetricDataResults?: { Id?: string; Label?: string; Timestamps?: Date[]; Values?: number[] }[];
  }>('cloudwatch', 'GetMetricData', {
    MetricDataQueries: queries,
    StartTime: new Date(fromMs),
    EndTime: new Date(toMs),
    ScanBy: 'TimestampAscending',
  });
  const known = new Set<number>();
  for (let at = fromMs; at < toMs; at += stepMs) known.add(at);
  for (const { Timestamps = [] } of MetricDataResults) for (const at of Timestamps) known.add(Number(at));
  const grid = [...known].sort((a, b) => a - b);
  return {
    times: grid.map((at) => at / 1000),
    series: MetricDataResults.map(({ Id = '', Label = '', Timestamps = [], Values = [] }) => {
      const values = new Map(Timestamps.map((at, index) => [Number(at), Values[index] ?? null]));
      return { id: Id, label: Label, values: grid.map((at) => values.get(at) ?? null) };
    }),
  };
}

function periodOf({ MetricStat, Period }: MetricDataQuery): number {
  return MetricStat?.Period ?? Period ?? 300;
}

function atLeast(query: MetricDataQuery, least: number): MetricDataQuery {
  const period = Math.max(periodOf(query), least);
  return query.MetricStat
    ? { ...query, MetricStat: { ...query.MetricStat, Period: period } }
    : { ...query, Period: period };
}
