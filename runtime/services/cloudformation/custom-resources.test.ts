import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { registry } from '../../kernel/resource-registry.ts';
import { defineService } from '../../kernel/service.ts';
import { type Setting, withStacks } from './stacks.fixture.ts';

type Event = Record<string, unknown> & {
  RequestType: string;
  ResponseURL: string;
  ResourceProperties: Record<string, unknown>;
  PhysicalResourceId?: string;
};

/** Stands in for Lambda: answers each event as the provider would, by a PUT to the ResponseURL over the network. */
function installProvider(setting: Setting, answer: (event: Event) => object | undefined): Event[] {
  const events: Event[] = [];
  setting.orrery.kernel.engine(registry).services.set(
    'lambda',
    defineService({
      name: 'lambda',
      actionPrefix: 'lambda',
      operations: {
        Invoke: (_ctx, input: { Payload: Buffer }) => {
          const event = JSON.parse(input.Payload.toString()) as Event;
          events.push(event);
          const response = answer(event);
          if (response)
            void fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(response) }).then((sent) =>
              sent.arrayBuffer(),
            );
          return { StatusCode: 202 };
        },
      },
    }),
  );
  return events;
}

const token = 'arn:aws:lambda:us-east-1:000000000000:function:provider';
const thing = (properties: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: token, ...properties },
});

test('a custom resource is made by its provider, whose data other resources and outputs use', () =>
  withStacks(async (setting) => {
    const { create, update, status, client, settle } = setting;
    const events = installProvider(setting, (event) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: `thing-${String(event.ResourceProperties.Name)}`,
      Data: { Colour: 'red' },
    }));
    const template = (Name: string) => ({
      Resources: { T: thing({ Name, Count: 3, On: true }) },
      Outputs: { C: { Value: { 'Fn::GetAtt': ['T', 'Colour'] } } },
    });
    await create(template('a'));
    assert.equal(await status(), 'CREATE_COMPLETE');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Outputs?.[0]?.OutputValue, 'red');
    assert.equal(events[0]?.ResourceType, 'Custom::Thing');
    assert.deepEqual(events[0]?.ResourceProperties, { ServiceToken: token, Name: 'a', Count: '3', On: 'true' });
    await update(template('b'));
    assert.equal(await status(), 'UPDATE_COMPLETE');
    // Another physical id on update means the old one is to be deleted in the cleanup.
    assert.deepEqual(
      events.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId]),
      [
        ['Create', undefined],
        ['Update', 'thing-a'],
        ['Delete', 'thing-a'],
      ],
    );
    assert.deepEqual((events[1]?.OldResourceProperties as { Name: string } | undefined)?.Name, 'a');
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    assert.equal(events.at(-1)?.PhysicalResourceId, 'thing-b');
  }));

test('a provider that says FAILED fails the stack with its reason and is told to delete', () =>
  withStacks(async (setting) => {
    const events = installProvider(setting, (event) =>
      event.RequestType === 'Create'
        ? { Status: 'FAILED', Reason: 'no luck' }
        : { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId },
    );
    await setting.create({ Resources: { T: thing() } });
    assert.equal(await setting.status(), 'ROLLBACK_COMPLETE');
    assert.deepEqual(
      events.map(({ RequestType }) => RequestType),
      ['Create', 'Delete'],
    );
    assert.ok(events[1]?.PhysicalResourceId?.startsWith('app-T-'));
  }));

test('a provider that never answers is given up after its ServiceTimeout', () =>
  withStacks(async (setting) => {
    installProvider(setting, (event) =>
      event.RequestType === 'Create' ? undefined : { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId },
    );
    await setting.client.send(
      new CreateStackCommand({
        StackName: 'app',
        TemplateBody: JSON.stringify({ Resources: { T: thing({ ServiceTimeout: 30 }) } }),
      }),
    );
    await setting.orrery.clock.wind(31_000);
    await setting.settle();
    assert.equal(await setting.status(), 'ROLLBACK_COMPLETE');
  }));

test('an embedded stack is made, changed and deleted with its parent, and hands up its outputs', () =>
  withStacks(async (setting) => {
    const { create, update, status, client, fakes, settle } = setting;
    const child = (delay: number) => ({
      Parameters: { Name: { Type: 'String' } },
      Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'Name' }, DelaySeconds: delay } } },
      Outputs: { Name: { Value: { Ref: 'Q' } } },
    });
    let body: object = child(1);
    setting.orrery.kernel.engine(registry).services.set(
      's3',
      defineService({
        name: 's3',
        actionPrefix: 's3',
        operations: { GetObject: () => ({ Body: Buffer.from(JSON.stringify(body)) }) },
      }),
    );
    const parent = {
      Resources: {
        Child: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: {
            TemplateURL: 'https://bucket.s3.us-east-1.amazonaws.com/child.json',
            Parameters: { Name: 'inner' },
          },
        },
      },
      Outputs: { Inner: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Name'] } } },
    };
    await create(parent);
    assert.equal(await status(), 'CREATE_COMPLETE');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Outputs?.[0]?.OutputValue, 'inner');
    const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: 'app' }));
    const nested = await client.send(new DescribeStacksCommand({ StackName: StackResources?.[0]?.PhysicalResourceId }));
    assert.equal(nested.Stacks?.[0]?.ParentId, Stacks?.[0]?.StackId);
    body = child(2);
    await update({ ...parent, Description: 'changed', Outputs: { ...parent.Outputs, More: { Value: 'x' } } });
    assert.equal(await status(), 'UPDATE_COMPLETE');
    assert.deepEqual(fakes.live.get('inner'), { QueueName: 'inner', DelaySeconds: 2 });
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    assert.equal(fakes.live.size, 0);
  }));
