import type { Kernel } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall, Standing } from '../../../kernel/usage.ts';
import { type Alarm, alarms, dashboards } from '../state.ts';
import type { Metric } from './metric-store.ts';

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

/** Alarms by the metrics they watch, and dashboards. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('cloudwatch.alarms'))
    for (const alarm of alarms(kernel, scope).values())
      yield { ...alarmUsage(alarm), resource: alarm.AlarmArn, ...scope };
  for (const { account } of kernel.store.scopes('cloudwatch.dashboards'))
    for (const { DashboardName } of dashboards(kernel, { account, region: '' }).values())
      yield { usageType: 'DashboardsUsageHour', amount: 1, resource: DashboardName, account, region: 'us-east-1' };
}

function alarmUsage(alarm: Alarm): { usageType: string; amount: number } {
  if (alarm.kind === 'composite') return { usageType: 'CW:CompositeAlarmMonitorUsage', amount: 1 };
  const metrics = alarm.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  const fast = alarm.Period !== undefined && alarm.Period < 60;
  return { usageType: fast ? 'CW:HighResAlarmMonitorUsage' : 'CW:AlarmMonitorUsage', amount: Math.max(1, metrics) };
}

/** "Custom metrics … are prorated by the hour and metered only when you send metrics" (Amazon CloudWatch pricing). */
export function meterCustomMetric(kernel: Kernel, metric: Metric, timeMs: number): void {
  const { namespace, name, account, region, lastMs } = metric;
  if (namespace.startsWith('AWS/') || Math.floor(timeMs / hourMs) <= Math.floor(lastMs / hourMs)) return;
  const resource = `${namespace} ${name}`;
  const about = { service: 'cloudwatch', usageType: 'CW:MetricMonitorUsage', resource, account, region };
  kernel.events.emit('usage', { ...about, amount: 1, traces: [] });
}
