import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Alarm, MetricAlarm, MetricDataQuery } from '../state.ts';
import { javaNumber } from './java-number.ts';
import { longTime } from './state-reason.ts';

/** ALARM: "name" in US East (N. Virginia) */
export function actionSubject(alarm: Alarm): string {
  const name = alarm.AlarmName.length > 60 ? `${alarm.AlarmName.slice(0, 57)}...` : alarm.AlarmName;
  return `${alarm.StateValue}: "${name}" in ${regionName(alarm.region)}`;
}

/** The message CloudWatch publishes to a topic, members in its order, numbers as it writes them. */
export function snsMessage(before: Alarm, now: Alarm): string {
  const message = {
    AlarmName: now.AlarmName,
    AlarmDescription: now.AlarmDescription ?? null,
    AWSAccountId: now.account,
    AlarmConfigurationUpdatedTimestamp: longTime(now.configuredMs),
    ...(now.kind === 'composite' ? { AlarmRule: now.AlarmRule } : {}),
    NewStateValue: now.StateValue,
    NewStateReason: now.StateReason,
    StateChangeTime: longTime(now.stateUpdatedMs),
    Region: regionName(now.region),
    AlarmArn: now.AlarmArn,
    OldStateValue: before.StateValue,
    OKActions: now.OKActions,
    AlarmActions: now.AlarmActions,
    InsufficientDataActions: now.InsufficientDataActions,
    ...(now.kind === 'metric' ? { Trigger: trigger(now) } : {}),
  };
  const text = JSON.stringify(message);
  return now.kind === 'metric'
    ? text.replace(/"Threshold":-?[\d.e+-]+/i, `"Threshold":${javaNumber(now.Threshold)}`)
    : text;
}

function trigger(alarm: MetricAlarm): object {
  return {
    ...(alarm.Metrics ? { Period: alarm.Period ?? 60 } : metricOfTrigger(alarm)),
    EvaluationPeriods: alarm.EvaluationPeriods,
    ...(alarm.DatapointsToAlarm === undefined ? {} : { DatapointsToAlarm: alarm.DatapointsToAlarm }),
    ComparisonOperator: alarm.ComparisonOperator,
    Threshold: alarm.Threshold,
    TreatMissingData: alarm.TreatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: alarm.EvaluateLowSampleCountPercentile ?? '',
    ...(alarm.Metrics ? { Metrics: alarm.Metrics.map(queryOfTrigger) } : {}),
  };
}

const statisticNames: Record<string, string> = lookupTable({
  Average: 'AVERAGE',
  Sum: 'SUM',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
});

function metricOfTrigger(alarm: MetricAlarm): object {
  return {
    MetricName: alarm.MetricName,
    Namespace: alarm.Namespace,
    StatisticType: alarm.Statistic ? 'Statistic' : 'ExtendedStatistic',
    ...(alarm.Statistic
      ? { Statistic: statisticNames[alarm.Statistic] }
      : { ExtendedStatistic: alarm.ExtendedStatistic }),
    Unit: alarm.Unit ?? null,
    Dimensions: alarm.Dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: alarm.Period,
  };
}

function queryOfTrigger(query: MetricDataQuery): object {
  const stat = query.MetricStat;
  return {
    ...(query.Expression === undefined ? {} : { Expression: query.Expression }),
    Id: query.Id,
    ...(query.Label === undefined ? {} : { Label: query.Label }),
    ...(stat
      ? {
          MetricStat: {
            Metric: {
              Dimensions: stat.Metric.Dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
              MetricName: stat.Metric.MetricName,
              Namespace: stat.Metric.Namespace,
            },
            Period: stat.Period,
            Stat: stat.Stat,
            ...(stat.Unit ? { Unit: stat.Unit } : {}),
          },
        }
      : {}),
    ReturnData: query.ReturnData ?? true,
  };
}

/** What a function is invoked with ("Invoke a Lambda function from an alarm", User Guide). */
export function lambdaEvent(before: Alarm, now: Alarm): object {
  return {
    source: 'aws.cloudwatch',
    alarmArn: now.AlarmArn,
    accountId: now.account,
    time: longTime(now.stateUpdatedMs),
    region: now.region,
    alarmData: {
      alarmName: now.AlarmName,
      state: alarmState(now),
      previousState: alarmState(before),
      configuration: alarmConfiguration(now),
    },
  };
}

export function alarmState(alarm: Alarm): object {
  return {
    value: alarm.StateValue,
    reason: alarm.StateReason,
    ...(alarm.StateReasonData ? { reasonData: alarm.StateReasonData } : {}),
    timestamp: longTime(alarm.stateUpdatedMs),
  };
}

export function alarmConfiguration(alarm: Alarm): object {
  const described = alarm.AlarmDescription === undefined ? {} : { description: alarm.AlarmDescription };
  if (alarm.kind === 'composite') return { alarmRule: alarm.AlarmRule, ...described };
  return { ...described, metrics: (alarm.Metrics ?? [onlyMetric(alarm)]).map(metricOfEvent) };
}

function onlyMetric(alarm: MetricAlarm): MetricDataQuery {
  const { MetricName = '', Namespace = '', Dimensions, Period = 60, Unit } = alarm;
  const Stat = alarm.Statistic ?? alarm.ExtendedStatistic ?? '';
  return {
    Id: 'm1',
    ReturnData: true,
    MetricStat: { Metric: { MetricName, Namespace, Dimensions }, Period, Stat, ...(Unit ? { Unit } : {}) },
  };
}

function metricOfEvent(query: MetricDataQuery): object {
  const stat = query.MetricStat;
  return {
    id: query.Id,
    ...(query.Expression === undefined ? {} : { expression: query.Expression }),
    ...(query.Label === undefined ? {} : { label: query.Label }),
    ...(stat
      ? {
          metricStat: {
            metric: {
              namespace: stat.Metric.Namespace,
              name: stat.Metric.MetricName,
              dimensions: Object.fromEntries(stat.Metric.Dimensions.map(({ Name, Value }) => [Name, Value])),
            },
            period: stat.Period,
            stat: stat.Stat,
            ...(stat.Unit ? { unit: stat.Unit } : {}),
          },
        }
      : {}),
    returnData: query.ReturnData ?? true,
  };
}

const regionNames: Record<string, string> = lookupTable({
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-northeast-3': 'Asia Pacific (Osaka)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ca-central-1': 'Canada (Central)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-west-3': 'EU (Paris)',
  'eu-north-1': 'EU (Stockholm)',
  'sa-east-1': 'South America (Sao Paulo)',
});

function regionName(region: string): string {
  return regionNames[region] ?? region;
}
