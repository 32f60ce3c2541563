import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type LaunchTemplateOverrides,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'kitchen';
const LaunchTemplateSpecification = { LaunchTemplateName: 'cook' };

describe('how a group chooses and replaces instances', { skip: lacking }, () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let VPCZoneIdentifier: string;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    scaling = orrery.client(AutoScalingClient);
    const fleet = new Fleet(orrery);
    VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.nano' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'cook', LaunchTemplateData }));
  });
  after(() => orrery.stop());

  async function group(): Promise<AutoScalingGroup | undefined> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups[0];
  }

  const create = (change: Partial<CreateAutoScalingGroupCommandInput>) =>
    scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        MinSize: 0,
        MaxSize: 10,
        DesiredCapacity: 3,
        VPCZoneIdentifier,
        DefaultInstanceWarmup: 0,
        ...change,
      }),
    );

  const mixed = (Overrides: LaunchTemplateOverrides[]) => ({
    MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } },
  });

  /** As [type, weight, state], once the group is as asked. A wind waits for what real processes are doing. */
  async function until(done: (now: AutoScalingGroup) => boolean) {
    for (let tries = 0; tries < 60; tries += 1) {
      const now = await group();
      if (now && done(now)) return now.Instances ?? [];
      await orrery.clock.wind(1000);
    }
    return assert.fail(JSON.stringify((await group())?.Instances));
  }

  const inService = ({ Instances = [] }: Pick<AutoScalingGroup, 'Instances'>): number =>
    Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
  const settled = (count: number) => until((now) => inService(now) === count && now.Instances?.length === count);

  async function remove(): Promise<void> {
    await scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
    for (let tries = 0; tries < 60 && (await group()); tries += 1) await orrery.clock.wind(1000);
    assert.equal(await group(), undefined);
  }

  test('counts in weights, goes beyond what is desired to reach it, and not below it to shrink', async () => {
    const override = (InstanceType: string, WeightedCapacity: string) => ({ InstanceType, WeightedCapacity });
    await create(mixed([override('t3.small', '2'), override('t3.micro', '1')]));
    const made = await settled(2);
    assert.deepEqual(
      made.map(({ InstanceType, WeightedCapacity }) => [InstanceType, WeightedCapacity]),
      [
        ['t3.small', '2'],
        ['t3.small', '2'],
      ],
    );
    const now = await group();
    assert.equal(now?.LaunchTemplate, undefined);
    assert.equal(now?.MixedInstancesPolicy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity, 100);
    const { Activities } = await scaling.send(new DescribeScalingActivitiesCommand({}));
    assert.match(String(Activities?.[0]?.Cause), /increasing the capacity from 2 to 4\.$/);
    const set = (DesiredCapacity: number) =>
      scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
    await set(2);
    await settled(1);
    await set(1);
    assert.equal((await settled(1))[0]?.InstanceType, 't3.small');
  });

  test('a new weight counts for the instances there are', async () => {
    const heavier = mixed([{ InstanceType: 't3.small', WeightedCapacity: '3' }]);
    await scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, DesiredCapacity: 3, ...heavier }));
    assert.equal((await settled(1))[0]?.WeightedCapacity, '3');
    await remove();
  });

  test('starts the next instance type where the first cannot be started', async () => {
    await create({
      ...mixed([{ InstanceType: 'u-6tb1.metal' }, { InstanceType: 't3.micro' }]),
      DesiredCapacity: 1,
    });
    assert.equal((await settled(1))[0]?.InstanceType, 't3.micro');
    await remove();
  });

  test('refuses Spot by name, and a policy that weighs only some', async () => {
    const { MixedInstancesPolicy } = mixed([]);
    await assert.rejects(
      create({
        MixedInstancesPolicy: {
          ...MixedInstancesPolicy,
          InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 50 },
        },
      }),
      { name: 'NotImplemented', message: /OnDemandPercentageAboveBaseCapacity 50/ },
    );
    await assert.rejects(
      create(mixed([{ InstanceType: 't3.micro', WeightedCapacity: '1' }, { InstanceType: 't3.small' }])),
      { name: 'ValidationError' },
    );
  });

  test('with a maintenance policy, another serves before an unhealthy one goes, one at a time', async () => {
    const LaunchTemplate = LaunchTemplateSpecification;
    const InstanceMaintenancePolicy = { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 };
    await create({ LaunchTemplate, DesiredCapacity: 2, InstanceMaintenancePolicy });
    const before = await settled(2);
    assert.deepEqual((await group())?.InstanceMaintenancePolicy, InstanceMaintenancePolicy);
    let most = 0;
    let fewest = 9;
    const stop = orrery.kernel.events.on('autoscaling.group', async () => {
      const now = await group();
      most = Math.max(most, now?.Instances?.length ?? 0);
      fewest = Math.min(fewest, inService(now ?? {}));
    });
    for (const { InstanceId } of before)
      await scaling.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: 'Unhealthy' }));
    const replaced = await until(
      (now) =>
        inService(now) === 2 &&
        !now.Instances?.some(({ InstanceId }) => before.some((o) => o.InstanceId === InstanceId)),
    );
    stop();
    assert.equal(replaced.length, 2);
    assert.equal(fewest, 2);
    assert.equal(most, 3);
    await assert.rejects(
      scaling.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName,
          InstanceMaintenancePolicy: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 },
        }),
      ),
      { name: 'ValidationError' },
    );
  });
});
