import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachInstancesCommand,
  AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  DetachInstancesCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'waiters';

describe('instances of a group', { skip: lacking }, () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    scaling = orrery.client(AutoScalingClient);
    const fleet = new Fleet(orrery);
    const VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'waiter', LaunchTemplateData }));
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'waiter' },
        MinSize: 1,
        MaxSize: 4,
        DesiredCapacity: 2,
        VPCZoneIdentifier,
      }),
    );
    await settled(2);
  });
  after(() => orrery.stop());

  async function group(): Promise<AutoScalingGroup> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    assert.ok(AutoScalingGroups[0]);
    return AutoScalingGroups[0];
  }

  const states = async () =>
    ((await group()).Instances ?? []).map(({ InstanceId = '', LifecycleState = '' }) => [InstanceId, LifecycleState]);

  /** A wind waits for what real processes are doing. */
  async function settled(count: number): Promise<string[]> {
    for (let tries = 0; tries < 60; tries += 1) {
      const now = await states();
      if (now.length === count && now.every(([, state]) => state === 'InService')) return now.map(([id = '']) => id);
      await orrery.clock.wind(1000);
    }
    return assert.fail(JSON.stringify(await states()));
  }

  async function lastCause(): Promise<string> {
    const { Activities = [] } = await scaling.send(new DescribeScalingActivitiesCommand({}));
    return Activities[0]?.Cause ?? '';
  }

  const set = (DesiredCapacity: number) =>
    scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));

  test('one in standby is left alone, and comes back', async () => {
    const [id = ''] = await settled(2);
    const which = { AutoScalingGroupName, InstanceIds: [id] };
    await scaling.send(new EnterStandbyCommand({ ...which, ShouldDecrementDesiredCapacity: true }));
    assert.deepEqual(new Map((await states()) as [string, string][]).get(id), 'Standby');
    assert.equal((await group()).DesiredCapacity, 1);
    const { Activities } = await scaling.send(new ExitStandbyCommand(which));
    assert.equal(Activities?.[0]?.Description, `Moving EC2 instance out of Standby: ${id}`);
    assert.equal((await group()).DesiredCapacity, 2);
    await settled(2);
  });

  test('one that is detached stays and is replaced, and can be attached again', async () => {
    const [id = ''] = await settled(2);
    const which = { AutoScalingGroupName, InstanceIds: [id] };
    await scaling.send(new DetachInstancesCommand({ ...which, ShouldDecrementDesiredCapacity: false }));
    assert.ok(!(await settled(2)).includes(id));
    await scaling.send(new AttachInstancesCommand(which));
    assert.ok((await settled(3)).includes(id));
    assert.equal((await group()).DesiredCapacity, 3);
  });

  test('those protected from scale-in stay', async () => {
    const [first = '', ...others] = await settled(3);
    await scaling.send(
      new SetInstanceProtectionCommand({ AutoScalingGroupName, InstanceIds: others, ProtectedFromScaleIn: true }),
    );
    await set(1);
    assert.deepEqual(new Set(await settled(2)), new Set(others));
    assert.ok(!others.includes(first));
    await scaling.send(
      new SetInstanceProtectionCommand({ AutoScalingGroupName, InstanceIds: others, ProtectedFromScaleIn: false }),
    );
    await set(2);
  });

  test('one that is said to be unhealthy goes, and another comes, unless that process is suspended', async () => {
    const [id = ''] = await settled(2);
    const ScalingProcesses = ['ReplaceUnhealthy'];
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
    await scaling.send(new SetInstanceHealthCommand({ InstanceId: id, HealthStatus: 'Unhealthy' }));
    assert.ok((await settled(2)).includes(id));
    await scaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
    await orrery.clock.wind(1000);
    assert.ok(!(await settled(2)).includes(id));
    assert.match(await lastCause(), /launched in response to an unhealthy instance needing to be replaced\.$/);
  });

  test('one that is terminated by hand is replaced, or the group shrinks, but not below its minimum', async () => {
    const terminate = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      scaling.send(new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }));
    const [first = ''] = await settled(2);
    await terminate(first, false);
    await orrery.clock.wind(1000);
    const [second = ''] = await settled(2);
    assert.notEqual(second, first);
    assert.match(await lastCause(), /^At \S+Z an instance was started in response to a difference/);
    const { Activity } = await terminate(second, true);
    assert.match(String(Activity?.Cause), /shrinking the capacity from 2 to 1\.$/);
    const [last = ''] = await settled(1);
    await assert.rejects(terminate(last, true), { message: /violate group's min size constraint/ });
  });

  test('the group goes on after a restart with what it had', async () => {
    const before = await settled(1);
    await orrery.restart();
    scaling = orrery.client(AutoScalingClient);
    assert.deepEqual(await settled(1), before);
    await set(2);
    assert.equal((await settled(2)).includes(before[0] ?? ''), true);
  });
});
