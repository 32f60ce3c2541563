import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { alarmClock } from '../behaviour/alarm-clock.ts';
import { checkMetricAlarm } from '../behaviour/alarm-rules.ts';
import { remember } from '../behaviour/history.ts';
import { validationError } from '../errors.ts';
import { alarmArn, alarms, type Dimension, type MetricAlarm, type MetricDataQuery } from '../state.ts';

export function PutMetricAlarm(ctx: Context, input: PutMetricAlarmCommandInput) {
  checkMetricAlarm(ctx, input);
  const name = input.AlarmName ?? '';
  const existing = alarms(ctx, ctx).get(name);
  if (existing && existing.kind !== 'metric')
    throw validationError(`An alarm of another type with the name ${name} already exists`);
  const nowMs = ctx.clock.now();
  const alarm: MetricAlarm = {
    ...configurationOf(input),
    kind: 'metric',
    AlarmName: name,
    AlarmArn: alarmArn(ctx, name),
    account: ctx.account,
    region: ctx.region,
    StateValue: existing?.StateValue ?? 'INSUFFICIENT_DATA',
    StateReason: existing?.StateReason ?? 'Unchecked: Initial alarm creation',
    ...(existing?.StateReasonData === undefined ? {} : { StateReasonData: existing.StateReasonData }),
    stateUpdatedMs: existing?.stateUpdatedMs ?? nowMs,
    stateTransitionedMs: existing?.stateTransitionedMs ?? nowMs,
    configuredMs: nowMs,
    // Tags of an alarm that exists change by TagResource only ("PutMetricAlarm", API Reference, Tags).
    tags: existing?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  alarms(ctx, ctx).put(name, alarm);
  remember(ctx, alarm, 'ConfigurationUpdate', `Alarm "${name}" ${existing ? 'updated' : 'created'}`, {
    version: '1.0',
    type: existing ? 'Update' : 'Create',
  });
  ctx.engine(alarmClock).watch(alarm);
  return {};
}

/** What the caller says, without what was left out. */
function configurationOf(input: PutMetricAlarmCommandInput) {
  const Metrics =
    input.Metrics && input.Metrics.length > 0 ? (input.Metrics as MetricDataQuery[]).map(plainQuery) : undefined;
  const optional = {
    AlarmDescription: input.AlarmDescription,
    MetricName: input.MetricName,
    Namespace: input.Namespace,
    Statistic: input.Statistic,
    ExtendedStatistic: input.ExtendedStatistic,
    Period: Metrics ? periodOfMetrics(Metrics) : input.Period,
    Unit: input.Unit,
    Metrics,
    DatapointsToAlarm: input.DatapointsToAlarm,
    TreatMissingData: input.TreatMissingData,
    EvaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile,
  };
  return {
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<MetricAlarm>),
    Dimensions: (input.Dimensions ?? []) as Dimension[],
    EvaluationPeriods: input.EvaluationPeriods ?? 1,
    Threshold: input.Threshold ?? 0,
    ComparisonOperator: input.ComparisonOperator ?? '',
    ActionsEnabled: input.ActionsEnabled ?? true,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
  };
}

function plainQuery(query: MetricDataQuery): MetricDataQuery {
  const { MetricStat } = query;
  if (!MetricStat) return query;
  return {
    ...query,
    MetricStat: { ...MetricStat, Metric: { ...MetricStat.Metric, Dimensions: MetricStat.Metric.Dimensions ?? [] } },
  };
}

function periodOfMetrics(queries: MetricDataQuery[]): number {
  const periods = queries.flatMap((query) => query.MetricStat?.Period ?? query.Period ?? []);
  return periods.length > 0 ? Math.max(...periods) : 60;
}
