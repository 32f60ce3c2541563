import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const StackName = 'till';

/** The table of an app whose reads scale, as the CDK writes it. */
function template(maxCapacity: number, lunch: boolean): string {
  const app = new App();
  const stack = new Stack(app, StackName, {
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  const table = new Table(stack, 'Orders', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    readCapacity: 5,
    writeCapacity: 5,
  });
  const reads = table.autoScaleReadCapacity({ minCapacity: 2, maxCapacity });
  reads.scaleOnUtilization({ targetUtilizationPercent: 60 });
  if (lunch) reads.scaleOnSchedule('Lunch', { schedule: Schedule.cron({ hour: '11', minute: '30' }), minCapacity: 20 });
  return JSON.stringify(app.synth().getStackByName(StackName).template);
}

describe('a table of the CDK that scales', () => {
  let orrery: Orrery;
  let scaling: ApplicationAutoScalingClient;
  let cloudformation: CloudFormationClient;

  before(async () => {
    const services = ['dynamodb', 'kms', 'cloudwatch', 'application-autoscaling', 'iam', 'cloudformation', 'sts', 's3'];
    orrery = await startOrrery({ services, clock: 'running' });
    scaling = orrery.client(ApplicationAutoScalingClient);
    cloudformation = orrery.client(CloudFormationClient);
  });
  after(() => orrery.stop());

  const waiting = () => ({ client: cloudformation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });
  const about = { ServiceNamespace: 'dynamodb' } as const;
  const targets = async () => (await scaling.send(new DescribeScalableTargetsCommand(about))).ScalableTargets ?? [];
  const policies = async () => (await scaling.send(new DescribeScalingPoliciesCommand(about))).ScalingPolicies ?? [];
  const actions = async () => (await scaling.send(new DescribeScheduledActionsCommand(about))).ScheduledActions ?? [];

  test('is deployed with its target, its policy and its timetable', async () => {
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: template(50, true) }));
    await waitUntilStackCreateComplete(waiting(), { StackName });
    const [target] = await targets();
    assert.deepEqual([target?.MinCapacity, target?.MaxCapacity], [2, 50]);
    const [policy] = await policies();
    assert.equal(policy?.ResourceId, target?.ResourceId);
    assert.equal(policy?.TargetTrackingScalingPolicyConfiguration?.TargetValue, 60);
    assert.equal(policy?.Alarms?.length, 2);
    assert.deepEqual(
      (await actions()).map(({ Schedule: when, ScalableTargetAction }) => [when, ScalableTargetAction?.MinCapacity]),
      [['cron(30 11 * * ? *)', 20]],
    );
  });

  test('changes, and goes', async () => {
    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: template(60, false) }));
    await waitUntilStackUpdateComplete(waiting(), { StackName });
    assert.equal((await targets())[0]?.MaxCapacity, 60);
    assert.deepEqual(await actions(), []);
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(waiting(), { StackName });
    assert.deepEqual([await targets(), await policies()], [[], []]);
  });
});
