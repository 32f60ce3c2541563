import type { Kernel } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall, Standing } from '../../../kernel/usage.ts';
import { type Alarm, alarms, dashboards } from '../state.ts';
import { metricStore } from './metric-store.ts';

const hourMs = 3_600_000;
/** "Amazon CloudWatch pricing", API requests. GetMetricData is charged by metric. */
const charged =
  /^(PutMetricData|GetMetricStatistics|ListMetrics|GetDashboard|ListDashboards|PutDashboard|DeleteDashboards)$/;

export function meterCall({ operation, input, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  // What AWS services ask on their own behalf is not on the account's bill.
  if (errorCode !== undefined || ctx.origin === 'internal') return [];
  if (charged.test(operation)) return [{ usageType: 'CW:Requests', amount: 1, resource: '' }];
  if (operation !== 'GetMetricData') return [];
  const metrics = ((input as { MetricDataQueries?: { MetricStat?: object }[] }).MetricDataQueries ?? []).filter(
    ({ MetricStat }) => MetricStat !== undefined,
  );
  return [{ usageType: 'CW:GMD-Metrics', amount: metrics.length, resource: '' }];
}

/** Alarms by the metrics they watch, dashboards, and custom metrics for the hours in which values came. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('cloudwatch.alarms'))
    for (const alarm of alarms(kernel, scope).values())
      yield { ...alarmUsage(alarm), resource: alarm.AlarmArn, ...scope };
  for (const { account } of kernel.store.scopes('cloudwatch.dashboards'))
    for (const { DashboardName } of dashboards(kernel, { account, region: '' }).values())
      yield { usageType: 'DashboardsUsageHour', amount: 1, resource: DashboardName, account, region: 'us-east-1' };
  const sinceMs = kernel.clock.now() - hourMs;
  for (const { namespace, name, lastMs, account, region } of kernel.engine(metricStore).metrics())
    if (!namespace.startsWith('AWS/') && lastMs >= sinceMs)
      yield { usageType: 'CW:MetricMonitorUsage', amount: 1, resource: `${namespace} ${name}`, account, region };
}

function alarmUsage(alarm: Alarm): { usageType: string; amount: number } {
  if (alarm.kind === 'composite') return { usageType: 'CW:CompositeAlarmMonitorUsage', amount: 1 };
  const metrics = alarm.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  const fast = alarm.Period !== undefined && alarm.Period < 60;
  return { usageType: fast ? 'CW:HighResAlarmMonitorUsage' : 'CW:AlarmMonitorUsage', amount: Math.max(1, metrics) };
}
