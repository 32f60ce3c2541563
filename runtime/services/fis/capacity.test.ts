import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';
import { asRole, Experiments, giveRole, minute } from './experiments.fixture.ts';

const AutoScalingGroupName = 'waiters';
const services = ['ec2', 'iam', 'sts', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling', 'fis'];

describe('faults of capacity', { skip: lacking }, () => {
  let orrery: Orrery;
  let fis: Experiments;
  let fleet: Fleet;
  let scaling: AutoScalingClient;
  let subnets: string[];

  before(async () => {
    orrery = await startOrrery({ services });
    fis = new Experiments(orrery);
    await giveRole(orrery);
    fleet = new Fleet(orrery);
    scaling = orrery.client(AutoScalingClient);
    const VpcId = await fleet.vpc();
    subnets = [
      await fleet.subnet(VpcId, '10.0.1.0/24', 'us-east-1a'),
      await fleet.subnet(VpcId, '10.0.2.0/24', 'us-east-1b'),
    ];
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'waiter', LaunchTemplateData }));
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'waiter' },
        MinSize: 0,
        MaxSize: 4,
        VPCZoneIdentifier: subnets.join(),
      }),
    );
  });
  after(() => orrery.stop());

  const experiment = (of: 'asg' | 'api', struck: object, zones: string) => ({
    targets: { struck: { ...struck, selectionMode: 'ALL' } },
    actions: {
      fault: {
        actionId: `aws:ec2:${of}-insufficient-instance-capacity-error`,
        parameters: { duration: 'PT30M', availabilityZoneIdentifiers: zones },
        targets: { [of === 'asg' ? 'AutoScalingGroups' : 'Roles']: 'struck' },
      },
    },
  });

  const grow = (DesiredCapacity: number) =>
    scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));

  async function zonesOfInstances(count: number): Promise<string[]> {
    for (let tries = 0; tries < 60; tries += 1) {
      const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
      const serving = (AutoScalingGroups[0]?.Instances ?? []).filter((one) => one.LifecycleState === 'InService');
      if (serving.length === count) return serving.map(({ AvailabilityZone = '' }) => AvailabilityZone).sort();
      await orrery.clock.wind(1000);
    }
    return assert.fail(`never ${count} in service`);
  }

  test('let a group start nothing in the zone, as long as they say; it goes to its other zone', async () => {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    const resourceArns = [AutoScalingGroups[0]?.AutoScalingGroupARN];
    const target = { resourceType: 'aws:ec2:autoscaling-group', resourceArns };
    const one = await fis.start(experiment('asg', target, 'use1-az1'));
    await fis.until(one, 'running');
    await grow(2);
    assert.deepEqual(await zonesOfInstances(2), ['us-east-1b', 'us-east-1b']);
    const both = await fis.start(experiment('asg', target, 'us-east-1a, us-east-1b'));
    await fis.until(both, 'running');
    await grow(3);
    await orrery.clock.wind(1000);
    const { Activities = [] } = await scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }));
    assert.equal(Activities[0]?.StatusCode, 'Failed');
    assert.match(
      Activities[0]?.StatusMessage ?? '',
      /^We currently do not have sufficient t3\.micro capacity in the Availability Zone you requested \(us-east-1[ab]\)\. Launching EC2 instance failed\.$/,
    );
    await orrery.clock.wind(31 * minute);
    assert.ok((await zonesOfInstances(3)).includes('us-east-1a'));
  });

  test('refuse launches that a role asks for, and nobody else’s', async () => {
    const credentials = await asRole(orrery, 'deployer', 'ec2:*');
    const target = { resourceType: 'aws:iam:role', resourceArns: ['arn:aws:iam::000000000000:role/deployer'] };
    const id = await fis.start(experiment('api', target, 'us-east-1a'));
    await fis.until(id, 'running');
    const input = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
    const at = (SubnetId = '') => new RunInstancesCommand({ ...input, SubnetId });
    const deployer = orrery.client(EC2Client, { credentials });
    await assert.rejects(deployer.send(at(subnets[0])), { name: 'InsufficientInstanceCapacity' });
    assert.equal((await deployer.send(at(subnets[1]))).Instances?.length, 1);
    assert.equal((await fleet.ec2.send(at(subnets[0]))).Instances?.length, 1);
  });

  test('name the zones, and no share of launches that is none', async () => {
    const target = { resourceType: 'aws:iam:role', resourceArns: ['arn:aws:iam::000000000000:role/deployer'] };
    const nowhere = experiment('api', target, ' , ');
    await assert.rejects(fis.start(nowhere), /names no Availability Zone/);
  });
});
