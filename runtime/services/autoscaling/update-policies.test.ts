import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeWarmPoolCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourceCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { base64, Fleet, lacking } from '../ec2/instances.fixture.ts';

/** "UpdatePolicy attribute" (CloudFormation Template Reference). */
describe('update policies of an Auto Scaling group', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let scaling: AutoScalingClient;
  let cloudformation: CloudFormationClient;
  let subnet: string;

  before(async () => {
    const services = ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling', 'cloudformation', 'sns', 'sts'];
    orrery = await startOrrery({ services, clock: 'running' });
    fleet = new Fleet(orrery);
    scaling = orrery.client(AutoScalingClient);
    cloudformation = orrery.client(CloudFormationClient);
    subnet = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
  });
  after(() => orrery.stop());

  async function template(
    script: string,
    UpdatePolicy: object,
    sizes: object,
    extra: Record<string, object> = {},
  ): Promise<string> {
    const LaunchTemplateData = {
      ImageId: await fleet.imageId(),
      InstanceType: 't3.micro',
      UserData: base64(`#!/bin/bash\n${script}`),
    };
    return JSON.stringify({
      Resources: {
        Template: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData } },
        Group: {
          Type: 'AWS::AutoScaling::AutoScalingGroup',
          UpdatePolicy,
          Properties: {
            ...sizes,
            VPCZoneIdentifier: [subnet],
            LaunchTemplate: {
              LaunchTemplateId: { Ref: 'Template' },
              Version: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
            },
          },
        },
        ...extra,
      },
    });
  }

  const waiting = () => ({ client: cloudformation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });

  async function create(StackName: string, TemplateBody: string): Promise<string> {
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody }));
    await waitUntilStackCreateComplete(waiting(), { StackName });
    return groupName(StackName);
  }

  async function update(StackName: string, TemplateBody: string): Promise<string> {
    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody }));
    await waitUntilStackUpdateComplete(waiting(), { StackName });
    return groupName(StackName);
  }

  async function groupName(StackName: string): Promise<string> {
    const { StackResourceDetail } = await cloudformation.send(
      new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'Group' }),
    );
    return StackResourceDetail?.PhysicalResourceId ?? '';
  }

  async function group(name: string) {
    const input = { AutoScalingGroupNames: [name] };
    return (await scaling.send(new DescribeAutoScalingGroupsCommand(input))).AutoScalingGroups?.[0];
  }

  async function othersServe(name: string): Promise<boolean> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    const other = AutoScalingGroups.find(({ AutoScalingGroupName }) => AutoScalingGroupName !== name);
    return other?.Instances?.every(({ LifecycleState }) => LifecycleState === 'InService') === true;
  }

  test('AutoScalingReplacingUpdate makes another group, and the old one goes once that serves', async () => {
    const policy = { AutoScalingReplacingUpdate: { WillReplace: true } };
    const sizes = { MinSize: '1', MaxSize: '2' };
    const old = await create('replacing', await template('echo one', policy, sizes));
    let together: Promise<boolean> | undefined;
    const stop = orrery.kernel.events.on('autoscaling.deleted', ({ group: gone }) => {
      if (gone.AutoScalingGroupName === old) together = othersServe(old);
    });
    const now = await update('replacing', await template('echo two', policy, sizes));
    stop();
    assert.notEqual(now, old);
    assert.equal(await group(old), undefined);
    assert.equal((await group(now))?.Instances?.[0]?.LaunchTemplate?.Version, '2');
    assert.equal(await together, true);
    const same = await update('replacing', await template('echo two', policy, { MinSize: '1', MaxSize: '3' }));
    assert.equal(same, now);
  });

  test('AutoScalingScheduledAction leaves sizes alone that the template did not change', async () => {
    const policy = { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } };
    const sizes = { MinSize: '0', MaxSize: '2', DesiredCapacity: '0' };
    const name = await create('scheduled', await template('echo one', policy, sizes));
    await scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 1 }));
    await update('scheduled', await template('echo one', policy, { ...sizes, MaxSize: '3' }));
    const kept = await group(name);
    assert.deepEqual([kept?.DesiredCapacity, kept?.MaxSize], [1, 3]);
    await update('scheduled', await template('echo one', {}, { ...sizes, MaxSize: '2' }));
    assert.equal((await group(name))?.DesiredCapacity, 0);
  });

  test('a warm pool of the template is there, changes and goes', async () => {
    const pool = (MinSize: number) => ({
      Pool: { Type: 'AWS::AutoScaling::WarmPool', Properties: { AutoScalingGroupName: { Ref: 'Group' }, MinSize } },
    });
    const sizes = { MinSize: '0', MaxSize: '0' };
    const name = await create('warm', await template('echo', {}, sizes, pool(0)));
    const of = async () =>
      (await scaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName: name }))).WarmPoolConfiguration;
    assert.deepEqual(await of(), { MinSize: 0, PoolState: 'Stopped' });
    await update('warm', await template('echo', {}, sizes, pool(1)));
    assert.equal((await of())?.MinSize, 1);
    await update('warm', await template('echo', {}, sizes));
    assert.equal(await of(), undefined);
  });
});
