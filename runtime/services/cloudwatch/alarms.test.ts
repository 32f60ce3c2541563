import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const minuteMs = 60_000;
let orrery: Orrery;
let cloudwatch: CloudWatchClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'cloudwatch'] });
  cloudwatch = orrery.client(CloudWatchClient);
  await orrery.clock.wind(minuteMs - (orrery.clock.now() % minuteMs));
});
after(() => orrery.stop());

const measure = (name: string, value: number, timeMs = orrery.clock.now()) =>
  orrery.kernel.events.emit('metric', {
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: 'f' },
    value,
    unit: 'Count',
    timeMs,
    region: 'us-east-1',
    account: '000000000000',
  });

const putAlarm = (AlarmName: string, input: Partial<PutMetricAlarmCommandInput> = {}) =>
  cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'AWS/Lambda',
      MetricName: AlarmName,
      Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      ...input,
    }),
  );

async function alarm(name: string) {
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms?.[0];
}

test('goes off at the end of the minute in which the threshold was crossed, and recovers', async () => {
  await putAlarm('Errors');
  const created = await alarm('Errors');
  assert.deepEqual(
    [created?.StateValue, created?.StateReason],
    ['INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation'],
  );
  await orrery.clock.wind(minuteMs);
  const quiet = await alarm('Errors');
  assert.equal(quiet?.StateValue, 'OK');
  assert.match(
    quiet?.StateReason ?? '',
    /no datapoints were received for 1 period and 1 missing datapoint was treated as \[NonBreaching\]\.$/,
  );
  const startMs = orrery.clock.now();
  measure('Errors', 1);
  await orrery.clock.wind(minuteMs);
  const gone = await alarm('Errors');
  const [date, time] = new Date(startMs).toISOString().split('T');
  const [year, month, day] = (date ?? '').split('-');
  assert.equal(gone?.StateValue, 'ALARM');
  assert.equal(
    gone?.StateReason,
    `Threshold Crossed: 1 out of the last 1 datapoints [1.0 (${day}/${month}/${year?.slice(2)} ${time?.slice(0, 8)})] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).`,
  );
  await orrery.clock.wind(5 * minuteMs);
  assert.equal((await alarm('Errors'))?.StateValue, 'OK');
});

test('sleeps through 40 days without data and wakes at the next value', async () => {
  for (let index = 0; index < 50; index += 1) await putAlarm(`Quiet${index}`);
  await orrery.clock.wind(2 * minuteMs);
  const report = await orrery.clock.wind(40 * 24 * 60 * minuteMs);
  assert.ok(report.fired < 500, `${report.fired} timers fired`);
  measure('Quiet7', 5);
  await orrery.clock.wind(minuteMs);
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  assert.deepEqual(
    MetricAlarms?.map((found) => found.AlarmName),
    ['Quiet7'],
  );
});

test('puts a state set by hand right at the next evaluation', async () => {
  await putAlarm('ByHand');
  await orrery.clock.wind(minuteMs);
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'ByHand', StateValue: 'ALARM', StateReason: 'trying' }));
  assert.equal((await alarm('ByHand'))?.StateReason, 'trying');
  await orrery.clock.wind(minuteMs);
  assert.equal((await alarm('ByHand'))?.StateValue, 'OK');
});

test('aggregates what was emitted and what was put, over a restart', async () => {
  const startMs = orrery.clock.now();
  for (const value of [1, 2, 3, 4]) measure('Duration', value);
  await orrery.clock.wind(minuteMs);
  measure('Duration', 10);
  await cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'Restaurant',
      MetricData: [
        { MetricName: 'Orders', Values: [5, 7], Counts: [2, 1], Unit: 'Count', Timestamp: new Date(startMs) },
      ],
    }),
  );
  await orrery.restart();
  await orrery.clock.wind(minuteMs);
  const about = { StartTime: new Date(startMs), EndTime: new Date(startMs + 2 * minuteMs), Period: 60 };
  const { Datapoints } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      ...about,
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
      Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
    }),
  );
  assert.deepEqual(
    Datapoints?.map(({ Sum, SampleCount, Minimum, Maximum, Average }) => [Sum, SampleCount, Minimum, Maximum, Average]),
    [
      [10, 4, 1, 4, 2.5],
      [10, 1, 10, 10, 10],
    ],
  );
  const percentiles = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      ...about,
      EndTime: new Date(startMs + minuteMs),
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
      ExtendedStatistics: ['p50', 'p100', 'tm50', 'IQM', 'PR(:2)'],
    }),
  );
  assert.deepEqual(percentiles.Datapoints?.[0]?.ExtendedStatistics, {
    p50: 2.5,
    p100: 4,
    tm50: 1.5,
    IQM: 2.5,
    'PR(:2)': 50,
  });
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: about.StartTime,
      EndTime: about.EndTime,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 'orders',
          MetricStat: { Metric: { Namespace: 'Restaurant', MetricName: 'Orders' }, Period: 60, Stat: 'Sum' },
        },
      ],
    }),
  );
  assert.deepEqual(MetricDataResults?.[0]?.Values, [17]);
  const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'Restaurant' }));
  assert.deepEqual(Metrics, [{ Namespace: 'Restaurant', MetricName: 'Orders', Dimensions: [] }]);
});
