import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { withStacks } from './stacks.fixture.ts';

const queue = (properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });

test('a change set of type CREATE leaves the stack in review until it is executed', () =>
  withStacks(async ({ client, settle, status }) => {
    const made = await client.send(
      new CreateChangeSetCommand({
        StackName: 'app',
        ChangeSetName: 'first',
        ChangeSetType: 'CREATE',
        TemplateBody: JSON.stringify({ Resources: { A: queue({ QueueName: 'a' }) } }),
      }),
    );
    assert.match(made.Id ?? '', /^arn:aws:cloudformation:us-east-1:000000000000:changeSet\/first\//);
    assert.equal(await status(), 'REVIEW_IN_PROGRESS');
    const set = await client.send(new DescribeChangeSetCommand({ ChangeSetName: made.Id }));
    assert.equal(set.Status, 'CREATE_COMPLETE');
    assert.equal(set.ExecutionStatus, 'AVAILABLE');
    assert.equal(set.Changes?.[0]?.ResourceChange?.Action, 'Add');
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName: made.Id }));
    await settle();
    assert.equal(await status(), 'CREATE_COMPLETE');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.ChangeSetId, made.Id);
  }));

test('a change set says what is modified, replaced and removed, and what that depends on', () =>
  withStacks(async ({ client, create }) => {
    await create({
      Resources: {
        A: queue({ QueueName: 'a' }),
        B: queue({ QueueName: 'b', VisibilityTimeout: 1 }),
        C: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::GetAtt': ['A', 'Arn'] } } },
        D: queue(),
      },
    });
    const template = {
      Resources: {
        A: queue({ QueueName: 'a2' }),
        B: queue({ QueueName: 'b', VisibilityTimeout: 2 }),
        C: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::GetAtt': ['A', 'Arn'] } } },
      },
    };
    await client.send(
      new CreateChangeSetCommand({ StackName: 'app', ChangeSetName: 'next', TemplateBody: JSON.stringify(template) }),
    );
    const { Changes = [] } = await client.send(
      new DescribeChangeSetCommand({ StackName: 'app', ChangeSetName: 'next', IncludePropertyValues: true }),
    );
    const told = Changes.map(({ ResourceChange: change }) => [
      change?.LogicalResourceId,
      change?.Action,
      change?.Replacement,
      change?.Details?.[0]?.Evaluation,
    ]);
    assert.deepEqual(told, [
      ['A', 'Modify', 'True', 'Static'],
      ['B', 'Modify', 'False', 'Static'],
      ['C', 'Modify', 'False', 'Dynamic'],
      ['D', 'Remove', undefined, undefined],
    ]);
    const target = Changes[1]?.ResourceChange?.Details?.[0]?.Target;
    assert.deepEqual(
      [target?.Name, target?.BeforeValue, target?.AfterValue, target?.RequiresRecreation],
      ['VisibilityTimeout', '1', '2', 'Never'],
    );
  }));

test('a change set without changes fails with the sentence that clients look for', () =>
  withStacks(async ({ client, create }) => {
    const TemplateBody = JSON.stringify({ Resources: { A: queue({ QueueName: 'a' }) } });
    await create(TemplateBody);
    await client.send(new CreateChangeSetCommand({ StackName: 'app', ChangeSetName: 'none', TemplateBody }));
    const set = await client.send(new DescribeChangeSetCommand({ StackName: 'app', ChangeSetName: 'none' }));
    assert.equal(set.Status, 'FAILED');
    assert.match(set.StatusReason ?? '', /^The submitted information didn't contain changes\./);
    await client.send(new DeleteChangeSetCommand({ StackName: 'app', ChangeSetName: 'none' }));
    await client.send(new DeleteChangeSetCommand({ StackName: 'app', ChangeSetName: 'none' }));
    const { Summaries } = await client.send(new ListChangeSetsCommand({ StackName: 'app' }));
    assert.deepEqual(Summaries, []);
    await assert.rejects(client.send(new DescribeChangeSetCommand({ StackName: 'app', ChangeSetName: 'none' })), {
      name: 'ChangeSetNotFoundException',
    });
  }));

test('ImportExistingResources takes in what is there and kept, and giving the stack up leaves it', () =>
  withStacks(async ({ client, fakes, settle, status }) => {
    fakes.live.set('files-of-before', {});
    fakes.failing.add('create Queue');
    const bucket = (BucketName: string, DeletionPolicy = 'Retain') => ({
      Type: 'AWS::S3::Bucket',
      DeletionPolicy,
      Properties: { BucketName },
    });
    const send = async (name: string, resources: object) => {
      const { Id } = await client.send(
        new CreateChangeSetCommand({
          StackName: 'app',
          ChangeSetName: name,
          ChangeSetType: 'CREATE',
          ImportExistingResources: true,
          TemplateBody: JSON.stringify({ Resources: resources }),
        }),
      );
      const { Changes = [] } = await client.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
      await settle();
      return Changes.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId, ResourceChange?.Action]);
    };
    const failing = { ...queue(), DependsOn: 'Old' };
    const tried = await send('failing', { Old: bucket('files-of-before'), Queue: failing });
    assert.deepEqual(
      [tried, await status()],
      [
        [
          ['Old', 'Import'],
          ['Queue', 'Add'],
        ],
        'ROLLBACK_COMPLETE',
      ],
    );
    assert.ok(fakes.live.has('files-of-before'));
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    const done = await send('right', { Old: bucket('files-of-before'), New: bucket('files-of-after') });
    assert.deepEqual(
      [done, await status()],
      [
        [
          ['New', 'Add'],
          ['Old', 'Import'],
        ],
        'CREATE_COMPLETE',
      ],
    );
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: 'app' }));
    assert.deepEqual(
      new Map(StackResources.map(({ PhysicalResourceId, ResourceStatus }) => [PhysicalResourceId, ResourceStatus])),
      new Map([
        ['files-of-before', 'IMPORT_COMPLETE'],
        ['files-of-after', 'CREATE_COMPLETE'],
      ]),
    );
  }));

test('ImportExistingResources leaves what another stack has, and what would go with the stack', () =>
  withStacks(async ({ client, fakes, create }) => {
    await create({ Resources: { Mine: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'taken-by-app' } } } });
    fakes.live.set('nobody-has-this', {});
    const bucket = (BucketName: string) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName } });
    await client.send(
      new CreateChangeSetCommand({
        StackName: 'other',
        ChangeSetName: 'set',
        ChangeSetType: 'CREATE',
        ImportExistingResources: true,
        TemplateBody: JSON.stringify({
          Resources: { A: { ...bucket('taken-by-app'), DeletionPolicy: 'Retain' }, B: bucket('nobody-has-this') },
        }),
      }),
    );
    const { Changes = [] } = await client.send(
      new DescribeChangeSetCommand({ StackName: 'other', ChangeSetName: 'set' }),
    );
    assert.deepEqual(
      Changes.map(({ ResourceChange }) => ResourceChange?.Action),
      ['Add', 'Add'],
    );
  }));

test('a change set asked for again under the same token is the same one, and a conflict under another', () =>
  withStacks(async ({ client }) => {
    const ask = (ClientToken: string) =>
      client.send(
        new CreateChangeSetCommand({
          StackName: 'app',
          ChangeSetName: 'first',
          ChangeSetType: 'CREATE',
          TemplateBody: JSON.stringify({ Resources: { A: queue() } }),
          ClientToken,
        }),
      );
    const made = await ask('one');
    assert.equal((await ask('one')).Id, made.Id);
    await assert.rejects(ask('two'), { name: 'AlreadyExistsException' });
  }));
