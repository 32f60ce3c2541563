import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { base64, Fleet, lacking } from '../ec2/instances.fixture.ts';

const name = 'waiters';

describe('an Auto Scaling group', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let scaling: AutoScalingClient;
  let VPCZoneIdentifier: string;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    fleet = new Fleet(orrery);
    scaling = orrery.client(AutoScalingClient);
    const VpcId = await fleet.vpc();
    VPCZoneIdentifier = [
      await fleet.subnet(VpcId, '10.0.1.0/24', 'us-east-1a'),
      await fleet.subnet(VpcId, '10.0.2.0/24', 'us-east-1b'),
    ].join();
    await fleet.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ImageId: await fleet.imageId(),
          InstanceType: 't3.micro',
          UserData: base64('#!/bin/bash\necho up'),
        },
      }),
    );
  });
  after(() => orrery.stop());

  async function group(): Promise<AutoScalingGroup> {
    const input = { AutoScalingGroupNames: [name] };
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand(input));
    assert.ok(AutoScalingGroups[0]);
    return AutoScalingGroups[0];
  }

  /** Once as many are in service and nothing else is under way. */
  async function settled(count: number): Promise<AutoScalingGroup> {
    for (;;) {
      const now = await group();
      const states = (now.Instances ?? []).map(({ LifecycleState }) => LifecycleState);
      if (states.length === count && states.every((state) => state === 'InService')) return now;
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = orrery.kernel.events.on('autoscaling.group', () => resolve());
      await promise;
      stop();
    }
  }

  async function activities() {
    const { Activities = [] } = await scaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name }),
    );
    return Activities;
  }

  test('spreads its instances over the zones, and says why each was started', async () => {
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateName: name },
        MinSize: 2,
        MaxSize: 4,
        VPCZoneIdentifier,
        DefaultInstanceWarmup: 0,
      }),
    );
    const { Instances = [] } = await settled(2);
    assert.deepEqual(Instances.map(({ AvailabilityZone }) => AvailabilityZone).sort(), ['us-east-1a', 'us-east-1b']);
    const [last, first] = await activities();
    assert.match(String(first?.Description), /^Launching a new EC2 instance: i-[0-9a-f]{17}$/);
    assert.match(
      String(first?.Cause),
      /^At \S+Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 2\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 1\.$/,
    );
    assert.equal(last?.StatusCode, 'Successful');
  });

  test('replaces an instance that died', async () => {
    const [dead] = (await group()).Instances ?? [];
    const InstanceIds = [dead?.InstanceId ?? ''];
    await fleet.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await fleet.until(dead?.InstanceId ?? '', 'terminated');
    const { Instances = [] } = await settled(2);
    assert.ok(!Instances.some(({ InstanceId }) => InstanceId === dead?.InstanceId));
    assert.deepEqual(Instances.map(({ AvailabilityZone }) => AvailabilityZone).sort(), ['us-east-1a', 'us-east-1b']);
    const causes = (await activities()).map(({ Cause = '' }) => Cause);
    assert.ok(
      causes.some((cause) =>
        /taken out of service in response to an EC2 health check indicating it has been terminated or stopped/.test(
          cause,
        ),
      ),
    );
    assert.ok(
      causes.some((cause) => /launched in response to an unhealthy instance needing to be replaced/.test(cause)),
    );
  });

  test('grows and shrinks to the capacity asked for, within its bounds', async () => {
    const wanted = (DesiredCapacity: number) =>
      scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity }));
    await assert.rejects(wanted(5), { name: 'ValidationError' });
    await wanted(3);
    await settled(3);
    await wanted(2);
    await settled(2);
    const [last] = await activities();
    assert.match(
      String(last?.Cause),
      /explicitly set group desired capacity changing the desired capacity from 3 to 2\. {2}At \S+Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2\. {2}At \S+Z instance i-\w+ was selected for termination\.$/,
    );
  });

  test('goes, with its instances, when forced', async () => {
    await assert.rejects(scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name })), {
      name: 'ResourceInUseFault',
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    orrery.kernel.events.on('autoscaling.deleted', () => resolve());
    await scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }));
    await promise;
    const { AutoScalingGroups } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    assert.deepEqual(AutoScalingGroups, []);
  });
});
