import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  CancelInstanceRefreshCommand,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type StartInstanceRefreshCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { base64, Fleet, lacking } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'menus';

describe('an instance refresh', { skip: lacking }, () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let fewest = 9;
  let most = 0;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    scaling = orrery.client(AutoScalingClient);
    const fleet = new Fleet(orrery);
    const VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    const LaunchTemplateName = 'menu';
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }));
    for (const UserData of ['#!/bin/bash\necho two', '#cloud-config\nwrong'].map(base64))
      await fleet.ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateName,
          SourceVersion: '1',
          LaunchTemplateData: { UserData },
        }),
      );
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName, Version: '1' },
        MinSize: 2,
        MaxSize: 4,
        VPCZoneIdentifier,
        DefaultInstanceWarmup: 60,
      }),
    );
    await until(async () => (await inService()).length === 2);
    orrery.kernel.events.on('autoscaling.group', async () => {
      const now = (await inService()).length;
      fewest = Math.min(fewest, now);
      most = Math.max(most, now);
    });
  });
  after(() => orrery.stop());

  async function group(): Promise<AutoScalingGroup> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    assert.ok(AutoScalingGroups[0]);
    return AutoScalingGroups[0];
  }

  async function inService() {
    return ((await group()).Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService');
  }

  /** A wind waits for what real processes are doing. */
  async function until(done: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 60; tries += 1) {
      if (await done()) return;
      await orrery.clock.wind(10_000);
    }
    assert.fail(JSON.stringify(await latest()));
  }

  const versions = async () => (await inService()).map(({ LaunchTemplate }) => LaunchTemplate?.Version);

  async function start(input: Partial<StartInstanceRefreshCommandInput>): Promise<void> {
    fewest = 9;
    most = 0;
    await scaling.send(new StartInstanceRefreshCommand({ AutoScalingGroupName, ...input }));
  }

  async function latest() {
    const { InstanceRefreshes = [] } = await scaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
    );
    return InstanceRefreshes[0];
  }

  const ended = async (): Promise<boolean> => (await latest())?.EndTime !== undefined;
  const to = (Version: string) => ({ LaunchTemplate: { LaunchTemplateName: 'menu', Version } });

  test('replaces one after the other, each when the one before is warm, and says why', async () => {
    await start({ DesiredConfiguration: to('2') });
    await assert.rejects(start({}), { name: 'InstanceRefreshInProgressFault' });
    await until(ended);
    assert.deepEqual([(await latest())?.Status, (await latest())?.PercentageComplete], ['Successful', 100]);
    assert.deepEqual(await versions(), ['2', '2']);
    assert.equal((await group()).LaunchTemplate?.Version, '2');
    assert.equal(fewest, 1);
    const { Activities = [] } = await scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }));
    assert.ok(Activities.some(({ Cause = '' }) => /launched in response to an instance refresh\.$/.test(Cause)));
    assert.ok(Activities.some(({ Cause = '' }) => /out of service in response to an instance refresh\.$/.test(Cause)));
  });

  test('skips what matches already', async () => {
    const before = await inService();
    await start({ Preferences: { SkipMatching: true } });
    await until(ended);
    assert.deepEqual(await inService(), before);
  });

  test('starts another first where more than the desired capacity may stand', async () => {
    await start({
      DesiredConfiguration: to('1'),
      Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
    });
    await until(ended);
    assert.equal((await latest())?.Status, 'Successful');
    assert.deepEqual(await versions(), ['1', '1']);
    assert.deepEqual([fewest, most], [2, 3]);
  });

  test('rolls back to what was there when it is told to', async () => {
    await start({ DesiredConfiguration: to('2') });
    await until(async () => (await versions()).includes('2'));
    await scaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName }));
    await until(ended);
    assert.equal((await latest())?.Status, 'RollbackSuccessful');
    assert.deepEqual(await versions(), ['1', '1']);
  });

  test('rolls back by itself when nothing can be started, and is cancelled when told to', async () => {
    await start({ DesiredConfiguration: to('3'), Preferences: { AutoRollback: true } });
    await until(ended);
    assert.equal((await latest())?.Status, 'RollbackSuccessful');
    assert.match(String((await latest())?.StatusReason), /cloud-config is not run/);
    assert.deepEqual(await versions(), ['1', '1']);
    await start({});
    await scaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName }));
    assert.equal((await latest())?.Status, 'Cancelled');
    await assert.rejects(scaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName })), {
      name: 'ActiveInstanceRefreshNotFoundFault',
    });
  });
});
