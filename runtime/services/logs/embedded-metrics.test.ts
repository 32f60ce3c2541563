import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
const where = { logGroupName: '/app', logStreamName: 'one' };

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'logs', 'cloudwatch'] });
  const logs = orrery.client(CloudWatchLogsClient);
  await logs.send(new CreateLogGroupCommand(where));
  await logs.send(new CreateLogStreamCommand(where));
});
after(() => orrery.stop());

async function log(StorageResolution: number | undefined, Latency: number): Promise<void> {
  const Metrics = [{ Name: 'Latency', Unit: 'Milliseconds', ...(StorageResolution ? { StorageResolution } : {}) }];
  const Timestamp = orrery.clock.now();
  const namespace = `Shop${StorageResolution ?? ''}`;
  const message = JSON.stringify({
    _aws: { Timestamp, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [[]], Metrics }] },
    Latency,
  });
  const logEvents = [{ timestamp: Timestamp, message }];
  await orrery.client(CloudWatchLogsClient).send(new PutLogEventsCommand({ ...where, logEvents }));
}

async function averages(Namespace: string, Period: number): Promise<number[] | undefined> {
  const metric = { Namespace, MetricName: 'Latency', Dimensions: [] };
  const { MetricDataResults } = await orrery.client(CloudWatchClient).send(
    new GetMetricDataCommand({
      StartTime: new Date(orrery.clock.now() - 60_000),
      EndTime: new Date(orrery.clock.now() + 60_000),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: metric, Period, Stat: 'Average' } }],
    }),
  );
  return MetricDataResults?.[0]?.Values;
}

/** "Specification: Embedded metric format": 1 for high resolution, 60 (or none) for standard. */
test('a metric of StorageResolution 1 is kept by the second, others by the minute', async () => {
  await orrery.clock.wind(60_000 - (orrery.clock.now() % 60_000));
  for (const value of [10, 30]) {
    await log(1, value);
    await log(undefined, value);
    await orrery.clock.wind(1_000);
  }
  assert.deepEqual(await averages('Shop1', 1), [10, 30]);
  assert.deepEqual(await averages('Shop1', 60), [20]);
  assert.deepEqual(await averages('Shop', 60), [20]);
  assert.deepEqual(await averages('Shop', 1), []);
});
