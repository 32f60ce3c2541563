import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { base64, Fleet, lacking } from '../ec2/instances.fixture.ts';

const StackName = 'kitchen';

describe('AWS::AutoScaling::AutoScalingGroup', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let scaling: AutoScalingClient;
  let cloudformation: CloudFormationClient;
  let subnets: string[];

  before(async () => {
    const services = ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling', 'cloudformation', 'sns', 'sts'];
    orrery = await startOrrery({ services, clock: 'running' });
    fleet = new Fleet(orrery);
    scaling = orrery.client(AutoScalingClient);
    cloudformation = orrery.client(CloudFormationClient);
    const VpcId = await fleet.vpc();
    subnets = [
      await fleet.subnet(VpcId, '10.0.1.0/24', 'us-east-1a'),
      await fleet.subnet(VpcId, '10.0.2.0/24', 'us-east-1b'),
    ];
  });
  after(() => orrery.stop());

  async function template(script: string): Promise<string> {
    return JSON.stringify({
      Resources: {
        Template: {
          Type: 'AWS::EC2::LaunchTemplate',
          Properties: {
            LaunchTemplateData: {
              ImageId: await fleet.imageId(),
              InstanceType: 't3.micro',
              UserData: base64(`#!/bin/bash\n${script}`),
            },
          },
        },
        Group: {
          Type: 'AWS::AutoScaling::AutoScalingGroup',
          UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 2 } },
          Properties: {
            MinSize: '2',
            MaxSize: '3',
            VPCZoneIdentifier: subnets,
            LaunchTemplate: {
              LaunchTemplateId: { Ref: 'Template' },
              Version: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
            },
            MetricsCollection: [{ Granularity: '1Minute', Metrics: ['GroupInServiceInstances'] }],
            Tags: [{ Key: 'team', Value: 'kitchen', PropagateAtLaunch: true }],
          },
        },
      },
    });
  }

  const waiting = { client: undefined as unknown as CloudFormationClient, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };

  async function group() {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups[0];
  }

  test('is complete once its instances are in service, and has what the template says', async () => {
    waiting.client = cloudformation;
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: await template('echo one') }));
    await waitUntilStackCreateComplete(waiting, { StackName });
    const made = await group();
    assert.deepEqual(
      made?.Instances?.map(({ LifecycleState }) => LifecycleState),
      ['InService', 'InService'],
    );
    assert.deepEqual(made?.EnabledMetrics, [{ Metric: 'GroupInServiceInstances', Granularity: '1Minute' }]);
    assert.deepEqual(
      made?.Tags?.map(({ Key, Value, PropagateAtLaunch }) => [Key, Value, PropagateAtLaunch]),
      [['team', 'kitchen', true]],
    );
  });

  test('replaces its instances one by one when their template changes, and two stay in service', async () => {
    const before = new Set((await group())?.Instances?.map(({ InstanceId }) => InstanceId));
    let fewest = 9;
    const stop = orrery.kernel.events.on('autoscaling.group', async () => {
      const states = (await group())?.Instances?.map(({ LifecycleState }) => LifecycleState) ?? [];
      fewest = Math.min(fewest, states.filter((state) => state === 'InService').length);
    });
    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: await template('echo two') }));
    await waitUntilStackUpdateComplete(waiting, { StackName });
    stop();
    const inService = (await group())?.Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService') ?? [];
    assert.equal(inService.length, 2);
    assert.ok(!inService.some(({ InstanceId }) => before.has(InstanceId)));
    assert.deepEqual(
      inService.map(({ LaunchTemplate }) => LaunchTemplate?.Version),
      ['2', '2'],
    );
    assert.equal(fewest, 2);
  });

  test('goes with its instances when the stack is deleted', async () => {
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(waiting, { StackName });
    assert.equal(await group(), undefined);
  });

  test('fails with what Auto Scaling said when no instance can be started', async () => {
    const TemplateBody = (await template('echo')).replace('t3.micro', 'u-6tb1.metal');
    await cloudformation.send(new CreateStackCommand({ StackName: 'wrong', TemplateBody }));
    await assert.rejects(waitUntilStackCreateComplete(waiting, { StackName: 'wrong' }));
    const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'wrong' }));
    const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
    assert.match(String(failed?.ResourceStatusReason), /Group did not stabilize\. .* Failed Scaling Activity: /);
  });
});
