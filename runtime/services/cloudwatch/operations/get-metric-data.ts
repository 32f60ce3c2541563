import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { runQueries } from '../behaviour/queries.ts';
import { checkQueries } from '../behaviour/query-rules.ts';
import { constraintViolation, validationError } from '../errors.ts';
import { cloudTime, formatToken, type MetricDataQuery, parseToken } from '../state.ts';

/** "GetMetricData", CloudWatch API Reference: at most this many values a call. */
const mostDatapoints = 100_800;

export function GetMetricData(ctx: Context, input: GetMetricDataCommandInput) {
  const queries = (input.MetricDataQueries ?? []) as MetricDataQuery[];
  checkQueries(queries);
  const limit = input.MaxDatapoints ?? mostDatapoints;
  if (limit < 1 || limit > mostDatapoints)
    throw constraintViolation(limit, 'maxDatapoints', `Member must have value between 1 and ${mostDatapoints}`);
  const [fromMs, toMs] = [cloudTime(ctx, input.StartTime), cloudTime(ctx, input.EndTime)];
  if (fromMs >= toMs) throw validationError('The parameter StartTime must be less than the parameter EndTime.');
  const descending = input.ScanBy !== 'TimestampAscending';
  const results = runQueries(ctx, { account: ctx.account, region: ctx.region, queries, fromMs, toMs });
  return page(
    results.map(({ id, label, points }) => ({ id, label, points: descending ? [...points].reverse() : points })),
    { limit, token: input.NextToken },
  );
}

interface Result {
  id: string;
  label: string;
  points: (readonly [number, number])[];
}

/** The token says how many values of each series were given out; a series that is not finished is PartialData. */
function page(results: Result[], { limit, token }: { limit: number; token: string | undefined }) {
  const given = token === undefined ? 0 : Number(parseToken(token));
  let [skip, room] = [given, limit];
  let left = false;
  const MetricDataResults = results.map(({ id, label, points }) => {
    const from = Math.min(skip, points.length);
    const taken = points.slice(from, from + room);
    skip -= from;
    room -= taken.length;
    const partial = from + taken.length < points.length;
    left ||= partial;
    return {
      Id: id,
      Label: label,
      Timestamps: taken.map(([startMs]) => new Date(startMs)),
      Values: taken.map(([, value]) => value),
      StatusCode: partial ? ('PartialData' as const) : ('Complete' as const),
    };
  });
  return { MetricDataResults, Messages: [], NextToken: left ? formatToken(String(given + limit)) : undefined };
}
