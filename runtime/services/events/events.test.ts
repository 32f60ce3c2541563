import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  TestEventPatternCommand,
  UntagResourceCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { servicePrincipal } from '../../kernel/principal.ts';
import { type EventsCloud, startEvents } from './test-cloud.ts';

describe('EventBridge', () => {
  let cloud: EventsCloud;
  before(async () => {
    cloud = await startEvents();
  });
  after(() => cloud.orrery.stop());

  const put = (...Entries: Partial<PutEventsRequestEntry>[]) =>
    cloud.events.send(
      new PutEventsCommand({ Entries: Entries.map((entry) => ({ DetailType: 'Order', Detail: '{}', ...entry })) }),
    );

  test('sends an event to the targets of the rules whose pattern it matches', async () => {
    const Arn = await cloud.queue('orders');
    await cloud.rule(
      {
        Name: 'orders',
        EventPattern: JSON.stringify({ source: ['shop'], detail: { total: [{ numeric: ['>', 10] }] } }),
      },
      { Arn },
    );
    const { Entries = [], FailedEntryCount } = await put(
      { Source: 'shop', Detail: '{"total":11}', Resources: ['arn:x'] },
      { Source: 'shop', Detail: '{"total":9}' },
      { Source: 'other', Detail: '{"total":11}' },
    );
    assert.equal(FailedEntryCount, 0);
    const time = new Date(cloud.orrery.clock.now()).toISOString().replace(/\.\d+/, '');
    assert.deepEqual(await cloud.taken('orders'), [
      {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'Order',
        source: 'shop',
        account: '000000000000',
        time,
        region: 'us-east-1',
        resources: ['arn:x'],
        detail: { total: 11 },
      },
    ]);
  });

  test('says of each entry what is wrong with it, and takes the others', async () => {
    const { Entries, FailedEntryCount } = await put(
      { Source: 'shop' },
      { Source: undefined },
      { Source: 'aws.ec2' },
      { Source: 'shop', Detail: '[1]' },
      { Source: 'shop', Detail: '{"a":' },
    );
    assert.equal(FailedEntryCount, 4);
    assert.deepEqual(
      Entries?.map(({ ErrorCode }) => ErrorCode),
      [undefined, 'InvalidArgument', 'NotAuthorizedForSourceException', 'MalformedDetail', 'MalformedDetail'],
    );
    assert.equal(Entries?.[1]?.ErrorMessage, 'Parameter Source is not valid. Reason: Source is a required argument.');
  });

  test('refuses more than ten entries, and entries of a megabyte together', async () => {
    await assert.rejects(put(...Array.from({ length: 11 }, () => ({ Source: 'shop' }))), {
      name: 'ValidationException',
    });
    const Detail = JSON.stringify({ text: 'x'.repeat(600 * 1024) });
    await assert.rejects(put({ Source: 'shop', Detail }, { Source: 'shop', Detail }), {
      message: 'Total size of the entries in the request is over the limit.',
    });
  });

  test('keeps the buses apart, and takes events of AWS services from the services alone', async () => {
    const Arn = await cloud.queue('both');
    await cloud.events.send(new CreateEventBusCommand({ Name: 'own' }));
    const EventPattern = JSON.stringify({ 'detail-type': ['Apart'] });
    await cloud.rule({ Name: 'apart', EventPattern }, { Arn, Input: '"default"' });
    await cloud.rule({ Name: 'apart', EventPattern, EventBusName: 'own' }, { Arn, Input: '"own"' });
    await put({ Source: 'x', DetailType: 'Apart', EventBusName: 'own' });
    assert.deepEqual(await cloud.taken('both'), ['own']);
    const service = cloud.orrery.context({ principal: servicePrincipal('s3.amazonaws.com', '000000000000') });
    await service.call('events', 'PutEvents', { Entries: [{ Source: 'aws.s3', DetailType: 'Apart', Detail: '{}' }] });
    assert.deepEqual(await cloud.taken('both'), ['default']);
    const elsewhere = service.call('events', 'PutEvents', {
      Entries: [{ Source: 'aws.s3', DetailType: 'Apart', Detail: '{}', EventBusName: 'own' }],
    });
    await assert.rejects(elsewhere, { name: 'AccessDeniedException' });
  });

  test('keeps rules: describes, lists, disables, enables, deletes them', async () => {
    const { events } = cloud;
    const Arn = await cloud.queue('kept');
    const EventPattern = '{"source":["kept"]}';
    await cloud.rule({ Name: 'kept', EventPattern, Description: 'one', Tags: [{ Key: 'a', Value: 'b' }] }, { Arn });
    const rule = await events.send(new DescribeRuleCommand({ Name: 'kept' }));
    assert.deepEqual(
      [rule.Arn, rule.State, rule.EventPattern, rule.EventBusName],
      ['arn:aws:events:us-east-1:000000000000:rule/kept', 'ENABLED', EventPattern, 'default'],
    );
    const { Rules } = await events.send(new ListRulesCommand({ NamePrefix: 'ke' }));
    assert.deepEqual(
      Rules?.map(({ Name }) => Name),
      ['kept'],
    );
    const { RuleNames } = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: Arn }));
    assert.deepEqual(RuleNames, ['kept']);
    await events.send(new DisableRuleCommand({ Name: 'kept' }));
    await put({ Source: 'kept' });
    assert.deepEqual(await cloud.taken('kept'), []);
    await events.send(new EnableRuleCommand({ Name: 'kept' }));
    await put({ Source: 'kept' });
    assert.equal((await cloud.taken('kept')).length, 1);
    await assert.rejects(events.send(new DeleteRuleCommand({ Name: 'kept' })), {
      message: "Rule can't be deleted since it has targets.",
    });
    const ResourceARN = rule.Arn;
    await events.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'c', Value: 'd' }] }));
    await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    const { Tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: 'c', Value: 'd' }]);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'kept' }));
    assert.deepEqual(Targets, [{ Id: '1', Arn }]);
    const removed = await events.send(new RemoveTargetsCommand({ Rule: 'kept', Ids: ['1', '2'] }));
    assert.deepEqual([removed.FailedEntryCount, removed.FailedEntries?.[0]?.TargetId], [1, '2']);
    await events.send(new DeleteRuleCommand({ Name: 'kept' }));
    await assert.rejects(events.send(new DescribeRuleCommand({ Name: 'kept' })), {
      name: 'ResourceNotFoundException',
      message: 'Rule kept does not exist on EventBus default.',
    });
  });

  test('a rule that a service made is the service’s own', async () => {
    const service = cloud.orrery.context({
      principal: servicePrincipal('autoscaling.amazonaws.com', '000000000000', { serviceLinked: true }),
    });
    await service.call('events', 'PutRule', { Name: 'managed', EventPattern: '{"source":["x"]}' });
    const { events } = cloud;
    await assert.rejects(events.send(new DeleteRuleCommand({ Name: 'managed' })), { name: 'ManagedRuleException' });
    await assert.rejects(events.send(new DisableRuleCommand({ Name: 'managed' })), { name: 'ManagedRuleException' });
    await events.send(new DeleteRuleCommand({ Name: 'managed', Force: true }));
  });

  test('refuses rules and targets that AWS refuses, in its words', async () => {
    const { events } = cloud;
    const refusal = (input: object, message: string | RegExp, name = 'ValidationException') =>
      assert.rejects(events.send(new PutRuleCommand({ Name: 'refused', ...input })), { name, message });
    await refusal({}, 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
    await refusal({ ScheduleExpression: 'rate(1 minutes)' }, 'Parameter ScheduleExpression is not valid.');
    await refusal({ ScheduleExpression: 'at(2030-01-01T00:00:00)' }, 'Parameter ScheduleExpression is not valid.');
    await refusal(
      { EventPattern: '{"source":"x"}' },
      /^Event pattern is not valid. Reason: "source" must be an object or an array\n at \[Source: /,
      'InvalidEventPatternException',
    );
    await refusal(
      { EventPattern: '{"a":["b"]}', EventBusName: 'none' },
      /none does not exist/,
      'ResourceNotFoundException',
    );
    await cloud.rule({ Name: 'refusing', EventPattern: '{"a":["b"]}' });
    const target = (value: object) =>
      events.send(new PutTargetsCommand({ Rule: 'refusing', Targets: [{ Id: 'a', Arn: '', ...value }] }));
    await assert.rejects(target({ Arn: 'arn:aws:ecs:us-east-1:000000000000:cluster/x' }), { name: 'NotImplemented' });
    await assert.rejects(target({ Arn: 'arn:aws:events:us-east-1:000000000000:api-destination/x/y' }), {
      name: 'NotImplemented',
      message: /API destinations are not run/,
    });
    await assert.rejects(target({ Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/own' }), {
      message: 'RoleArn is required for target arn:aws:events:us-east-1:000000000000:event-bus/own.',
    });
    const { FailedEntries } = await target({ Arn: 'arn:aws:sqs:us-east-1:000000000000:q.fifo' });
    assert.equal(FailedEntries?.[0]?.ErrorMessage, 'Parameter(s) SqsParameters must be specified for target: a.');
    const Arn = await cloud.queue('refusing');
    await assert.rejects(target({ Arn, Input: '{', InputPath: undefined }), { message: /JSON syntax error/ });
    await assert.rejects(target({ Arn, Input: '1', InputPath: '$' }), { message: /^Only one of Input, InputPath/ });
    await assert.rejects(target({ Arn, InputTransformer: { InputTemplate: '"<nobody>"' } }), { message: /nobody/ });
  });

  test('has a default bus, and others that can be made, changed and deleted with their rules', async () => {
    const { events } = cloud;
    await events.send(new CreateEventBusCommand({ Name: 'second', Description: 'first' }));
    await assert.rejects(events.send(new CreateEventBusCommand({ Name: 'second' })), {
      name: 'ResourceAlreadyExistsException',
      message: 'Event bus second already exists.',
    });
    await events.send(new UpdateEventBusCommand({ Name: 'second', Description: 'changed' }));
    const bus = await events.send(new DescribeEventBusCommand({ Name: 'second' }));
    assert.equal(bus.Description, 'changed');
    const { EventBuses } = await events.send(new ListEventBusesCommand({}));
    assert.deepEqual(
      EventBuses?.map(({ Name }) => Name),
      ['default', 'own', 'second'],
    );
    await cloud.rule({ Name: 'inside', EventBusName: 'second', EventPattern: '{"a":["b"]}' });
    await events.send(new DeleteEventBusCommand({ Name: 'second' }));
    await assert.rejects(events.send(new DescribeEventBusCommand({ Name: 'second' })), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(events.send(new DeleteEventBusCommand({ Name: 'default' })), {
      message: 'Cannot delete event bus default.',
    });
  });

  test('lets another account in by the statement of PutPermission, and not after RemovePermission', async () => {
    const { events, orrery } = cloud;
    const Arn = await cloud.queue('foreign');
    await cloud.rule({ Name: 'foreign', EventPattern: '{"account":["111111111111"]}' }, { Arn });
    const theirs = orrery.context({
      principal: { kind: 'root', account: '111111111111', arn: 'arn:aws:iam::111111111111:root' },
    });
    const EventBusName = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
    const Entries = [{ Source: 'x', DetailType: 'y', Detail: '{}', EventBusName }];
    await assert.rejects(theirs.call('events', 'PutEvents', { Entries }), { name: 'AccessDeniedException' });
    await events.send(
      new PutPermissionCommand({ StatementId: 'them', Action: 'events:PutEvents', Principal: '111111111111' }),
    );
    await theirs.call('events', 'PutEvents', { Entries });
    assert.equal((await cloud.taken('foreign')).length, 1);
    await events.send(new RemovePermissionCommand({ StatementId: 'them' }));
    await assert.rejects(theirs.call('events', 'PutEvents', { Entries }), { name: 'AccessDeniedException' });
    await assert.rejects(events.send(new RemovePermissionCommand({ StatementId: 'them' })), {
      name: 'ResourceNotFoundException',
    });
  });

  test('tests a pattern against an event', async () => {
    const Event = JSON.stringify({
      id: '1',
      account: '0',
      source: 'x',
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      'detail-type': 'y',
      detail: {},
    });
    const result = async (EventPattern: string) =>
      (await cloud.events.send(new TestEventPatternCommand({ Event, EventPattern }))).Result;
    assert.equal(await result('{"source":["x"]}'), true);
    assert.equal(await result('{"source":["z"]}'), false);
    await assert.rejects(result('{"source":[]}'), { name: 'InvalidEventPatternException' });
  });
});
