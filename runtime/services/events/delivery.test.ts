import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { apiFaults } from '../../kernel/faults/api-faults.ts';
import { arnOf, type EventsCloud, startEvents } from './test-cloud.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('what a rule sends to its targets', () => {
  let cloud: EventsCloud;
  let source = '';
  let count = 0;
  before(async () => {
    cloud = await startEvents({ services: ['events', 'iam', 'logs', 'sns', 'sqs', 'sts'] });
  });
  after(() => cloud.orrery.stop());
  beforeEach(() => {
    count += 1;
    source = `source-${count}`;
  });

  const put = (detail: object, client = cloud.events, more: object = {}) =>
    client.send(
      new PutEventsCommand({
        Entries: [{ Source: source, DetailType: 'Order', Detail: JSON.stringify(detail), ...more }],
      }),
    );
  const pattern = () => JSON.stringify({ source: [source] });
  const fail = (service: string, kind: 'unavailable-error' | 'throttle-error') =>
    cloud.orrery.kernel
      .engine(apiFaults)
      .start({ id: 'down', service, operations: ['SendMessage'], kind, percentage: 100 });
  const heal = () => cloud.orrery.kernel.engine(apiFaults).heal('down');

  // The templates and results of "Amazon EventBridge input transformation".
  const transforms: [name: string, template: string, expected: string][] = [
    ['a text', '"instance <instance> is in <state>"', '"instance i-1 is in RUNNING"'],
    [
      'values without quotes',
      '{"instance" : <instance>, "all": <detail>}',
      '{"instance" : "i-1", "all": {"instance-id":"i-1","state":"RUNNING","n":[1,{"deep":true}]}}',
    ],
    ['a value between quotes', '{"state":"<state>"}', '{"state":"RUNNING"}'],
    ['an object between quotes', '{"all":"the <deep>"}', '{"all":"the {deep:true}"}'],
    ['a variable that is not there', '{"none":<none>,"text":"<none>"}', '{"none":"","text":""}'],
    ['lines', '"one <state>"\n"two <instance>"', '"one RUNNING"\n"two i-1"'],
    ['the rule', '{"name":<aws.events.rule-name>}', '{"name":"transforms"}'],
  ];
  test('may be a template that the event fills', async () => {
    const Arn = await cloud.queue('transforms');
    const InputPathsMap = {
      instance: '$.detail.instance-id',
      state: '$.detail.state',
      detail: '$.detail',
      deep: '$.detail.n[1]',
      none: '$.detail.none',
    };
    for (const [name, InputTemplate, expected] of transforms) {
      await cloud.rule(
        { Name: 'transforms', EventPattern: pattern() },
        { Arn, InputTransformer: { InputPathsMap, InputTemplate } },
      );
      await put({ 'instance-id': 'i-1', state: 'RUNNING', n: [1, { deep: true }] });
      assert.deepEqual(
        (await cloud.take('transforms')).map(({ Body }) => Body),
        [expected],
        name,
      );
    }
  });

  test('may be the event with and without its detail in a template', async () => {
    const Arn = await cloud.queue('whole');
    const InputTemplate =
      '{"with":<aws.events.event.json>,"without":<aws.events.event>,"at":<aws.events.event.ingestion-time>}';
    await cloud.rule({ Name: 'whole', EventPattern: pattern() }, { Arn, InputTransformer: { InputTemplate } });
    await put({ n: 1 });
    const [{ with: whole, without, at } = {}] = (await cloud.taken('whole')) as Record<
      string,
      Record<string, unknown>
    >[];
    const { detail, ...rest } = whole ?? {};
    assert.deepEqual([detail, rest], [{ n: 1 }, without]);
    assert.equal(at, new Date(cloud.orrery.clock.now()).toISOString());
  });

  test('may be a part of the event, or a constant; five targets get theirs each', async () => {
    const Arn = await cloud.queue('parts');
    await cloud.rule(
      { Name: 'parts', EventPattern: pattern() },
      { Arn, InputPath: '$.detail.a' },
      { Arn, Input: '"constant"' },
    );
    await put({ a: { b: 1 } });
    assert.deepEqual((await cloud.taken('parts')).map((body) => JSON.stringify(body)).sort(), [
      '"constant"',
      '{"b":1}',
    ]);
  });

  test('goes to a FIFO queue with its group, a topic, a log group', async () => {
    const { orrery } = cloud;
    const fifo = await cloud.queue('group.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const behind = await cloud.queue('behind-topic', {
      Policy: allow('sns.amazonaws.com', 'sqs:SendMessage', arnOf('behind-topic')),
    });
    const sns = orrery.client(SNSClient);
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'topic' }));
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: allow('events.amazonaws.com', 'sns:Publish', TopicArn),
      }),
    );
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: behind, Attributes: { RawMessageDelivery: 'true' } }),
    );
    const logs = orrery.client(CloudWatchLogsClient);
    const logGroupName = '/aws/events/all';
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const group = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
    const policyDocument = allow('events.amazonaws.com', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${group}:*`);
    await logs.send(new PutResourcePolicyCommand({ policyName: 'events', policyDocument }));
    await cloud.rule(
      { Name: 'kinds', EventPattern: pattern() },
      { Arn: fifo, SqsParameters: { MessageGroupId: 'orders' } },
      { Arn: TopicArn, InputPath: '$.detail' },
      { Arn: group, InputPath: '$.detail' },
    );
    await put({ n: 7 });
    const [message] = await cloud.take('group.fifo');
    assert.equal(message?.Attributes?.MessageGroupId, 'orders');
    assert.deepEqual(await cloud.taken('behind-topic'), [{ n: 7 }]);
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    assert.deepEqual(
      events?.map((event) => event.message),
      ['{"n":7}'],
    );
  });

  test('goes to a bus of another region as the role, is the same event there, and no further', async () => {
    const { orrery } = cloud;
    const far = orrery.client(EventBridgeClient, { region: 'eu-west-1' });
    const { EventBusArn } = await far.send(new CreateEventBusCommand({ Name: 'far' }));
    const RoleArn = await role(cloud, 'forward', 'events.amazonaws.com', 'events:PutEvents', '*');
    const Arn = await cloud.queue('far');
    const dead = await cloud.queue('far-dead');
    await cloud.rule({ Name: 'forward', EventPattern: pattern() }, { Arn: EventBusArn, RoleArn });
    const Rule = { EventBusName: 'far', Name: 'there', EventPattern: pattern() };
    await far.send(new PutRuleCommand(Rule));
    const back = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
    const Targets = [
      { Id: '1', Arn },
      { Id: '2', Arn: back, RoleArn, DeadLetterConfig: { Arn: dead } },
    ];
    await far.send(new PutTargetsCommand({ EventBusName: 'far', Rule: 'there', Targets }));
    const { Entries } = await put({ n: 1 });
    const [event] = await cloud.taken('far');
    assert.deepEqual([event?.id, event?.region], [Entries?.[0]?.EventId, 'us-east-1']);
    const [letter] = await cloud.take('far-dead');
    assert.equal(letter?.MessageAttributes?.ERROR_CODE?.StringValue, 'THIRD_REGION_HOP_DETECTED');
  });

  test('is tried again while the target fails, until it is there', async () => {
    const Arn = await cloud.queue('failing');
    await cloud.rule({ Name: 'failing', EventPattern: pattern() }, { Arn });
    fail('sqs', 'unavailable-error');
    await put({ n: 1 });
    await cloud.orrery.clock.wind(10 * minute);
    assert.deepEqual(await cloud.taken('failing'), []);
    heal();
    await cloud.orrery.clock.wind(10 * minute);
    assert.equal((await cloud.taken('failing')).length, 1);
    await cloud.orrery.clock.wind(day);
    assert.equal((await cloud.taken('failing')).length, 0);
  });

  test('becomes a dead letter after its attempts, or when it is too old, saying why', async () => {
    const dead = await cloud.queue('dead');
    const DeadLetterConfig = { Arn: dead };
    const send = async (RetryPolicy: object) => {
      const call: string[] = [];
      const stop = cloud.orrery.kernel.events.on('api.call', ({ service, operation }) => {
        if (service === 'sns' && operation === 'Publish') call.push(operation);
      });
      await cloud.rule(
        { Name: 'dying', EventPattern: pattern() },
        { Arn: 'arn:aws:sns:us-east-1:000000000000:topic', DeadLetterConfig, RetryPolicy },
      );
      cloud.orrery.kernel
        .engine(apiFaults)
        .start({ id: 'down', service: 'sns', operations: [], kind: 'throttle-error', percentage: 100 });
      await put({ n: 1 });
      await cloud.orrery.clock.wind(day);
      heal();
      stop();
      const [letter, more] = await cloud.take('dead');
      assert.equal(more, undefined);
      const { ERROR_MESSAGE: _message, ...attributes } = Object.fromEntries(
        Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
      );
      assert.deepEqual((JSON.parse(letter?.Body ?? '{}') as { detail?: object }).detail, { n: 1 });
      return { calls: call.length, attributes };
    };
    const common = {
      RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/dying',
      TARGET_ARN: 'arn:aws:sns:us-east-1:000000000000:topic',
      ERROR_CODE: 'THROTTLING',
    };
    assert.deepEqual(await send({ MaximumRetryAttempts: 2 }), {
      calls: 3,
      attributes: { ...common, RETRY_ATTEMPTS: '2', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' },
    });
    const old = await send({ MaximumEventAgeInSeconds: 60 });
    assert.equal(old.attributes.EXHAUSTED_RETRY_CONDITION, 'MaximumEventAgeInSeconds');
  });

  test('is not tried again where permission is missing', async () => {
    const dead = await cloud.queue('refused-dead');
    await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
    const DeadLetterConfig = { Arn: dead };
    const metrics: string[] = [];
    const stop = cloud.orrery.kernel.events.on('metric', ({ namespace, name, dimensions }) => {
      if (namespace === 'AWS/Events' && dimensions.RuleName === 'refused') metrics.push(name);
    });
    await cloud.rule({ Name: 'refused', EventPattern: pattern() }, { Arn: arnOf('closed'), DeadLetterConfig });
    await put({ n: 1 });
    const codes = async () =>
      (await cloud.take('refused-dead')).map(({ MessageAttributes }) => MessageAttributes?.ERROR_CODE?.StringValue);
    assert.deepEqual(await codes(), ['NO_PERMISSIONS']);
    stop();
    assert.deepEqual(metrics.sort(), [
      'FailedInvocations',
      'InvocationAttempts',
      'Invocations',
      'InvocationsSentToDlq',
      'MatchedEvents',
      'TriggeredRules',
    ]);
  });

  test('is due by the schedule: 31 days bring each time in order', async () => {
    const Arn = await cloud.queue('scheduled');
    const first = Math.ceil(cloud.orrery.clock.now() / day) * day;
    await cloud.orrery.clock.wind(first - cloud.orrery.clock.now());
    await cloud.rule({ Name: 'daily', ScheduleExpression: 'cron(30 8 * * ? *)' }, { Arn });
    await cloud.rule({ Name: 'rate', ScheduleExpression: 'rate(7 days)' }, { Arn, Input: '{"time":"rate"}' });
    const events: Record<string, unknown>[] = [];
    // A queue keeps its messages for four days.
    for (const days of [4, 3, 4, 4, 4, 4, 4, 4]) {
      await cloud.orrery.clock.wind(days * day);
      events.push(...(await cloud.taken('scheduled')));
    }
    const days = events.filter(({ time }) => time !== 'rate');
    assert.deepEqual(
      days.map(({ time }) => time),
      Array.from({ length: 31 }, (_, index) =>
        new Date(first + index * day + 8.5 * 60 * minute).toISOString().replace('.000', ''),
      ),
    );
    const { id: _id, time: _time, ...event } = days[0] ?? {};
    assert.deepEqual(event, {
      version: '0',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/daily'],
      detail: {},
    });
    assert.equal(events.length, 31 + 4);
    await cloud.orrery.restart();
    await cloud.orrery.clock.wind(day);
    assert.equal((await cloud.take('scheduled')).length, 1);
    for (const Name of ['daily', 'rate'])
      await cloud.orrery.client(EventBridgeClient).send(new DisableRuleCommand({ Name }));
    await cloud.orrery.clock.wind(7 * day);
    assert.equal((await cloud.take('scheduled')).length, 0);
  });
});

test('an event that PutEvents acknowledged goes out after the runtime was killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-events-'));
  try {
    const first = await startEvents({ dataDir });
    const Arn = await first.queue('orders');
    await first.rule({ Name: 'orders', EventPattern: '{"source":["shop"]}' }, { Arn, InputPath: '$.detail' });
    await first.orrery.stop();
    const killed = spawnSync(process.execPath, [join(import.meta.dirname, 'killed-runtime.fixture.ts'), dataDir]);
    assert.equal(killed.signal, 'SIGKILL', killed.stderr.toString());
    const orrery = await startOrrery({ services: ['events', 'iam', 'sqs', 'sts'], dataDir });
    await orrery.clock.wind(minute);
    const received = await orrery.context().call<{ Messages?: { Body?: string }[] }>('sqs', 'ReceiveMessage', {
      QueueUrl: `${orrery.url}/000000000000/orders`,
    });
    assert.deepEqual(
      received.Messages?.map(({ Body }) => Body),
      ['{"n":1}'],
    );
    await orrery.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

function allow(Service: string, Action: string | string[], Resource: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action, Resource }],
  });
}

async function role(
  cloud: EventsCloud,
  RoleName: string,
  Service: string,
  Action: string,
  Resource: string,
): Promise<string> {
  const iam = cloud.orrery.client(IAMClient);
  const trust = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' };
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  );
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'send', PolicyDocument }));
  return `arn:aws:iam::000000000000:role/${RoleName}`;
}
