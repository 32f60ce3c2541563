import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { MetricAlarm, MetricDataQuery, MetricStat, StateValue } from '../state.ts';
import type { Distribution } from './distribution.ts';
import { type MetricId, metricStore } from './metric-store.ts';
import { judge, pointsBeyond, type Verdict } from './missing-data.ts';
import { runQueries } from './queries.ts';
import { readPeriods } from './read-metric.ts';
import { stateReason, stateReasonData } from './state-reason.ts';
import { statisticNamed } from './statistics.ts';

export interface Evaluation {
  /** Undefined: the alarm stays as it is. */
  state: StateValue | undefined;
  reason: string;
  reasonData: string;
  /** The newest value in the range. */
  newest: number | undefined;
  /** Nothing was measured in the whole range: until something is, evaluating again says the same. */
  empty: boolean;
}

/** Evaluates an alarm at `nowMs` over the periods that end there; the windows slide, minute by minute. */
export function evaluate(kernel: Kernel, alarm: MetricAlarm, nowMs: number): Evaluation {
  const treatMissing = treatmentOf(alarm);
  const points = pointsOf(kernel, alarm, nowMs);
  const verdict = judge(
    points.map((point) => point.value),
    {
      EvaluationPeriods: alarm.EvaluationPeriods,
      DatapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
      treatMissing,
      breaches: comparisonOf(alarm),
    },
  );
  const state = fewSamples(alarm, points, verdict) ? undefined : verdict.state;
  const evaluated = { points, verdict, treatMissing };
  const period = periodOf(alarm);
  // Most evaluations change nothing, and nobody reads their sentences.
  const changed = state !== undefined && state !== alarm.StateValue;
  return {
    state,
    reason: changed ? stateReason(alarm, state, evaluated) : '',
    reasonData: changed ? stateReasonData(alarm, evaluated, { nowMs, period }) : '',
    newest: points.findLast(({ value }) => value !== undefined)?.value,
    empty: points.every((point) => point.value === undefined),
  };
}

/** Alarms on DynamoDB's metrics ignore missing data unless told otherwise (same page, "Important"). */
function treatmentOf(alarm: MetricAlarm): 'missing' | 'ignore' | 'breaching' | 'notBreaching' {
  const given = alarm.TreatMissingData;
  if (given === 'ignore' || given === 'breaching' || given === 'notBreaching' || given === 'missing') return given;
  return alarm.Namespace === 'AWS/DynamoDB' ? 'ignore' : 'missing';
}

export function periodOf(alarm: MetricAlarm): number {
  return alarm.Period ?? 60;
}

/** The metrics whose values can change what the alarm sees. */
export function metricsOf(alarm: MetricAlarm): MetricId[] {
  return statsOf(alarm).map(({ Metric }) => ({
    account: alarm.account,
    region: alarm.region,
    namespace: Metric.Namespace,
    name: Metric.MetricName,
    dimensions: Metric.Dimensions,
  }));
}

function statsOf(alarm: MetricAlarm): MetricStat[] {
  if (alarm.Metrics) return alarm.Metrics.flatMap((query) => query.MetricStat ?? []);
  const { Namespace = '', MetricName = '', Dimensions, Unit } = alarm;
  const Stat = alarm.Statistic ?? alarm.ExtendedStatistic ?? '';
  return [{ Metric: { Namespace, MetricName, Dimensions }, Period: periodOf(alarm), Stat, ...(Unit ? { Unit } : {}) }];
}

interface AlarmPoint {
  startMs: number;
  value: number | undefined;
  sampleCount: number;
}

function pointsOf(kernel: Kernel, alarm: MetricAlarm, nowMs: number): AlarmPoint[] {
  const periodMs = periodOf(alarm) * 1000;
  const length = alarm.EvaluationPeriods + pointsBeyond;
  const window = { fromMs: nowMs - length * periodMs, toMs: nowMs };
  const known = alarm.Metrics ? mathPoints(kernel, alarm, alarm.Metrics, window) : metricPoints(kernel, alarm, window);
  return Array.from({ length }, (_, index) => {
    const startMs = window.fromMs + index * periodMs;
    return { startMs, value: undefined, sampleCount: 0, ...known.get(startMs) };
  });
}

type KnownPoints = Map<number, { value: number | undefined; sampleCount: number }>;

function metricPoints(kernel: Kernel, alarm: MetricAlarm, window: { fromMs: number; toMs: number }): KnownPoints {
  const [stat] = statsOf(alarm);
  const [id] = metricsOf(alarm);
  const statistic = statisticNamed(stat?.Stat ?? '');
  const store = kernel.engine(metricStore);
  const query = { unit: stat?.Unit, periodSeconds: periodOf(alarm), ...window };
  const periods = id ? readPeriods(store, store.find(id), query) : new Map<number, Distribution>();
  return new Map(
    [...periods].map(([startMs, data]) => [startMs, { value: statistic?.(data), sampleCount: data.count }]),
  );
}

/** An expression that gives nothing for what it finds now is missing data, not an end of the runtime. */
function mathPoints(
  kernel: Kernel,
  { account, region }: MetricAlarm,
  queries: MetricDataQuery[],
  window: { fromMs: number; toMs: number },
): KnownPoints {
  try {
    const [result] = runQueries(kernel, { account, region, queries, ...window });
    return new Map((result?.points ?? []).map(([startMs, value]) => [startMs, { value, sampleCount: 0 }]));
  } catch (error) {
    if (error instanceof AwsError) return new Map();
    throw error;
  }
}

function comparisonOf({ ComparisonOperator, Threshold }: MetricAlarm): (value: number) => boolean {
  if (ComparisonOperator === 'GreaterThanOrEqualToThreshold') return (value) => value >= Threshold;
  if (ComparisonOperator === 'GreaterThanThreshold') return (value) => value > Threshold;
  if (ComparisonOperator === 'LessThanThreshold') return (value) => value < Threshold;
  return (value) => value <= Threshold;
}

/**
 * EvaluateLowSampleCountPercentile `ignore`: an alarm on a percentile stays as it is while a period has too few samples to
 * tell it: 10/(1-p) above the median, 10/p below ("Percentile-based alarms and low data samples").
 */
function fewSamples(alarm: MetricAlarm, points: AlarmPoint[], verdict: Verdict): boolean {
  if (alarm.EvaluateLowSampleCountPercentile !== 'ignore') return false;
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(alarm.ExtendedStatistic ?? '')?.[1];
  if (percent === undefined) return false;
  const part = Number(percent) / 100;
  const least = 10 / (part >= 0.5 ? 1 - part : part);
  return verdict.points.some((index) => (points[index]?.sampleCount ?? 0) < least);
}
