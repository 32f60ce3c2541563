import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
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
