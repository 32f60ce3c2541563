import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
let orrery: Orrery;
let sqs: SQSClient;
let cloudwatch: CloudWatchClient;
let QueueUrl = '';

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sqs', 'cloudwatch'] });
  sqs = orrery.client(SQSClient);
  cloudwatch = orrery.client(CloudWatchClient);
  await orrery.clock.wind(minuteMs - (orrery.clock.now() % minuteMs));
  QueueUrl =
    (
      await sqs.send(
        new CreateQueueCommand({ QueueName: 'orders', Attributes: { MessageRetentionPeriod: String(4 * 86_400) } }),
      )
    ).QueueUrl ?? '';
});
after(() => orrery.stop());

/** Sums by the minute since `fromMs`. */
async function sums(MetricName: string, fromMs: number, Unit: 'Count' | 'Seconds' | 'Bytes' = 'Count') {
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/SQS',
      MetricName,
      Dimensions: [{ Name: 'QueueName', Value: 'orders' }],
      StartTime: new Date(fromMs),
      EndTime: new Date(orrery.clock.now() + minuteMs),
      Period: 60,
      Statistics: ['Sum'],
      Unit,
    }),
  );
  return Datapoints.sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp)).map(({ Sum }) => Sum);
}

test('puts the nine metrics of a queue to CloudWatch, with its name and their units', async () => {
  const startMs = orrery.clock.now();
  await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'first' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'second', DelaySeconds: 600 }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 90 }));
  await orrery.clock.wind(minuteMs);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
  await orrery.clock.wind(minuteMs);
  assert.deepEqual(await sums('NumberOfEmptyReceives', startMs), [1]);
  assert.deepEqual(await sums('NumberOfMessagesSent', startMs), [2]);
  assert.deepEqual(await sums('NumberOfMessagesReceived', startMs), [1]);
  assert.deepEqual(await sums('NumberOfMessagesDeleted', startMs), [1]);
  assert.deepEqual(await sums('SentMessageSize', startMs, 'Bytes'), [11]);
  assert.deepEqual(await sums('ApproximateNumberOfMessagesVisible', startMs), [0, 0]);
  assert.deepEqual(await sums('ApproximateNumberOfMessagesNotVisible', startMs), [1, 0]);
  assert.deepEqual(await sums('ApproximateNumberOfMessagesDelayed', startMs), [1, 1]);
  assert.deepEqual(await sums('ApproximateAgeOfOldestMessage', startMs, 'Seconds'), [60, 120]);
  const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'AWS/SQS' }));
  assert.equal(Metrics?.length, 9);
});

test('reports a queue as long as it holds messages, then six hours, and costs nothing after', async () => {
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'waiting',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'orders' }],
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    }),
  );
  const state = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['waiting'] }))).MetricAlarms?.[0]?.StateValue;
  await orrery.clock.wind(dayMs);
  assert.equal(await state(), 'ALARM');
  await orrery.clock.wind(2 * dayMs);
  assert.equal(await state(), 'ALARM');
  await orrery.clock.wind(2 * dayMs);
  assert.equal(await state(), 'OK');
  const { fired } = await orrery.clock.wind(40 * dayMs);
  assert.ok(fired < 2000, `${fired} timers fired`);
});

test('a dead-letter queue that nobody uses is reported as soon as a message is moved there', async () => {
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await orrery.clock.wind(dayMs);
  const redrive = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
  const source = await sqs.send(
    new CreateQueueCommand({ QueueName: 'source', Attributes: { RedrivePolicy: redrive } }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl: source.QueueUrl, MessageBody: 'poison' }));
  for (let receive = 0; receive < 2; receive += 1)
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: source.QueueUrl, VisibilityTimeout: 0 }));
  await orrery.clock.wind(2 * minuteMs);
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'dead' }],
      StartTime: new Date(orrery.clock.now() - 5 * minuteMs),
      EndTime: new Date(orrery.clock.now() + minuteMs),
      Period: 300,
      Statistics: ['Maximum'],
    }),
  );
  assert.equal(Datapoints.at(-1)?.Maximum, 1);
});
