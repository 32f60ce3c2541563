import type { StoredCases } from '../stored-cases.ts';

const alarm = {
  AlarmName: 'stored',
  Namespace: 'Kitchen',
  MetricName: 'Orders',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanThreshold',
};
const DashboardBody = JSON.stringify({ widgets: [{ type: 'text', properties: { markdown: 'kitchen' } }] });
const arn = (name: string) => ({ ResourceARN: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}` });

export const cloudwatch: StoredCases = {
  service: 'cloudwatch',
  resources: {
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { ...alarm, Tags: [{ Key: 'team', Value: 'kitchen' }] } },
    Composite: {
      Type: 'AWS::CloudWatch::CompositeAlarm',
      DependsOn: 'Alarm',
      Properties: { AlarmName: 'composite', AlarmRule: 'ALARM(stored)', Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardName: 'stored', DashboardBody, Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
  },
  told: {
    Alarm: (ask) => ask('ListTagsForResource', arn('stored')),
    Composite: (ask) => ask('ListTagsForResource', arn('composite')),
    Dashboard: async (ask) => [
      await ask('GetDashboard', { DashboardName: 'stored' }),
      await ask('ListTagsForResource', { ResourceARN: 'arn:aws:cloudwatch::000000000000:dashboard/stored' }),
    ],
  },
  requests: {
    PutDashboard: async (ask) => {
      const asked = { DashboardName: 'asked', DashboardBody };
      await ask('PutDashboard', asked);
      return { asked, told: await ask('GetDashboard', { DashboardName: 'asked' }) };
    },
  },
};
