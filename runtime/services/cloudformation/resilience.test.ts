import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  RollbackStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { registry } from '../../kernel/resource-registry.ts';
import { defineService } from '../../kernel/service.ts';
import { installFakeTypes } from './fake-types.fixture.ts';
import { type Setting, withStacks } from './stacks.fixture.ts';

const queue = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...more,
});

/** Makes the next action on the logical id wait for ever, as if the process were ended meanwhile. */
function stall(setting: Setting, kind: 'create' | 'update', logicalId: string, before = () => {}): Promise<void> {
  const type = setting.orrery.kernel.engine(registry).resourceTypes.get('AWS::SQS::Queue');
  assert.ok(type);
  const original = type[kind]?.bind(type) as (...args: unknown[]) => Promise<unknown>;
  return new Promise((reached) => {
    const stalling = (ctx: { logicalId: string; signal: AbortSignal }, ...rest: unknown[]) => {
      if (ctx.logicalId !== logicalId) return original(ctx, ...rest);
      before();
      reached();
      return new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
    };
    setting.orrery.kernel.engine(registry).resourceTypes.set('AWS::SQS::Queue', { ...type, [kind]: stalling });
  });
}

async function restarted(setting: Setting): Promise<void> {
  const { done, live, failing } = setting.fakes;
  await setting.orrery.restart();
  installFakeTypes(setting.orrery.kernel, { done, live, failing });
  await setting.orrery.clock.wind(0);
  await setting.settle();
}

test('a creation cut off by the end of the process is rolled back at the next start', () =>
  withStacks(async (setting) => {
    const stalled = stall(setting, 'create', 'Second');
    const TemplateBody = JSON.stringify({
      Resources: { First: queue({ QueueName: 'first' }), Second: queue({}, { DependsOn: 'First' }) },
    });
    await setting.client.send(new CreateStackCommand({ StackName: 'app', TemplateBody }));
    await stalled;
    assert.equal(await setting.status(), 'CREATE_IN_PROGRESS');
    await restarted(setting);
    assert.equal(await setting.status(), 'ROLLBACK_COMPLETE');
    assert.equal(setting.fakes.live.size, 0);
  }));

test('what was made while the process ended, and whose id was lost, is found and deleted', () =>
  withStacks(async (setting) => {
    await setting.create({ Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }) } });
    const stalled = stall(setting, 'create', 'A', () => setting.fakes.live.set('a2', {}));
    const TemplateBody = JSON.stringify({ Resources: { A: queue({ QueueName: 'a2' }), B: queue({ QueueName: 'b' }) } });
    await setting.client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody }));
    await stalled;
    await restarted(setting);
    assert.equal(await setting.status(), 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual([...setting.fakes.live.keys()].sort(), ['a', 'b']);
  }));

test('an update cut off by the end of the process goes back to what was', () =>
  withStacks(async (setting) => {
    await setting.create({
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }), B: queue({ QueueName: 'b' }) },
    });
    const stalled = stall(setting, 'update', 'A');
    const TemplateBody = JSON.stringify({
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: 2 }), B: queue({ QueueName: 'b2' }) },
    });
    await setting.client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody }));
    await stalled;
    await restarted(setting);
    assert.equal(await setting.status(), 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual([...setting.fakes.live].sort(), [
      ['a', { QueueName: 'a', DelaySeconds: 1 }],
      ['b', { QueueName: 'b' }],
    ]);
  }));

test('a stack deleted while it is being created ends deleted, and is forgotten after 90 days', () =>
  withStacks(async (setting) => {
    const stalled = stall(setting, 'create', 'Second');
    const TemplateBody = JSON.stringify({
      Resources: { First: queue({ QueueName: 'first' }), Second: queue({}, { DependsOn: 'First' }) },
    });
    const { StackId } = await setting.client.send(new CreateStackCommand({ StackName: 'app', TemplateBody }));
    await stalled;
    await setting.client.send(new DeleteStackCommand({ StackName: 'app' }));
    await setting.settle();
    const { Stacks } = await setting.client.send(new DescribeStacksCommand({ StackName: StackId }));
    assert.equal(Stacks?.[0]?.StackStatus, 'DELETE_COMPLETE');
    assert.equal(setting.fakes.live.size, 0);
    await setting.orrery.clock.wind(92 * 24 * 60 * 60_000);
    await assert.rejects(setting.client.send(new DescribeStacksCommand({ StackName: StackId })), /does not exist/);
  }));

test('with DisableRollback a failure stays as it is until it is rolled back or mended', () =>
  withStacks(async ({ client, fakes, create, update, status, settle }) => {
    const template = { Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }, { DependsOn: 'A' }) } };
    fakes.failing.add('create B');
    await create(template, { DisableRollback: true });
    assert.equal(await status(), 'CREATE_FAILED');
    assert.deepEqual([...fakes.live.keys()], ['a']);
    fakes.failing.clear();
    await update(template);
    assert.equal(await status(), 'UPDATE_COMPLETE');
    fakes.failing.add('update B');
    await update(
      { Resources: { ...template.Resources, B: queue({ QueueName: 'b', DelaySeconds: 5 }, { DependsOn: 'A' }) } },
      { DisableRollback: true },
    );
    assert.equal(await status(), 'UPDATE_FAILED');
    fakes.failing.clear();
    await client.send(new RollbackStackCommand({ StackName: 'app' }));
    await settle();
    assert.equal(await status(), 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual(fakes.live.get('b'), { QueueName: 'b' });
  }));

test('a rollback that fails can be continued, passing over what cannot be changed back', () =>
  withStacks(async ({ client, fakes, create, update, status, settle }) => {
    await create({ Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }, { DependsOn: 'A' }) } });
    fakes.failing.add('create C').add('update B');
    const changed = {
      A: queue({ QueueName: 'a', DelaySeconds: 1 }),
      B: queue({ QueueName: 'b', DelaySeconds: 1 }, { DependsOn: 'A' }),
    };
    await update({ Resources: changed });
    assert.equal(await status(), 'UPDATE_ROLLBACK_FAILED');
    await client.send(new ContinueUpdateRollbackCommand({ StackName: 'app', ResourcesToSkip: ['B'] }));
    await settle();
    assert.equal(await status(), 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual(fakes.live.get('a'), { QueueName: 'a' });
  }));

test('an export in use can be neither deleted nor changed, and its name is its stack’s alone', () =>
  withStacks(async ({ client, create, update, status, settle }) => {
    const exporting = (name: string) => ({
      Resources: { A: queue({ QueueName: name }) },
      Outputs: { O: { Value: { Ref: 'A' }, Export: { Name: 'shared' } } },
    });
    await create(exporting('a'));
    const importing = JSON.stringify({
      Resources: { B: queue({ QueueName: { 'Fn::Sub': ['b-${n}', { n: { 'Fn::ImportValue': 'shared' } }] } }) },
    });
    await client.send(new CreateStackCommand({ StackName: 'user', TemplateBody: importing }));
    await settle('user');
    assert.equal(await status('user'), 'CREATE_COMPLETE');
    await assert.rejects(client.send(new DeleteStackCommand({ StackName: 'app' })), {
      message: 'Export shared cannot be deleted as it is in use by user',
    });
    await update(exporting('a2'));
    assert.equal(await status(), 'UPDATE_ROLLBACK_COMPLETE');
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    const reason = StackEvents.find(
      ({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS',
    )?.ResourceStatusReason;
    assert.equal(reason, 'Export shared cannot be updated as it is in use by user');
    await client.send(new CreateStackCommand({ StackName: 'other', TemplateBody: JSON.stringify(exporting('c')) }));
    await settle('other');
    assert.equal(await status('other'), 'ROLLBACK_COMPLETE');
  }));

test('refuses before anything is made what Orrery has not, and what needs a capability', () =>
  withStacks(async ({ client, fakes }) => {
    const send = (template: object, options: object = {}) =>
      client.send(new CreateStackCommand({ StackName: 'app', TemplateBody: JSON.stringify(template), ...options }));
    await assert.rejects(
      send({ Resources: { A: queue(), K: { Type: 'AWS::EKS::Cluster' } } }),
      /Unrecognized resource types: \[AWS::EKS::Cluster\].*Orrery has no such type/,
    );
    await assert.rejects(send({ Resources: { A: queue({ Colour: 1 }) } }), {
      name: 'ValidationError',
      message: 'Encountered unsupported property Colour',
    });
    await assert.rejects(
      send({
        Resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: {} } } },
      }),
      {
        name: 'InsufficientCapabilitiesException',
        message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
      },
    );
    await assert.rejects(send({ Resources: { A: queue({}, { DeletionPolicy: 'Snapshot' }) } }), {
      message: 'Template error: resource type AWS::SQS::Queue does not support deletion policy Snapshot',
    });
    await assert.rejects(
      send(
        {
          Parameters: { V: { Type: 'String' } },
          Rules: {
            V: {
              Assertions: [
                { Assert: { 'Fn::Contains': [['1', '2'], { Ref: 'V' }] }, AssertDescription: 'wrong version' },
              ],
            },
          },
          Resources: { A: queue() },
        },
        { Parameters: [{ ParameterKey: 'V', ParameterValue: '3' }] },
      ),
      /Rule V failed: wrong version/,
    );
    assert.deepEqual(fakes.done, []);
    await assert.rejects(client.send(new DescribeStacksCommand({ StackName: 'app' })), {
      message: 'Stack with id app does not exist',
    });
  }));

test('the value of a NoEcho parameter reaches the resource and is shown nowhere', () =>
  withStacks(async ({ client, create, fakes }) => {
    const template = {
      Parameters: { Secret: { Type: 'String', NoEcho: true } },
      Resources: { A: queue({ QueueName: 'a', KmsMasterKeyId: { Ref: 'Secret' } }) },
    };
    await create(template, { Parameters: [{ ParameterKey: 'Secret', ParameterValue: 's3cr3t"x' }] });
    assert.equal(fakes.live.get('a')?.KmsMasterKeyId, 's3cr3t"x');
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Parameters?.[0]?.ParameterValue, '****');
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    assert.ok(StackEvents.some(({ ResourceProperties }) => ResourceProperties?.includes('****')));
    assert.ok(!JSON.stringify(StackEvents).includes('s3cr3t'));
  }));

test('a dynamic reference is worked out for the resource, and the secret is kept nowhere', () =>
  withStacks(async ({ orrery, create, fakes, client }) => {
    orrery.kernel.engine(registry).services.set(
      'ssm',
      defineService({
        name: 'ssm',
        actionPrefix: 'ssm',
        operations: {
          GetParameter: (_ctx, { Name }: { Name: string }) => ({
            Parameter: { Type: 'String', Value: Name === 'delay:2' ? '7' : 'name' },
          }),
        },
      }),
    );
    await create({
      Resources: { A: queue({ QueueName: '{{resolve:ssm:queue}}-x', DelaySeconds: '{{resolve:ssm:delay:2}}' }) },
    });
    assert.deepEqual(fakes.live.get('name-x'), { QueueName: 'name-x', DelaySeconds: 7 });
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    assert.ok(StackEvents.some(({ ResourceProperties }) => ResourceProperties?.includes('{{resolve:ssm:delay:2}}')));
  }));

test('an output of a resource that a condition leaves out is refused before anything is made', () =>
  withStacks(async ({ create, fakes }) => {
    const template = {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: queue(), B: queue({}, { Condition: 'Never' }) },
      Outputs: { O: { Value: { Ref: 'B' } } },
    };
    await assert.rejects(create(template), {
      message: 'Template format error: Unresolved resource dependencies [B] in the Outputs block of the template',
    });
    await create({ ...template, Outputs: { O: { Condition: 'Never', Value: { Ref: 'B' } } } });
    assert.deepEqual(fakes.done, ['create A']);
  }));

test('a failed update leaves deletion policies as they were, and a kept failed replacement is tried again', () =>
  withStacks(async ({ client, create, update, settle, status, fakes }) => {
    await create({ Resources: { A: queue({ QueueName: 'a' }), B: queue({ QueueName: 'b' }) } });
    fakes.failing.add('create B');
    const next = {
      Resources: {
        A: queue({ QueueName: 'a' }, { DeletionPolicy: 'Retain' }),
        B: queue({ QueueName: 'b2' }, { DependsOn: 'A' }),
      },
    };
    await update(next);
    assert.equal(await status(), 'UPDATE_ROLLBACK_COMPLETE');
    await update(next, { DisableRollback: true });
    assert.equal(await status(), 'UPDATE_FAILED');
    fakes.failing.clear();
    await update({ Resources: { ...next.Resources, A: queue({ QueueName: 'a' }) } });
    assert.equal(await status(), 'UPDATE_COMPLETE');
    assert.deepEqual([...fakes.live.keys()].sort(), ['a', 'b2']);
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    assert.equal(fakes.live.size, 0);
  }));

test('loops of the language extensions are written out before anything else', () =>
  withStacks(async ({ create, fakes, status }) => {
    await create({
      Transform: 'AWS::LanguageExtensions',
      Parameters: { Names: { Type: 'CommaDelimitedList', Default: 'a,b' } },
      Resources: {
        'Fn::ForEach::Queues': [
          'Name',
          { Ref: 'Names' },
          { 'Queue${Name}': queue({ QueueName: { 'Fn::Sub': 'q-${Name}' } }) },
        ],
      },
      Outputs: { Count: { Value: { 'Fn::Length': { Ref: 'Names' } } } },
    });
    assert.equal(await status(), 'CREATE_COMPLETE');
    assert.deepEqual([...fakes.live.keys()].sort(), ['q-a', 'q-b']);
  }));
