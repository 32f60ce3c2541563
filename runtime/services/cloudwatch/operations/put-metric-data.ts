import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { Distribution } from '../behaviour/distribution.ts';
import { checkDimensions, units } from '../behaviour/metric-rules.ts';
import { metricStore } from '../behaviour/metric-store.ts';
import {
  constraintViolation,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
} from '../errors.ts';
import { cloudTime, type Dimension } from '../state.ts';

/** "PutMetricData", CloudWatch API Reference, which the limits below come from. */
const mostData = 1000;
const mostValues = 150;
const oldestMs = 14 * 86_400_000;
const newestMs = 2 * 3_600_000;

export function PutMetricData(ctx: Context, input: PutMetricDataCommandInput) {
  const namespace = input.Namespace ?? '';
  if (!/^[^:].{0,254}$/s.test(namespace) || namespace.includes('\0'))
    throw constraintViolation(namespace, 'namespace', 'Member must satisfy regular expression pattern: [^:].*');
  if (namespace.startsWith('AWS/')) throw invalidParameterValue('The value AWS/ for parameter Namespace is invalid.');
  const data = input.MetricData ?? [];
  if (data.length === 0) throw missingParameter('The parameter MetricData is required.');
  if (data.length > mostData)
    throw constraintViolation(
      `[${data.length} data]`,
      'metricData',
      `Member must have length less than or equal to ${mostData}`,
    );
  const ready = data.map((datum, index) => read(ctx, datum, `MetricData.member.${index + 1}`));
  const store = ctx.engine(metricStore);
  for (const { name, dimensions, ...datum } of ready) {
    store.put({ account: ctx.account, region: ctx.region, namespace, name, dimensions }, datum);
  }
  return {};
}

function read(ctx: Context, datum: MetricDatum, where: string) {
  const name = datum.MetricName ?? '';
  if (name === '') throw missingParameter(`The parameter ${where}.MetricName is required.`);
  const dimensions = (datum.Dimensions ?? []) as Dimension[];
  checkDimensions(dimensions, `${where}.Dimensions`);
  const unit = datum.Unit ?? 'None';
  if (!units.has(unit)) throw invalidParameterValue(`The value ${unit} for parameter ${where}.Unit is invalid.`);
  const timeMs = cloudTime(ctx, datum.Timestamp);
  const nowMs = ctx.clock.now();
  if (timeMs < nowMs - oldestMs)
    throw invalidParameterValue(
      `The parameter ${where}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (timeMs > nowMs + newestMs)
    throw invalidParameterValue(`The parameter ${where}.Timestamp must specify a time within the next two hours.`);
  const resolution = datum.StorageResolution ?? 60;
  if (resolution !== 1 && resolution !== 60)
    throw invalidParameterValue(`The parameter ${where}.StorageResolution must be 1 or 60.`);
  return { name, dimensions, unit, timeMs, highResolution: resolution === 1, data: distributionOf(datum, where) };
}

function distributionOf(datum: MetricDatum, where: string): Distribution {
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter((value) => value !== undefined).length;
  if (given === 0)
    throw missingParameter(
      `At least one of the parameters must be specified: ${where}.Value, ${where}.Values, ${where}.StatisticValues.`,
    );
  if (given > 1)
    throw invalidParameterCombination(
      `The parameters ${where}.Value, ${where}.Values and ${where}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  if (datum.StatisticValues) return statisticsOf(datum.StatisticValues, where);
  const values = datum.Values ?? [datum.Value ?? 0];
  const counts = datum.Counts;
  if (values.length > mostValues)
    throw invalidParameterValue(`The collection ${where}.Values must not have a size greater than ${mostValues}.`);
  if (counts && counts.length !== values.length)
    throw invalidParameterValue(`The parameters ${where}.Values and ${where}.Counts must be of the same size.`);
  const distribution = new Distribution();
  for (const [index, value] of values.entries())
    distribution.add(checked(value, `${where}.Value`), checked(counts?.[index] ?? 1, `${where}.Counts`));
  return distribution;
}

function statisticsOf(set: NonNullable<MetricDatum['StatisticValues']>, where: string): Distribution {
  const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = set;
  for (const value of [SampleCount, Sum, Minimum, Maximum]) checked(value, `${where}.StatisticValues`);
  if (SampleCount <= 0)
    throw invalidParameterValue(`The parameter ${where}.StatisticValues.SampleCount must be greater than 0.`);
  if (Maximum < Minimum)
    throw invalidParameterValue(
      `The parameter ${where}.StatisticValues.Maximum must be greater than or equal to ${where}.StatisticValues.Minimum.`,
    );
  return Distribution.ofStatistics({ count: SampleCount, sum: Sum, min: Minimum, max: Maximum });
}

/** Numbers between -2^360 and 2^360; NaN and infinity are refused. */
function checked(value: number, parameter: string): number {
  if (!Number.isFinite(value) || Math.abs(value) > 2 ** 360)
    throw invalidParameterValue(`The value ${value} for parameter ${parameter} is invalid.`);
  return value;
}
