import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { apiFaults } from '../../kernel/faults/api-faults.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

describe('EventBridge Scheduler', () => {
  let orrery: Orrery;
  let scheduler: SchedulerClient;
  let sqs: SQSClient;
  before(async () => {
    orrery = await startOrrery({ services: ['events', 'iam', 'scheduler', 'sqs', 'ssm', 'sts'] });
    scheduler = orrery.client(SchedulerClient);
    sqs = orrery.client(SQSClient);
    await role('schedules', 'scheduler.amazonaws.com', '*');
    // From a midnight on, so that times can be told.
    await orrery.clock.wind(Math.ceil(orrery.clock.now() / day) * day - orrery.clock.now());
  });
  after(() => orrery.stop());

  async function role(RoleName: string, Service: string, Action: string): Promise<void> {
    const iam = orrery.client(IAMClient);
    const statement = (value: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...value }] });
    const AssumeRolePolicyDocument = statement({ Principal: { Service }, Action: 'sts:AssumeRole' });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = statement({ Action, Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  }

  const RoleArn = 'arn:aws:iam::000000000000:role/schedules';
  async function create(
    Name: string,
    ScheduleExpression: string,
    { Target, ...more }: Partial<Omit<CreateScheduleCommandInput, 'Target'>> & { Target?: object } = {},
  ) {
    await sqs.send(new CreateQueueCommand({ QueueName: Name, Attributes: { MessageRetentionPeriod: '1209600' } }));
    const { ScheduleArn } = await scheduler.send(
      new CreateScheduleCommand({
        Name,
        ScheduleExpression,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arnOf(Name), RoleArn, Input: '<aws.scheduler.scheduled-time>', ...Target },
        ...more,
      }),
    );
    return ScheduleArn;
  }

  async function take(queue: string): Promise<Message[]> {
    const QueueUrl = `${orrery.url}/000000000000/${queue}`;
    const found: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return found;
      found.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  const bodies = async (queue: string) => (await take(queue)).map(({ Body }) => Body);
  const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

  test('invokes by a rate at once and then each period, between its dates where it has them', async () => {
    const now = orrery.clock.now();
    let charged = 0;
    const stop = orrery.kernel.events.on('usage', ({ service, amount }) => {
      if (service === 'scheduler') charged += amount;
    });
    await create('rate', 'rate(6 hours)');
    await create('bounded', 'rate(6 hours)', { StartDate: new Date(now + hour), EndDate: new Date(now + 13 * hour) });
    await orrery.clock.wind(day - 1);
    assert.deepEqual(
      await bodies('rate'),
      [0, 6, 12, 18].map((hours) => time(now + hours * hour)),
    );
    assert.deepEqual(
      await bodies('bounded'),
      [1, 7, 13].map((hours) => time(now + hours * hour)),
    );
    assert.equal(charged, 7);
    stop();
    await orrery.clock.wind(1);
    await scheduler.send(new DeleteScheduleCommand({ Name: 'rate' }));
    await take('rate');
    await orrery.clock.wind(day);
    assert.deepEqual(await bodies('rate'), []);
  });

  test('reads cron in the schedule’s time zone, through 10 days and a restart', async () => {
    const now = orrery.clock.now();
    await create('morning', 'cron(30 8 * * ? *)', { ScheduleExpressionTimezone: 'Asia/Tokyo' });
    await orrery.clock.wind(5 * day);
    await orrery.restart();
    await orrery.clock.wind(5 * day);
    // Tokyo is nine hours ahead the whole year.
    assert.deepEqual(
      await bodies('morning'),
      Array.from({ length: 10 }, (_, index) => time(now + index * day + 23.5 * hour)),
    );
    await scheduler.send(new DeleteScheduleCommand({ Name: 'morning' }));
  });

  test('invokes once at a time, and deletes the schedule after it where asked', async () => {
    const at = time(orrery.clock.now() + hour).slice(0, -1);
    await create('once', `at(${at})`, { ActionAfterCompletion: 'DELETE' });
    await create('stays', `at(${at})`);
    await orrery.clock.wind(2 * hour);
    assert.deepEqual([await bodies('once'), await bodies('stays')], [[`${at}Z`], [`${at}Z`]]);
    await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: 'once' })), {
      name: 'ResourceNotFoundException',
      message: 'Schedule once does not exist.',
    });
    assert.equal((await scheduler.send(new GetScheduleCommand({ Name: 'stays' }))).ActionAfterCompletion, 'NONE');
  });

  test('invokes within the flexible window', async () => {
    const due = orrery.clock.now() + hour;
    await create('flexible', `at(${time(due).slice(0, -1)})`, {
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
    });
    await orrery.clock.wind(hour - 1);
    assert.deepEqual(await take('flexible'), []);
    await orrery.clock.wind(31 * minute);
    const [message] = await take('flexible');
    const sent = Number(message?.Attributes?.SentTimestamp);
    assert.ok(sent >= due && sent <= due + 30 * minute, `sent ${sent - due} ms after it was due`);
    assert.equal(message?.Body, time(due));
  });

  test('sends an event of its own where it has no input', async () => {
    const due = orrery.clock.now();
    const ScheduleArn = await create('plain', 'rate(1 day)', { Target: { Input: undefined } });
    await orrery.clock.wind(0);
    const { id: _id, ...event } = JSON.parse((await bodies('plain'))[0] ?? '{}') as Record<string, unknown>;
    assert.deepEqual(event, {
      version: '0',
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: '000000000000',
      time: time(due),
      region: 'us-east-1',
      resources: [ScheduleArn],
      detail: '{}',
    });
  });

  test('tries again, and then sends the input to the dead-letter queue with what went wrong', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const at = time(orrery.clock.now() + minute).slice(0, -1);
    const faults = orrery.kernel.engine(apiFaults);
    faults.start({ id: 'f', service: 'ssm', operations: ['PutParameter'], kind: 'throttle-error', percentage: 100 });
    const ScheduleArn = await create('dying', `at(${at})`, {
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:ssm:putParameter',
        Input: '{"Name":"a","Value":"b","Type":"String"}',
        RetryPolicy: { MaximumRetryAttempts: 2 },
        DeadLetterConfig: { Arn: arnOf('dead') },
      },
    });
    await orrery.clock.wind(hour);
    faults.heal('f');
    const [letter] = await take('dead');
    assert.equal(letter?.Body, '{"Name":"a","Value":"b","Type":"String"}');
    const { EXECUTION_ID: _id, ...attributes } = Object.fromEntries(
      Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    );
    assert.deepEqual(attributes, {
      ERROR_CODE: 'THROTTLING',
      ERROR_MESSAGE: 'Rate exceeded',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: '2',
      SCHEDULED_TIME: `${at}Z`,
      SCHEDULE_ARN: ScheduleArn,
      TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:ssm:putParameter',
    });
  });

  test('calls any operation of a service that runs here, as its role', async () => {
    const Target = {
      Arn: 'arn:aws:scheduler:::aws-sdk:ssm:putParameter',
      Input: '{"Name":"made","Value":"by <aws.scheduler.attempt-number>","Type":"String"}',
    };
    await create('universal', 'rate(1 day)', { Target });
    await orrery.clock.wind(0);
    const { Parameter } = await orrery
      .context()
      .call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', { Name: 'made' });
    assert.equal(Parameter.Value, 'by 1');
    await role('powerless', 'scheduler.amazonaws.com', 'sqs:SendMessage');
    await create('forbidden', 'rate(1 day)', {
      Target: {
        ...Target,
        Input: '{"Name":"never","Value":"x","Type":"String"}',
        RoleArn: 'arn:aws:iam::000000000000:role/powerless',
        DeadLetterConfig: { Arn: arnOf('dead') },
      },
    });
    await orrery.clock.wind(0);
    const [letter] = await take('dead');
    assert.equal(letter?.MessageAttributes?.ERROR_CODE?.StringValue, 'NO_PERMISSIONS');
  });

  test('refuses what AWS refuses, and targets that do not run here by name', async () => {
    const refusal = (expression: string, more: object, name: string, message: string | RegExp) =>
      assert.rejects(create('refused', expression, more), { name, message });
    await refusal('rate(5 weeks)', {}, 'ValidationException', 'Invalid Schedule Expression rate(5 weeks).');
    await refusal('rate(5 days)', { ScheduleExpressionTimezone: 'Mars/Base' }, 'ValidationException', /Mars\/Base/);
    await refusal(
      'rate(5 days)',
      { GroupName: 'none' },
      'ResourceNotFoundException',
      'Schedule group none does not exist.',
    );
    await refusal(
      'rate(5 days)',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      'ValidationException',
      /MaximumWindowInMinutes/,
    );
    await refusal(
      'rate(5 days)',
      { StartDate: new Date(0) },
      'ValidationException',
      /cannot be earlier than 5 minutes ago/,
    );
    await role('stranger', 'lambda.amazonaws.com', '*');
    await refusal(
      'rate(5 days)',
      { Target: { RoleArn: 'arn:aws:iam::000000000000:role/stranger' } },
      'ValidationException',
      /must allow AWS EventBridge Scheduler to assume the role/,
    );
    for (const Arn of [
      'arn:aws:ecs:us-east-1:000000000000:cluster/x',
      'arn:aws:scheduler:::aws-sdk:ssm:deleteEverything',
    ])
      await refusal('rate(5 days)', { Target: { Arn, Input: '{}' } }, 'NotImplemented', /refused/);
    await create('twice', 'rate(5 days)');
    await assert.rejects(create('twice', 'rate(5 days)'), { name: 'ConflictException' });
  });

  test('keeps schedules in groups, which have tags and take their schedules with them', async () => {
    const { ScheduleGroupArn: ResourceArn } = await scheduler.send(
      new CreateScheduleGroupCommand({ Name: 'night', Tags: [{ Key: 'a', Value: 'b' }] }),
    );
    await create('grouped', 'rate(1 hour)', { GroupName: 'night', State: 'DISABLED' });
    await orrery.clock.wind(day);
    assert.deepEqual(await bodies('grouped'), []);
    const update = {
      Name: 'grouped',
      GroupName: 'night',
      ScheduleExpression: 'rate(2 hours)',
      FlexibleTimeWindow: { Mode: 'OFF' as const },
    };
    await scheduler.send(
      new UpdateScheduleCommand({ ...update, Target: { Arn: arnOf('grouped'), RoleArn, Input: 'x' } }),
    );
    const schedule = await scheduler.send(new GetScheduleCommand({ Name: 'grouped', GroupName: 'night' }));
    assert.deepEqual(
      [schedule.Arn, schedule.State, schedule.ScheduleExpression, schedule.ScheduleExpressionTimezone],
      ['arn:aws:scheduler:us-east-1:000000000000:schedule/night/grouped', 'ENABLED', 'rate(2 hours)', 'UTC'],
    );
    await orrery.clock.wind(5 * hour);
    assert.deepEqual(await bodies('grouped'), ['x', 'x', 'x']);
    const { Schedules } = await scheduler.send(new ListSchedulesCommand({ GroupName: 'night' }));
    assert.deepEqual(
      Schedules?.map(({ Name }) => Name),
      ['grouped'],
    );
    await scheduler.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'c', Value: 'd' }] }));
    await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    assert.deepEqual((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags, [
      { Key: 'c', Value: 'd' },
    ]);
    const { ScheduleGroups } = await scheduler.send(new ListScheduleGroupsCommand({}));
    assert.deepEqual(
      ScheduleGroups?.map(({ Name }) => Name),
      ['default', 'night'],
    );
    await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'night' }));
    await orrery.clock.wind(day);
    assert.deepEqual(await bodies('grouped'), []);
    await assert.rejects(scheduler.send(new GetScheduleGroupCommand({ Name: 'night' })), {
      name: 'ResourceNotFoundException',
    });
  });
});
