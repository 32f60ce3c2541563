import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListExportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  SetStackPolicyCommand,
  SignalResourceCommand,
  UpdateTerminationProtectionCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { registry } from '../../kernel/resource-registry.ts';
import { defineService } from '../../kernel/service.ts';
import { withStacks } from './stacks.fixture.ts';

const queue = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...more,
});

test('stacks, resources, templates and exports are described and listed', () =>
  withStacks(async ({ client, create }) => {
    const template = {
      Description: 'd',
      Resources: { A: queue({ QueueName: 'a' }, { Metadata: { k: 1 } }) },
      Outputs: { O: { Value: 'v', Export: { Name: 'e' } } },
    };
    await create(template, { Tags: [{ Key: 'team', Value: 'x' }] });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.deepEqual([Stacks?.[0]?.Description, Stacks?.[0]?.Tags], ['d', [{ Key: 'team', Value: 'x' }]]);
    const { StackSummaries } = await client.send(new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] }));
    assert.deepEqual(
      StackSummaries?.map(({ StackName }) => StackName),
      ['app'],
    );
    const { StackResourceSummaries } = await client.send(new ListStackResourcesCommand({ StackName: 'app' }));
    assert.deepEqual(
      StackResourceSummaries?.map((resource) => [
        resource.LogicalResourceId,
        resource.PhysicalResourceId,
        resource.ResourceStatus,
      ]),
      [['A', 'a', 'CREATE_COMPLETE']],
    );
    const detail = await client.send(new DescribeStackResourceCommand({ StackName: 'app', LogicalResourceId: 'A' }));
    assert.equal(detail.StackResourceDetail?.Metadata, '{"k":1}');
    assert.deepEqual(
      JSON.parse((await client.send(new GetTemplateCommand({ StackName: 'app' }))).TemplateBody ?? ''),
      template,
    );
    const { Exports } = await client.send(new ListExportsCommand({}));
    assert.deepEqual(
      Exports?.map(({ Name, Value }) => [Name, Value]),
      [['e', 'v']],
    );
  }));

test('a template is validated and summarised without being deployed', () =>
  withStacks(async ({ client }) => {
    const TemplateBody =
      'Parameters: {P: {Type: Number, Default: 1}}\nResources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref P, AssumeRolePolicyDocument: {}}}}';
    const validated = await client.send(new ValidateTemplateCommand({ TemplateBody }));
    assert.deepEqual(validated.Capabilities, ['CAPABILITY_NAMED_IAM']);
    assert.deepEqual(
      validated.Parameters?.map(({ ParameterKey, DefaultValue }) => [ParameterKey, DefaultValue]),
      [['P', '1']],
    );
    const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
    assert.deepEqual(summary.ResourceTypes, ['AWS::IAM::Role']);
    await assert.rejects(client.send(new ValidateTemplateCommand({ TemplateBody: 'Resources:\n  - a\n b' })), {
      name: 'ValidationError',
      message: /^Template format error: YAML not well-formed\. \(line 3, column \d+\)$/,
    });
  }));

test('a protected stack is not deleted', () =>
  withStacks(async ({ client, create, settle, status }) => {
    await create({ Resources: { A: queue() } }, { EnableTerminationProtection: true });
    await assert.rejects(client.send(new DeleteStackCommand({ StackName: 'app' })), {
      message: 'Stack [app] cannot be deleted while TerminationProtection is enabled',
    });
    await client.send(new UpdateTerminationProtectionCommand({ StackName: 'app', EnableTerminationProtection: false }));
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await settle();
    await assert.rejects(status(), { message: 'Stack with id app does not exist' });
  }));

test('what drifted from the template is found', () =>
  withStacks(async ({ client, create, fakes }) => {
    await create({
      Resources: {
        A: queue({ QueueName: 'a', DelaySeconds: 1 }),
        B: queue({ QueueName: 'b', Tags: [{ Key: 'team', Value: 'shop' }] }),
        C: queue({ QueueName: 'c' }),
      },
    });
    fakes.live.set('a', { QueueName: 'a', DelaySeconds: 9, VisibilityTimeout: 30 });
    // What a type does not read back has not drifted, nor what it adds to the entries of a list.
    fakes.live.set('b', { Tags: [{ Key: 'team', Value: 'shop', Id: '1' }] });
    fakes.live.delete('c');
    const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName: 'app' }));
    const detection = await client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
    assert.deepEqual([detection.StackDriftStatus, detection.DriftedStackResourceCount], ['DRIFTED', 2]);
    const { StackResourceDrifts = [] } = await client.send(
      new DescribeStackResourceDriftsCommand({ StackName: 'app' }),
    );
    assert.deepEqual(
      StackResourceDrifts.map((drift) => [drift.LogicalResourceId, drift.StackResourceDriftStatus]),
      [
        ['A', 'MODIFIED'],
        ['B', 'IN_SYNC'],
        ['C', 'DELETED'],
      ],
    );
    assert.deepEqual(StackResourceDrifts[0]?.PropertyDifferences, [
      { PropertyPath: '/DelaySeconds', ExpectedValue: '1', ActualValue: '9', DifferenceType: 'NOT_EQUAL' },
    ]);
  }));

test('the old one of a replacement stays where UpdateReplacePolicy retains it', () =>
  withStacks(async ({ create, update, fakes }) => {
    await create({ Resources: { A: queue({ QueueName: 'a' }, { UpdateReplacePolicy: 'Retain' }) } });
    await update({ Resources: { A: queue({ QueueName: 'a2' }, { UpdateReplacePolicy: 'Retain' }) } });
    assert.deepEqual([...fakes.live.keys()].sort(), ['a', 'a2']);
  }));

test('OnFailure DELETE leaves nothing of a failed creation, and Retain is kept unless it says except on create', () =>
  withStacks(async ({ client, create, fakes, status }) => {
    fakes.failing.add('create Z');
    const kept = queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' });
    const gone = queue({ QueueName: 'gone' }, { DeletionPolicy: 'RetainExceptOnCreate' });
    await create({ Resources: { A: kept, B: gone, Z: queue({}, { DependsOn: ['A', 'B'] }) } }, { OnFailure: 'DELETE' });
    await assert.rejects(status(), /does not exist/);
    assert.deepEqual([...fakes.live.keys()], ['kept']);
    const { StackSummaries } = await client.send(new ListStacksCommand({}));
    assert.equal(StackSummaries?.[0]?.StackStatus, 'DELETE_COMPLETE');
  }));

test('a wait condition is complete when its handle has been PUT to, and fails when time is out', () =>
  withStacks(async ({ client, orrery, settle, status }) => {
    const template = (Timeout: string) => ({
      Resources: {
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
        Wait: {
          Type: 'AWS::CloudFormation::WaitCondition',
          Properties: { Handle: { Ref: 'Handle' }, Timeout, Count: 1 },
        },
        Told: queue({ QueueName: { Ref: 'Handle' } }),
      },
      Outputs: { Data: { Value: { 'Fn::GetAtt': ['Wait', 'Data'] } } },
    });
    const handle = new Promise<string>((resolve) => {
      orrery.kernel.events.on('cloudformation.event', (event) => {
        if (event.LogicalResourceId === 'Handle' && event.ResourceStatus === 'CREATE_COMPLETE')
          resolve(event.PhysicalResourceId ?? '');
      });
    });
    await client.send(new CreateStackCommand({ StackName: 'app', TemplateBody: JSON.stringify(template('60')) }));
    const body = JSON.stringify({ Status: 'SUCCESS', UniqueId: 'one', Data: 'done', Reason: 'ready' });
    const { host, pathname, search } = new URL(await handle);
    assert.equal(host, 'cloudformation-waitcondition-us-east-1.s3.amazonaws.com');
    const signal = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${orrery.httpUrl}${path}`, { method: 'PUT', headers: { host } }, (answer) =>
          resolve(answer.resume().statusCode),
        )
          .on('error', reject)
          .end(body);
      });
    assert.equal(await signal(`${pathname}?Signature=guessed`), 403);
    assert.equal(await signal(pathname + search), 200);
    await settle();
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Outputs?.[0]?.OutputValue, '{"one":"done"}');
    await client.send(new CreateStackCommand({ StackName: 'late', TemplateBody: JSON.stringify(template('60')) }));
    await orrery.clock.wind(61_000);
    await settle('late');
    assert.equal(await status('late'), 'ROLLBACK_COMPLETE');
  }));

test('a creation policy waits for its signals', () =>
  withStacks(async ({ client, orrery, settle, status, events }) => {
    const policy = { CreationPolicy: { ResourceSignal: { Count: 2, Timeout: 'PT10M' } } };
    await client.send(
      new CreateStackCommand({
        StackName: 'app',
        TemplateBody: JSON.stringify({ Resources: { A: queue({}, policy) } }),
      }),
    );
    await orrery.clock.wind(0);
    const signal = { StackName: 'app', LogicalResourceId: 'A', Status: 'SUCCESS' as const };
    await client.send(new SignalResourceCommand({ ...signal, UniqueId: 'i-1' }));
    await client.send(new SignalResourceCommand({ ...signal, UniqueId: 'i-1' }));
    assert.equal(await status(), 'CREATE_IN_PROGRESS');
    await client.send(new SignalResourceCommand({ ...signal, UniqueId: 'i-2' }));
    await settle();
    assert.equal(await status(), 'CREATE_COMPLETE');
    assert.ok((await events()).includes('A CREATE_COMPLETE'));
  }));

test('a creation that takes longer than TimeoutInMinutes is rolled back', () =>
  withStacks(async ({ client, orrery, settle }) => {
    const policy = { CreationPolicy: { ResourceSignal: { Timeout: 'PT10M' } } };
    await client.send(
      new CreateStackCommand({
        StackName: 'app',
        TimeoutInMinutes: 1,
        TemplateBody: JSON.stringify({ Resources: { A: queue({}, policy) } }),
      }),
    );
    await orrery.clock.wind(61_000);
    await settle();
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    assert.equal(StackEvents[0]?.ResourceStatus, 'ROLLBACK_COMPLETE');
    assert.ok(
      StackEvents.some(({ ResourceStatusReason }) => /exceeded the specified timeout/.test(ResourceStatusReason ?? '')),
    );
  }));

test('events are published to the topics the stack was given, and a stack policy is kept', () =>
  withStacks(
    async ({ client, create, orrery }) => {
      const published: string[] = [];
      orrery.kernel.engine(registry).services.set(
        'sns',
        defineService({
          name: 'sns',
          actionPrefix: 'sns',
          operations: { Publish: (_ctx, { Message }: { Message: string }) => void published.push(Message) },
        }),
      );
      await create(
        { Resources: { A: queue({ QueueName: 'a' }) } },
        { NotificationARNs: ['arn:aws:sns:us-east-1:000000000000:told'] },
      );
      await orrery.clock.wind(0);
      assert.match(published.at(-1) ?? '', /LogicalResourceId='app'[\s\S]*ResourceStatus='CREATE_COMPLETE'/);
      await client.send(new SetStackPolicyCommand({ StackName: 'app', StackPolicyBody: '{"Statement":[]}' }));
      assert.equal(
        (await client.send(new GetStackPolicyCommand({ StackName: 'app' }))).StackPolicyBody,
        '{"Statement":[]}',
      );
    },
    ['iam'],
  ));
