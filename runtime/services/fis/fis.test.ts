import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { IAMClient, TagRoleCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { asRole, Experiments, giveRole, minute, roleArn } from './experiments.fixture.ts';

const wait = (duration: string, more = {}) => ({ actionId: 'aws:fis:wait', parameters: { duration }, ...more });

describe('Fault Injection Service', () => {
  let orrery: Orrery;
  let fis: Experiments;
  before(async () => {
    orrery = await startOrrery({
      services: ['cloudformation', 'cloudwatch', 'events', 'fis', 'iam', 'sqs', 'ssm', 'sts'],
    });
    fis = new Experiments(orrery);
    await giveRole(orrery);
  });
  after(() => orrery.stop());

  test('keeps templates: made once for a token, changed in what is said, listed, tagged and deleted', async () => {
    const clientToken = 'the-same-request';
    const { body: first } = await fis.template({ clientToken, actions: { pause: wait('PT5M') }, tags: { team: 'a' } });
    const { body: again } = await fis.template({ clientToken, actions: { pause: wait('PT5M') } });
    const { id, arn } = first.experimentTemplate;
    assert.match(id, /^EXT[A-Z0-9]{15}$/);
    assert.equal(again.experimentTemplate.id, id);
    assert.deepEqual(first.experimentTemplate.experimentOptions, {
      accountTargeting: 'single-account',
      emptyTargetResolutionMode: 'fail',
    });
    const path = `/experimentTemplates/${id}`;
    const { body: changed } = await fis.ask('PATCH', path, { description: 'another' });
    assert.deepEqual(
      [changed.experimentTemplate.description, changed.experimentTemplate.actions],
      ['another', { pause: wait('PT5M') }],
    );
    await fis.ask('POST', `/tags/${encodeURIComponent(arn)}`, { tags: { stage: 'test' } });
    assert.deepEqual((await fis.ask('GET', `/tags/${encodeURIComponent(arn)}`)).body, {
      tags: { team: 'a', stage: 'test' },
    });
    await fis.ask('DELETE', `/tags/${encodeURIComponent(arn)}?tagKeys=team`);
    const { body: listed } = await fis.ask('GET', '/experimentTemplates?maxResults=1');
    assert.deepEqual(listed.experimentTemplates[0].tags, { stage: 'test' });
    assert.equal((await fis.ask('DELETE', path)).status, 200);
    const { status, body } = await fis.ask('GET', path);
    assert.deepEqual([status, body.message], [404, `The experiment template ${id} does not exist.`]);
  });

  test('says what is wrong with a template, and refuses by name what it does not do', async () => {
    const role = { resourceType: 'aws:iam:role', resourceTags: { a: 'b' }, selectionMode: 'ALL' };
    const cases: [object, RegExp][] = [
      [{ actions: {} }, /at least one action/],
      [{ actions: { x: { actionId: 'aws:eks:pod-delete' } } }, /The FIS action aws:eks:pod-delete is refused/],
      [{ actions: { x: { actionId: 'sleep' } } }, /The action x has the actionId "sleep", which is none/],
      [{ actions: { x: wait('5 minutes') } }, /duration is "5 minutes", which is not a duration in ISO 8601/],
      [{ actions: { x: { actionId: 'aws:fis:wait' } } }, /The action x needs the parameter duration/],
      [
        { actions: { x: wait('PT1M', { targets: { Roles: 'r' } }) }, targets: { r: role } },
        /The action x needs no target/,
      ],
      [{ actions: { x: wait('PT1M', { startAfter: ['y'] }) } }, /starts after y, which is no other action/],
      [
        { actions: { x: wait('PT1M', { startAfter: ['y'] }), y: wait('PT1M', { startAfter: ['x'] }) } },
        /x, y wait for one another in a circle/,
      ],
      [
        { actions: { x: wait('PT1M') }, targets: { r: { ...role, selectionMode: 'SOME' } } },
        /must have ALL, COUNT\(n\)/,
      ],
      [{ actions: { x: wait('PT1M') }, targets: { r: { ...role, resourceType: 'aws:eks:pod' } } }, /which is refused/],
      [{ actions: { x: wait('PT1M') }, roleArn: 'me' }, /me is not the ARN of a role/],
      [
        { actions: { x: wait('PT1M') }, stopConditions: [{ source: 'aws:cloudwatch:alarm', value: 'a' }] },
        /stop condition/,
      ],
      [{ actions: { x: wait('PT1M') }, logConfiguration: { logSchemaVersion: 2 } }, /logConfiguration is refused/],
    ];
    for (const [template, pattern] of cases) {
      const { status, body } = await fis.template(template);
      assert.match(`${body.message ?? body.Message}`, pattern);
      assert.ok(status === 400 || status === 501, String(status));
    }
    assert.deepEqual((await fis.ask('GET', '/experimentTemplates')).body, { experimentTemplates: [] });
  });

  test('runs actions in their order, as long as they say, and tells EventBridge', async () => {
    const told: (number | string)[] = [];
    const stop = orrery.kernel.events.on('api.call', ({ operation, status, principal }) => {
      if (operation === 'PutEvents') told.push(principal, status);
    });
    const id = await fis.start({ actions: { second: wait('PT2M', { startAfter: ['first'] }), first: wait('PT1M') } });
    await fis.until(id, 'running');
    const statuses = async () => {
      const { actions, state } = await fis.get(id);
      return [actions.first.state.status, actions.second.state.status, state.status];
    };
    assert.deepEqual(await statuses(), ['running', 'pending', 'running']);
    await orrery.clock.wind(minute);
    assert.deepEqual(await statuses(), ['completed', 'running', 'running']);
    await orrery.clock.wind(2 * minute);
    assert.deepEqual(await statuses(), ['completed', 'completed', 'completed']);
    const { startTime, endTime } = await fis.get(id);
    assert.equal(Math.round(endTime - startTime), 180);
    const { body } = await fis.ask('DELETE', `/experiments/${id}`);
    assert.match(body.message, /is completed already/);
    stop();
    // pending to initiating to running to completed.
    assert.deepEqual(told, Array(3).fill(['fis.amazonaws.com', 200]).flat());
  });

  test('fails calls of a role as long as it says: others, and other operations, do not fail', async () => {
    const credentials = await asRole(orrery, 'worker', 'sqs:*');
    const Tags = [{ Key: 'chaos', Value: 'yes' }];
    await orrery.client(IAMClient).send(new TagRoleCommand({ RoleName: 'worker', Tags }));
    const sqs = orrery.client(SQSClient, { credentials, maxAttempts: 1 });
    const id = await fis.start({
      targets: { workers: { resourceType: 'aws:iam:role', resourceTags: { chaos: 'yes' }, selectionMode: 'ALL' } },
      actions: {
        throttle: {
          actionId: 'aws:fis:inject-api-throttle-error',
          parameters: { service: 'sqs', operations: 'ListQueues', percentage: '100', duration: 'PT5M' },
          targets: { Roles: 'workers' },
        },
      },
    });
    await fis.until(id, 'running');
    await assert.rejects(sqs.send(new ListQueuesCommand({})), { name: 'ThrottlingException' });
    await sqs.send(new CreateQueueCommand({ QueueName: 'made' }));
    await orrery.client(SQSClient).send(new ListQueuesCommand({}));
    const { body } = await fis.ask('GET', `/experiments/${id}/resolvedTargets`);
    assert.deepEqual(body.resolvedTargets, [
      {
        targetName: 'workers',
        resourceType: 'aws:iam:role',
        targetInformation: { arn: 'arn:aws:iam::000000000000:role/worker' },
      },
    ]);
    await orrery.clock.wind(5 * minute);
    assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls?.length, 1);
    assert.equal((await fis.get(id)).state.status, 'completed');
  });

  test('stops when the alarm of a stop condition goes off, and does not begin while it is', async () => {
    const cloudwatch = orrery.client(CloudWatchClient);
    const AlarmName = 'errors';
    const metric = { Namespace: 'App', MetricName: 'Errors', Statistic: 'Sum' as const, Period: 60 };
    const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' as const };
    await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...rule }));
    const value = `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`;
    const template = {
      stopConditions: [{ source: 'aws:cloudwatch:alarm', value }],
      actions: { long: wait('PT1H'), later: wait('PT1M', { startAfter: ['long'] }) },
    };
    const id = await fis.start(template);
    await fis.until(id, 'running');
    await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'too many' }));
    await fis.until(id, 'stopped');
    const { state, actions } = await fis.get(id);
    assert.equal(state.reason, 'Experiment halted by stop condition.');
    assert.deepEqual([actions.long.state.status, actions.later.state.status], ['stopped', 'cancelled']);
    const again = await fis.start(template);
    await fis.until(again, 'failed');
    assert.equal((await fis.get(again)).actions.long.state.status, 'cancelled');
  });

  test('that is stopped before it has begun does not begin', async () => {
    const id = await fis.start({ actions: { long: wait('PT1H') } });
    const { status } = await fis.ask('DELETE', `/experiments/${id}`);
    const { state, actions } = await fis.get(id);
    assert.deepEqual([status, state.status], [200, 'stopped']);
    assert.ok(['cancelled', 'stopped'].includes(actions.long.state.status));
    await orrery.clock.wind(2 * 60 * minute);
    assert.equal((await fis.get(id)).state.status, 'stopped');
  });

  test('fails with the reason when its role may not, or finds nothing to act on; skips that where it is told', async () => {
    await giveRole(orrery, ['sqs:*'], 'powerless');
    const target = { resourceType: 'aws:iam:role', resourceTags: { no: 'one' }, selectionMode: 'COUNT(1)' };
    const parameters = { service: 'sqs', percentage: '50', duration: 'PT1M' };
    const error = { actionId: 'aws:fis:inject-api-internal-error', parameters, targets: { Roles: 'none' } };
    const template = { targets: { none: target }, actions: { error } };
    const id = await fis.start({ ...template, roleArn: roleArn.replace('experiments', 'powerless') });
    await fis.until(id, 'failed');
    assert.match((await fis.get(id)).state.reason, /is not authorized to perform: iam:ListRoles/);
    const empty = await fis.start(template);
    await fis.until(empty, 'failed');
    assert.match((await fis.get(empty)).state.reason, /Target resolution returned empty set/);
    const skipped = await fis.start({ ...template, experimentOptions: { emptyTargetResolutionMode: 'skip' } });
    await fis.until(skipped, 'completed');
    assert.equal((await fis.get(skipped)).actions.error.state.status, 'skipped');
  });

  test('has a safety lever that stops what goes on and lets nothing begin', async () => {
    const id = await fis.start({ actions: { long: wait('PT1H') } });
    await fis.until(id, 'running');
    const { experimentTemplateId } = await fis.get(id);
    const lever = (status: string) =>
      fis.ask('PATCH', '/safetyLevers/default/state', { state: { status, reason: 'a big sale' } });
    assert.equal((await lever('engaged')).body.safetyLever.state.status, 'engaged');
    assert.equal((await fis.get(id)).state.status, 'stopped');
    const { status, body } = await fis.ask('POST', '/experiments', { clientToken: 'held', experimentTemplateId });
    assert.deepEqual([status, body.message], [409, 'The safety lever is engaged: a big sale']);
    await lever('disengaged');
    assert.equal((await fis.ask('POST', '/experiments', { clientToken: 'free', experimentTemplateId })).status, 200);
  });

  test('is part of a template: AWS::FIS::ExperimentTemplate, whose experiment runs', async () => {
    const cloudformation = orrery.client(CloudFormationClient);
    const Properties = {
      Description: 'from a stack',
      RoleArn: roleArn,
      StopConditions: [{ Source: 'none' }],
      Targets: {},
      Actions: { Pause: { ActionId: 'aws:fis:wait', Parameters: { duration: 'PT1M' } } },
      Tags: { Name: 'pause' },
    };
    const TemplateBody = JSON.stringify({
      Resources: { Trial: { Type: 'AWS::FIS::ExperimentTemplate', Properties } },
      Outputs: { Id: { Value: { Ref: 'Trial' } } },
    });
    const { StackId = '' } = await cloudformation.send(new CreateStackCommand({ StackName: 'trials', TemplateBody }));
    await orrery.kernel.engine(deployments).settled(StackId);
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'trials' }));
    const id = Stacks[0]?.Outputs?.[0]?.OutputValue ?? Stacks[0]?.StackStatusReason;
    const { body } = await fis.ask('GET', `/experimentTemplates/${id}`);
    assert.equal(body.experimentTemplate.tags.Name, 'pause');
    assert.deepEqual(body.experimentTemplate.actions.Pause, wait('PT1M'));
    await cloudformation.send(new DeleteStackCommand({ StackName: 'trials' }));
    await orrery.kernel.engine(deployments).settled(StackId);
    assert.equal((await fis.ask('GET', `/experimentTemplates/${id}`)).status, 404);
  });

  test('goes on where it was in a runtime that was started again', async () => {
    const id = await fis.start({ actions: { first: wait('PT10M'), second: wait('PT1M', { startAfter: ['first'] }) } });
    await fis.until(id, 'running');
    await orrery.clock.wind(4 * minute);
    await orrery.restart();
    await fis.until(id, 'running');
    await orrery.clock.wind(6 * minute);
    assert.equal((await fis.get(id)).actions.second.state.status, 'running');
    await orrery.clock.wind(minute);
    assert.equal((await fis.get(id)).state.status, 'completed');
    const day = 24 * 60 * minute;
    await orrery.clock.wind(119 * day);
    await orrery.restart();
    assert.equal((await fis.ask('GET', `/experiments/${id}`)).status, 200);
    await orrery.clock.wind(day);
    assert.equal((await fis.ask('GET', `/experiments/${id}`)).status, 404);
    // Another went on for an hour more.
    await orrery.clock.wind(day);
    assert.deepEqual((await fis.ask('GET', '/experiments')).body, { experiments: [] });
  });
});
