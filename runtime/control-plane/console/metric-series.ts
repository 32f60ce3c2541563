import { PersonError } from '../../kernel/errors.ts';
import type { Context } from '../../kernel/service.ts';

const hourMs = 3_600_000;
/** GetMetricStatistics gives at most 1,440 points; a chart shows no more than these. */
const pointsWanted = 180;

/** A metric over the last hours of the cloud's time, in periods that CloudWatch knows and a chart can show. */
export async function metricSeries(ctx: Context, query: URLSearchParams): Promise<object> {
  const hours = Number(query.get('hours') ?? 1);
  if (!(hours > 0 && hours <= 24 * 90))
    throw new PersonError('hours', 'A chart shows at most 90 days.', 'Choose a shorter time.');
  const periodMs = Math.max(60_000, Math.ceil((hours * hourMs) / pointsWanted / 60_000) * 60_000);
  const toMs = Math.ceil(ctx.clock.now() / periodMs) * periodMs;
  const fromMs = toMs - Math.ceil((hours * hourMs) / periodMs) * periodMs;
  const statistic = query.get('statistic') ?? 'Average';
  const { Datapoints = [] } = await ctx.call<{ Datapoints?: Record<string, unknown>[] }>(
    'cloudwatch',
    'GetMetricStatistics',
    {
      Namespace: query.get('namespace') ?? '',
      MetricName: query.get('name') ?? '',
      Dimensions: JSON.parse(query.get('dimensions') ?? '[]') as object[],
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      Period: periodMs / 1000,
      Statistics: [statistic],
    },
  );
  const points = Datapoints.map((point) => ({
    timeMs: Number(point.Timestamp),
    value: Number(point[statistic]),
  })).sort((a, b) => a.timeMs - b.timeMs);
  return { points, fromMs, toMs, periodMs, unit: String(Datapoints[0]?.Unit ?? '') };
}
