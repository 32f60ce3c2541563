import { formatArn } from '../../kernel/arn.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { alarmClock } from './behaviour/alarm-clock.ts';
import { compositeAlarms } from './behaviour/composite-alarms.ts';
import { forgetOldHistory } from './behaviour/history.ts';
import { metricStore } from './behaviour/metric-store.ts';
import { meterCall, standing } from './behaviour/usage.ts';
import { DescribeAlarmHistory } from './operations/alarm-history.ts';
import {
  DeleteAlarms,
  DescribeAlarms,
  DescribeAlarmsForMetric,
  DisableAlarmActions,
  EnableAlarmActions,
  SetAlarmState,
} from './operations/alarms.ts';
import { PutCompositeAlarm } from './operations/composite-alarms.ts';
import * as dashboards from './operations/dashboards.ts';
import { GetMetricData } from './operations/get-metric-data.ts';
import { PutMetricAlarm } from './operations/metric-alarms.ts';
import { PutMetricData } from './operations/put-metric-data.ts';
import { GetMetricStatistics, ListMetrics } from './operations/read-metrics.ts';
import * as tags from './operations/tags.ts';
import { Alarm } from './resources/Alarm.ts';
import { CompositeAlarm } from './resources/CompositeAlarm.ts';
import { Dashboard } from './resources/Dashboard.ts';
import { alarmArn, alarms } from './state.ts';

const oneAccount = 'there is no monitoring account over others; leave it out.';

export default defineService({
  name: 'cloudwatch',
  actionPrefix: 'cloudwatch',
  operations: {
    ...dashboards,
    ...tags,
    DescribeAlarmHistory,
    PutCompositeAlarm,
    DeleteAlarms,
    DescribeAlarms,
    DescribeAlarmsForMetric,
    DisableAlarmActions,
    EnableAlarmActions,
    GetMetricData,
    GetMetricStatistics,
    ListMetrics,
    PutMetricAlarm,
    PutMetricData,
    SetAlarmState,
  },
  resources: [Alarm, CompositeAlarm, Dashboard],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  start,
  usage: {
    calls: meterCall,
    standing,
    changedBy: ['PutMetricAlarm', 'PutCompositeAlarm', 'DeleteAlarms', 'PutDashboard', 'DeleteDashboards'],
  },
  fidelity: {
    'PutMetricAlarm.ThresholdMetricId': { refused: 'anomaly detection does not run.' },
    'PutMetricAlarm.EvaluationWindow': { refused: 'windows slide, which is the default; leave it out.' },
    'PutMetricAlarm.EvaluationInterval': {
      refused: 'alarms are evaluated every minute, or every ten seconds for shorter periods.',
    },
    'PutMetricAlarm.WarmUpConfiguration': { refused: 'an alarm is evaluated from its first period on.' },
    'PutMetricAlarm.EvaluationCriteria': { refused: 'PromQL does not run.' },
    'PutMetricAlarm.ActionConfiguration': { refused: 'tags are not sent along with actions.' },
    'PutMetricAlarm.Metrics.AccountId': { refused: oneAccount },
    'PutCompositeAlarm.ActionConfiguration': { refused: 'tags are not sent along with actions.' },
    'PutDashboard.DashboardBody': 'stored',
    'GetMetricData.LabelOptions': { refused: 'labels are plain text, without times.' },
    'DescribeAlarmHistory.AlarmContributorId': { refused: 'alarms have no contributors.' },
    'PutMetricData.EntityMetricData': { refused: 'entities are not kept with metrics.' },
    'PutMetricData.StrictEntityValidation': { refused: 'entities are not kept with metrics.' },
    'GetMetricData.MetricDataQueries.AccountId': { refused: oneAccount },
    'ListMetrics.IncludeLinkedAccounts': { refused: oneAccount },
    'ListMetrics.OwningAccount': { refused: oneAccount },
    'DescribeAlarms.ChildrenOfAlarmName': { refused: 'look at AlarmRule of the composite alarm.' },
    'DescribeAlarms.ParentsOfAlarmName': { refused: 'look at AlarmRule of the composite alarms.' },
  },
});

/** "Actions, resources, and condition keys for Amazon CloudWatch" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `cloudwatch:${operation}`;
  if (operation === 'PutMetricData')
    return { action, resource: '*', conditions: { 'cloudwatch:namespace': String(input.Namespace ?? '') } };
  if (typeof input.ResourceARN === 'string') return { action, resource: input.ResourceARN };
  if (onAlarms.has(operation)) {
    const names = Array.isArray(input.AlarmNames) ? (input.AlarmNames as string[]) : [String(input.AlarmName ?? '')];
    return names.map((name) => ({ action, resource: alarmArn(ctx, name) }));
  }
  const dashboard = (name: string): string => formatArn('cloudwatch', '', ctx.account, `dashboard/${name}`);
  if (operation === 'DeleteDashboards' && Array.isArray(input.DashboardNames)) {
    return (input.DashboardNames as string[]).map((name) => ({ action, resource: dashboard(name) }));
  }
  if (typeof input.DashboardName === 'string') return { action, resource: dashboard(input.DashboardName) };
  if (operation.startsWith('DescribeAlarm')) return { action, resource: alarmArn(ctx, '*') };
  return { action, resource: '*' };
}

const onAlarms = new Set([
  'PutMetricAlarm',
  'PutCompositeAlarm',
  'DeleteAlarms',
  'SetAlarmState',
  'EnableAlarmActions',
  'DisableAlarmActions',
]);

const sweepMs = 24 * 60 * 60_000;

function start(kernel: Kernel): Running {
  kernel.engine(metricStore);
  kernel.engine(compositeAlarms);
  const clock = kernel.engine(alarmClock);
  for (const scope of kernel.store.scopes('cloudwatch.alarms')) {
    for (const alarm of alarms(kernel, scope).values()) if (alarm.kind === 'metric') clock.watch(alarm);
  }
  const sweep = kernel.clock.every(sweepMs, 'deletion of old alarm history', () => forgetOldHistory(kernel), {
    kind: 'retention',
  });
  return { stop: () => sweep.cancel() };
}
