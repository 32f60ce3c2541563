import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  ListDashboardsCommand,
  PutCompositeAlarmCommand,
  type PutCompositeAlarmCommandInput,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let cloudwatch: CloudWatchClient;
let sqs: SQSClient;
let topic = '';
let queue = '';

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'cloudwatch', 'sns', 'sqs', 'lambda', 'logs'] });
  cloudwatch = orrery.client(CloudWatchClient);
  sqs = orrery.client(SQSClient);
  const sns = orrery.client(SNSClient);
  topic = (await sns.send(new CreateTopicCommand({ Name: 'alarms' }))).TopicArn ?? '';
  queue =
    (
      await sqs.send(
        new CreateQueueCommand({
          QueueName: 'alarms',
          Attributes: {
            VisibilityTimeout: '43200',
            Policy: JSON.stringify({
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' },
            }),
          },
        }),
      )
    ).QueueUrl ?? '';
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:alarms';
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint }));
  for (const name of ['a', 'b', 'with space', 'maintenance']) await child(name);
});
after(() => orrery.stop());

const child = (AlarmName: string) =>
  cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'Shop',
      MetricName: AlarmName,
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  );

const set = (AlarmName: string, StateValue: StateValue) =>
  cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'by hand' }));

const put = (AlarmName: string, AlarmRule: string, input: Partial<PutCompositeAlarmCommandInput> = {}) =>
  cloudwatch.send(
    new PutCompositeAlarmCommand({ AlarmName, AlarmRule, AlarmActions: [topic], OKActions: [topic], ...input }),
  );

async function composite(name: string) {
  const { CompositeAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return CompositeAlarms?.[0];
}

/** Names and states of the mails of alarms that came since the last look. */
async function sent(): Promise<string[]> {
  await orrery.clock.wind(0);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => {
    const message = JSON.parse((JSON.parse(Body ?? '{}') as { Message: string }).Message) as Record<string, string>;
    return `${message.AlarmName} ${message.OldStateValue} -> ${message.NewStateValue}`;
  });
}

test('follows its rule through NOT, AND, OR, quotes, ARNs and AT_LEAST', async () => {
  await put('Rule', 'ALARM(a) AND NOT (OK("with space") OR FALSE)');
  await put('Two', 'AT_LEAST(2, ALARM, (a, b, arn:aws:cloudwatch:us-east-1:000000000000:alarm:maintenance))');
  await put('OnTop', 'ALARM(Rule)');
  assert.equal((await composite('Rule'))?.StateValue, 'OK');
  assert.match((await composite('Rule'))?.StateReason ?? '', /was created and its alarm rule evaluates to OK$/);
  await sent();
  await set('a', 'ALARM');
  assert.equal((await composite('Rule'))?.StateValue, 'ALARM');
  assert.match(
    (await composite('Rule'))?.StateReason ?? '',
    /alarm:a transitioned to ALARM at \w+day \d\d \w+, \d{4} /,
  );
  assert.equal((await composite('OnTop'))?.StateValue, 'ALARM');
  assert.equal((await composite('Two'))?.StateValue, 'OK');
  await set('maintenance', 'ALARM');
  assert.equal((await composite('Two'))?.StateValue, 'ALARM');
  await set('with space', 'OK');
  assert.equal((await composite('Rule'))?.StateValue, 'OK');
  assert.equal((await composite('OnTop'))?.StateValue, 'OK');
  assert.deepEqual((await sent()).sort(), [
    'OnTop ALARM -> OK',
    'OnTop OK -> ALARM',
    'Rule ALARM -> OK',
    'Rule OK -> ALARM',
    'Two OK -> ALARM',
  ]);
  const { AlarmHistoryItems } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({
      AlarmName: 'Rule',
      AlarmTypes: ['CompositeAlarm'],
      ScanBy: 'TimestampAscending',
    }),
  );
  assert.deepEqual(
    AlarmHistoryItems?.map((item) => item.HistorySummary).filter((summary) => !summary?.startsWith('Success')),
    [
      'Alarm "Rule" created',
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
    ],
  );
  assert.equal(
    AlarmHistoryItems?.filter((item) => item.HistorySummary === `Successfully executed action ${topic}`).length,
    3,
  );
  for (const name of ['OnTop', 'Two', 'Rule']) await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] }));
  await set('a', 'OK');
  await set('maintenance', 'OK');
});

test('refuses rules that cannot be read, circles and alarms that do not exist', async () => {
  await put('One', 'ALARM(a)');
  for (const rule of ['ALARM(a', 'ALARM(a) ALARM(b)', 'LOUD(a)', 'ALARM(nosuch)', 'AND', 'ALARM(One)']) {
    await assert.rejects(put('One', rule), { name: 'ValidationException' }, rule);
  }
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['One'] }));
});

test('holds its actions while the suppressor is in ALARM, also over a restart, and acts when the extension is over', async () => {
  const suppressed = {
    ActionsSuppressor: 'maintenance',
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 120,
  };
  await put('Suppressed', 'ALARM(b)', suppressed);
  await orrery.clock.wind(60_000);
  await sent();
  await set('b', 'ALARM');
  assert.equal((await composite('Suppressed'))?.ActionsSuppressedBy, 'WaitPeriod');
  await orrery.clock.wind(59_000);
  assert.deepEqual(await sent(), []);
  await orrery.clock.wind(1000);
  assert.deepEqual(await sent(), ['Suppressed OK -> ALARM']);
  assert.equal((await composite('Suppressed'))?.ActionsSuppressedBy, undefined);

  await set('b', 'OK');
  await orrery.clock.wind(30_000);
  await set('maintenance', 'ALARM');
  await orrery.clock.wind(60_000);
  assert.equal((await composite('Suppressed'))?.ActionsSuppressedBy, 'Alarm');
  assert.deepEqual(await sent(), []);
  await set('maintenance', 'OK');
  assert.equal((await composite('Suppressed'))?.ActionsSuppressedBy, 'ExtensionPeriod');
  await orrery.restart();
  cloudwatch = orrery.client(CloudWatchClient);
  sqs = orrery.client(SQSClient);
  await orrery.clock.wind(119_000);
  assert.deepEqual(await sent(), []);
  await orrery.clock.wind(1000);
  assert.deepEqual(await sent(), ['Suppressed ALARM -> OK']);
});

test('keeps dashboards, and says what is wrong with a body', async () => {
  const DashboardBody = JSON.stringify({
    widgets: [{ type: 'text', x: 0, y: 0, width: 6, height: 3, properties: { markdown: '# Orders' } }],
  });
  await cloudwatch.send(new PutDashboardCommand({ DashboardName: 'orders', DashboardBody }));
  const kept = await cloudwatch.send(new GetDashboardCommand({ DashboardName: 'orders' }));
  assert.equal(kept.DashboardBody, DashboardBody);
  assert.equal(kept.DashboardArn, 'arn:aws:cloudwatch::000000000000:dashboard/orders');
  const { DashboardEntries } = await cloudwatch.send(new ListDashboardsCommand({ DashboardNamePrefix: 'ord' }));
  assert.deepEqual(
    DashboardEntries?.map(({ DashboardName, Size }) => [DashboardName, Size]),
    [['orders', DashboardBody.length]],
  );
  const wrong = await cloudwatch
    .send(new PutDashboardCommand({ DashboardName: 'orders', DashboardBody: '{"widgets":{}}' }))
    .then(
      () => undefined,
      (error: Error & { dashboardValidationMessages?: { DataPath?: string; Message?: string }[] }) => error,
    );
  assert.equal(wrong?.name, 'DashboardInvalidInputError');
  assert.equal(wrong?.dashboardValidationMessages?.[0]?.DataPath, '/widgets');
  const { DashboardValidationMessages } = await cloudwatch.send(
    new PutDashboardCommand({
      DashboardName: 'warned',
      DashboardBody: '{"widgets":[{"type":"metric","width":99,"properties":{"metrics":[["AWS/SQS","X"]]}}]}',
    }),
  );
  assert.deepEqual(DashboardValidationMessages?.map(({ DataPath }) => DataPath).sort(), [
    '/widgets/0/properties/region',
    '/widgets/0/width',
  ]);
  await assert.rejects(cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: ['orders', 'nosuch'] })), {
    name: 'ResourceNotFound',
  });
  await cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: ['orders', 'warned'] }));
  await assert.rejects(cloudwatch.send(new GetDashboardCommand({ DashboardName: 'orders' })), {
    name: 'ResourceNotFound',
  });
});
