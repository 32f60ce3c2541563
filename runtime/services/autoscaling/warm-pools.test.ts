import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DeleteLifecycleHookCommand,
  DeleteWarmPoolCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  DescribeWarmPoolCommand,
  type Instance,
  PutLifecycleHookCommand,
  PutWarmPoolCommand,
  type PutWarmPoolCommandInput,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'ovens';

/** Expected states: "Use lifecycle hooks with a warm pool in Auto Scaling group" (User Guide). */
describe('a warm pool', { skip: lacking }, () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let fleet: Fleet;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    scaling = orrery.client(AutoScalingClient);
    fleet = new Fleet(orrery);
    const VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.nano' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'oven', LaunchTemplateData }));
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'oven' },
        MinSize: 0,
        MaxSize: 2,
        DesiredCapacity: 0,
        VPCZoneIdentifier,
        DefaultInstanceWarmup: 0,
      }),
    );
  });
  after(() => orrery.stop());

  const pool = async () => scaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName }));
  const group = async () => (await scaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.[0];
  const put = (change: Partial<PutWarmPoolCommandInput>) =>
    scaling.send(new PutWarmPoolCommand({ AutoScalingGroupName, ...change }));
  const set = (DesiredCapacity: number) =>
    scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));

  /** Once group and pool have instances in these states. A wind waits for what real processes are doing. */
  async function settled(inGroup: string[], inPool: string[]): Promise<{ group: Instance[]; pool: Instance[] }> {
    const states = (instances: Instance[]) => instances.map(({ LifecycleState = '' }) => LifecycleState).sort();
    let seen = {};
    for (let tries = 0; tries < 60; tries += 1) {
      const now = { group: (await group())?.Instances ?? [], pool: (await pool()).Instances ?? [] };
      seen = { group: states(now.group), pool: states(now.pool) };
      if (JSON.stringify(seen) === JSON.stringify({ group: inGroup, pool: inPool })) return now;
      await orrery.clock.wind(1000);
    }
    return assert.fail(JSON.stringify(seen));
  }

  async function stateOf(InstanceId = ''): Promise<string | undefined> {
    const { Reservations } = await fleet.ec2.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }));
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  }

  async function lastActivity() {
    const { Activities = [] } = await scaling.send(new DescribeScalingActivitiesCommand({}));
    return Activities[0];
  }

  const complete = (InstanceId = '', LifecycleActionResult = 'CONTINUE') =>
    scaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName,
        LifecycleHookName: 'prepare',
        InstanceId,
        LifecycleActionResult,
      }),
    );

  test('is filled to the size its group may grow to, and its instances are stopped', async () => {
    await put({ MaxGroupPreparedCapacity: 1 });
    const { pool: warm } = await settled([], ['Warmed:Stopped']);
    assert.equal(await stateOf(warm[0]?.InstanceId), 'stopped');
    assert.equal(
      (await lastActivity())?.Description,
      `Launching a new EC2 instance into warm pool: ${warm[0]?.InstanceId}`,
    );
    const now = await group();
    assert.equal(now?.WarmPoolSize, 1);
    assert.deepEqual(now?.WarmPoolConfiguration, { MinSize: 0, PoolState: 'Stopped', MaxGroupPreparedCapacity: 1 });
  });

  test('gives the group an instance when it grows, and the group launches its own when the pool is empty', async () => {
    const [waiting] = (await pool()).Instances ?? [];
    await set(1);
    const { group: serving } = await settled(['InService'], []);
    assert.equal(serving[0]?.InstanceId, waiting?.InstanceId);
    const activity = await lastActivity();
    assert.equal(activity?.Description, `Launching a new EC2 instance from warm pool: ${waiting?.InstanceId}`);
    assert.match(String(activity?.Cause), /increasing the capacity from 0 to 1\.$/);
    assert.equal(await stateOf(waiting?.InstanceId), 'running');
    await set(2);
    await settled(['InService', 'InService'], []);
  });

  test('takes instances back on scale-in where they are reused', async () => {
    await put({ InstanceReusePolicy: { ReuseOnScaleIn: true }, PoolState: 'Running', MaxGroupPreparedCapacity: 2 });
    const { group: before } = await settled(['InService', 'InService'], []);
    await set(1);
    const { pool: warm } = await settled(['InService'], ['Warmed:Running']);
    assert.ok(before.some(({ InstanceId }) => InstanceId === warm[0]?.InstanceId));
    assert.equal(await stateOf(warm[0]?.InstanceId), 'running');
    await set(2);
    const { group: again } = await settled(['InService', 'InService'], []);
    assert.ok(again.some(({ InstanceId }) => InstanceId === warm[0]?.InstanceId));
  });

  test('waits for life-cycle hooks when an instance enters and when it leaves', async () => {
    const hook = { AutoScalingGroupName, LifecycleHookName: 'prepare' };
    await scaling.send(
      new PutLifecycleHookCommand({ ...hook, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' }),
    );
    await put({ MaxGroupPreparedCapacity: 3, PoolState: 'Stopped' });
    const { pool: entering } = await settled(['InService', 'InService'], ['Warmed:Pending:Wait']);
    await complete(entering[0]?.InstanceId);
    await settled(['InService', 'InService'], ['Warmed:Stopped']);
    await set(1);
    const { group: one } = await settled(['InService'], ['Warmed:Stopped', 'Warmed:Stopped']);
    await set(2);
    const { group: leaving } = await settled(['InService', 'Pending:Wait'], ['Warmed:Stopped']);
    await complete(leaving.find(({ InstanceId }) => InstanceId !== one[0]?.InstanceId)?.InstanceId);
    await settled(['InService', 'InService'], ['Warmed:Stopped']);
    await scaling.send(new DeleteLifecycleHookCommand(hook));
  });

  test('survives a restart, and goes with its instances when it is deleted', async () => {
    await orrery.restart();
    scaling = orrery.client(AutoScalingClient);
    const { pool: warm } = await settled(['InService', 'InService'], ['Warmed:Stopped']);
    await scaling.send(new DeleteWarmPoolCommand({ AutoScalingGroupName }));
    await settled(['InService', 'InService'], []);
    assert.equal((await pool()).WarmPoolConfiguration, undefined);
    assert.notEqual(await stateOf(warm[0]?.InstanceId), 'stopped');
    await assert.rejects(put({ PoolState: 'Hibernated' }), { name: 'NotImplemented' });
  });
});
