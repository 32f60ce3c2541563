import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
let orrery: Orrery;
let cloudwatch: CloudWatchClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'cloudwatch'] });
  cloudwatch = orrery.client(CloudWatchClient);
  // To a full hour that the machine is far from, so that every time told below is the cloud's.
  await orrery.clock.wind(2 * hourMs - (orrery.clock.now() % hourMs));
});
after(() => orrery.stop());

const put = (MetricName: string, Value: number, timeMs = orrery.clock.now(), StorageResolution = 60) =>
  cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [{ MetricName, Value, Timestamp: new Date(timeMs), StorageResolution }],
    }),
  );

const metric = (Id: string, MetricName: string, ReturnData = true): MetricDataQuery => ({
  Id,
  ReturnData,
  MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
});

async function data(MetricDataQueries: MetricDataQuery[], fromMs: number, toMs: number) {
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      ScanBy: 'TimestampAscending',
    }),
  );
  return MetricDataResults.map(({ Id, Label, Values }) => [Id, Label, Values]);
}

async function state(name: string) {
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms?.[0]?.StateValue;
}

test('computes an error rate, and finds metrics by SEARCH', async () => {
  const startMs = orrery.clock.now();
  for (const [errors, requests] of [
    [1, 10],
    [0, 20],
    [3, 4],
  ] as const) {
    await put('Errors', errors);
    await put('Requests', requests);
    await orrery.clock.wind(minuteMs);
  }
  const endMs = orrery.clock.now();
  const rate = { Id: 'rate', Expression: '100 * errors / requests', Label: 'Error rate' };
  assert.deepEqual(
    await data([rate, metric('errors', 'Errors', false), metric('requests', 'Requests', false)], startMs, endMs),
    [['rate', 'Error rate', [10, 0, 75]]],
  );
  const search = { Id: 's', Expression: `SUM(SEARCH('{Shop} Errors OR Requests', 'Sum', 60))`, Label: 'All' };
  assert.deepEqual(await data([search], startMs, endMs), [['s', 'All', [11, 20, 7]]]);
});

test('an alarm watches an expression over its metrics', async () => {
  await orrery.clock.wind(5 * minuteMs);
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'ErrorRate',
      Metrics: [
        { Id: 'rate', Expression: '100 * errors / FILL(requests, 1)', ReturnData: true },
        metric('errors', 'Errors', false),
        metric('requests', 'Requests', false),
      ],
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      Threshold: 50,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    }),
  );
  const states: (string | undefined)[] = [];
  for (const [errors, requests] of [
    [9, 10],
    [9, 10],
    [0, 10],
  ] as const) {
    await put('Errors', errors);
    await put('Requests', requests);
    await orrery.clock.wind(minuteMs);
    states.push(await state('ErrorRate'));
  }
  assert.deepEqual(states, ['OK', 'ALARM', 'OK']);
  const { AlarmHistoryItems } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'ErrorRate', HistoryItemType: 'StateUpdate' }),
  );
  assert.equal(AlarmHistoryItems?.length, 3);
});

test('refuses alarms on SEARCH, on several series, and on functions that do not run', async () => {
  for (const [Expression, name] of [
    [`SEARCH('{Shop} Errors', 'Sum', 60)`, 'ValidationException'],
    ['[m1, m2]', 'ValidationException'],
    ['SUM(m1)', 'ValidationException'],
    ['m1 + m3', 'ValidationException'],
    ['ANOMALY_DETECTION_BAND(m1)', 'NotImplemented'],
    ['SERVICE_QUOTA(m1)', 'NotImplemented'],
  ] as const) {
    const alarm = new PutMetricAlarmCommand({
      AlarmName: 'Wrong',
      Metrics: [{ Id: 'e', Expression }, metric('m1', 'Errors', false), metric('m2', 'Requests', false)],
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    await assert.rejects(cloudwatch.send(alarm), { name }, Expression);
  }
});

test('keeps seconds for 3 hours, minutes for 15 days, five minutes for 63 days and hours for 455 days', async () => {
  const startMs = orrery.clock.now();
  await put('Kept', 1, startMs, 1);
  await put('Kept', 2, startMs + minuteMs, 1);
  await put('Kept', 4, startMs + 10 * minuteMs, 1);
  const points = async (Period: number) => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Kept',
        StartTime: new Date(startMs),
        EndTime: new Date(startMs + hourMs),
        Period: Period === 1 ? 5 : Period,
        Statistics: ['Sum'],
      }),
    );
    return Datapoints.map(({ Sum }) => Sum).sort((a = 0, b = 0) => a - b);
  };
  await orrery.clock.wind(2 * hourMs);
  assert.deepEqual(
    [await points(1), await points(60)],
    [
      [1, 2, 4],
      [1, 2, 4],
    ],
  );
  await orrery.clock.wind(2 * dayMs);
  assert.deepEqual([await points(1), await points(60)], [[], [1, 2, 4]]);
  await orrery.clock.wind(14 * dayMs);
  assert.deepEqual([await points(60), await points(300)], [[], [3, 4]]);
  await orrery.clock.wind(50 * dayMs);
  assert.deepEqual([await points(300), await points(3600)], [[], [7]]);
  await orrery.clock.wind(400 * dayMs);
  assert.deepEqual(await points(3600), []);
});

test('200 alarms sleep through 40 days', async () => {
  for (let index = 0; index < 200; index += 1) {
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `Many${index}`,
        Namespace: 'Shop',
        MetricName: `Many${index}`,
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 3,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      }),
    );
  }
  await orrery.clock.wind(10 * minuteMs);
  // What this process computes, however busy the machine is with others.
  const began = process.cpuUsage();
  const { fired } = await orrery.clock.wind(40 * dayMs);
  const computed = process.cpuUsage(began);
  const computedMs = (computed.user + computed.system) / 1000;
  assert.ok(fired < 500, `${fired} timers fired`);
  assert.ok(computedMs < 2000, `${computedMs} ms`);
});
