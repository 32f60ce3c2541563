import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { withStacks } from './stacks.fixture.ts';

const queue = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...more,
});
const topic = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SNS::Topic',
  Properties: properties,
  ...more,
});

test('creates resources in the order of their dependencies and tells each step', () =>
  withStacks(async ({ create, fakes, status, events, client }) => {
    await create({
      Resources: {
        Alarm: topic({ DisplayName: { 'Fn::Sub': '${Orders.Arn}' } }),
        Orders: queue({
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        }),
        Dead: queue({ QueueName: 'dead' }),
      },
      Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Dead', 'Arn'] }, Export: { Name: 'dead-arn' } } },
    });
    assert.equal(await status(), 'CREATE_COMPLETE');
    assert.deepEqual(fakes.done, ['create Dead', 'create Orders', 'create Alarm']);
    assert.deepEqual((await events()).slice(0, 4), [
      'app CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_COMPLETE',
    ]);
    assert.equal((await events()).at(-1), 'app CREATE_COMPLETE');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.deepEqual(Stacks?.[0]?.Outputs, [{ OutputKey: 'Arn', OutputValue: 'arn:dead', ExportName: 'dead-arn' }]);
  }));

test('rolls a failed creation back, deleting what was made in reverse order', () =>
  withStacks(async ({ create, fakes, status, client }) => {
    fakes.failing.add('create Last');
    await create({
      Resources: {
        First: queue(),
        Second: queue({}, { DependsOn: 'First' }),
        Last: queue({}, { DependsOn: 'Second' }),
      },
    });
    assert.equal(await status(), 'ROLLBACK_COMPLETE');
    assert.deepEqual(fakes.done, ['create First', 'create Second', 'create Last', 'delete Second', 'delete First']);
    assert.equal(fakes.live.size, 0);
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    const rollback = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'ROLLBACK_IN_PROGRESS');
    assert.equal(
      rollback?.ResourceStatusReason,
      'The following resource(s) failed to create: [Last]. Rollback requested by user.',
    );
  }));

test('updates in place what may change in place, and replaces the rest before the old is deleted', () =>
  withStacks(async ({ create, update, fakes, status, events }) => {
    await create({
      Resources: {
        A: queue({ QueueName: 'a', VisibilityTimeout: 1 }),
        B: queue({ QueueName: 'b' }),
        Gone: topic({ TopicName: 'gone' }),
      },
    });
    fakes.done.length = 0;
    await update({
      Resources: { A: queue({ QueueName: 'a', VisibilityTimeout: '2' }), B: queue({ QueueName: 'b2' }) },
    });
    assert.equal(await status(), 'UPDATE_COMPLETE');
    assert.deepEqual(fakes.done.slice(0, 2).sort(), ['create B', 'update A']);
    assert.deepEqual(fakes.done.slice(2).sort(), ['delete B', 'delete Gone']);
    assert.deepEqual([...fakes.live.keys()].sort(), ['a', 'b2']);
    assert.deepEqual(fakes.live.get('a'), { QueueName: 'a', VisibilityTimeout: 2 });
    assert.ok((await events()).includes('app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));
  }));

test('rolls a failed update back to what the stack was', () =>
  withStacks(async ({ create, update, fakes, status, client }) => {
    await create({
      Resources: { A: queue({ QueueName: 'a', VisibilityTimeout: 1 }), B: queue({ QueueName: 'b' }) },
      Outputs: { Was: { Value: 'before' } },
    });
    const before = structuredClone([...fakes.live]);
    fakes.failing.add('create New');
    await update({
      Resources: {
        A: queue({ QueueName: 'a', VisibilityTimeout: 2 }),
        B: queue({ QueueName: 'b2' }),
        New: queue({ QueueName: { 'Fn::Sub': 'new-${A}-${B}' } }),
      },
      Outputs: { Was: { Value: 'after' } },
    });
    assert.equal(await status(), 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual([...fakes.live].sort(), before.sort());
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Outputs?.[0]?.OutputValue, 'before');
    fakes.failing.clear();
    await update({ Resources: { A: queue({ QueueName: 'a', VisibilityTimeout: 5 }), B: queue({ QueueName: 'b' }) } });
    assert.equal(await status(), 'UPDATE_COMPLETE');
  }));

test('keeps what DeletionPolicy retains and deletes the rest', () =>
  withStacks(async ({ create, fakes, client, settle }) => {
    await create({
      Resources: {
        Kept: queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
        Gone: queue({ QueueName: 'gone' }),
      },
    });
    const { Stacks } = await client.send(new DescribeStacksCommand({}));
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    assert.deepEqual([...fakes.live.keys()], ['kept']);
    const byId = await client.send(new DescribeStacksCommand({ StackName: Stacks?.[0]?.StackId }));
    assert.equal(byId.Stacks?.[0]?.StackStatus, 'DELETE_COMPLETE');
    await assert.rejects(client.send(new DescribeStacksCommand({ StackName: 'app' })), {
      name: 'ValidationError',
      message: 'Stack with id app does not exist',
    });
  }));

test('refuses an update that changes nothing', () =>
  withStacks(async ({ create, update }) => {
    const template = {
      Resources: { A: queue({ QueueName: 'a' }), B: topic({ DisplayName: { 'Fn::GetAtt': ['A', 'Arn'] } }) },
      Outputs: { O: { Value: { Ref: 'A' } } },
    };
    await create(template);
    await assert.rejects(update(template), { name: 'ValidationError', message: 'No updates are to be performed.' });
  }));
