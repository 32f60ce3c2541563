import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DeletePolicyCommand,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  ExecutePolicyCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  SetDesiredCapacityCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'cooks';
const minuteMs = 60_000;

/** Groups whose launches are suspended: what is asked of them is seen, whatever runs on this machine. */
describe('scaling policies', () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let cloudwatch: CloudWatchClient;
  let VPCZoneIdentifier: string;

  before(async () => {
    orrery = await startOrrery({
      services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling', 'cloudwatch', 'sns'],
    });
    scaling = orrery.client(AutoScalingClient);
    cloudwatch = orrery.client(CloudWatchClient);
    const fleet = new Fleet(orrery);
    VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'cook', LaunchTemplateData }));
  });
  after(() => orrery.stop());

  beforeEach(async () => {
    await scaling
      .send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }))
      .catch(() => undefined);
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'cook' },
        MinSize: 0,
        MaxSize: 10,
        VPCZoneIdentifier,
      }),
    );
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ['Launch'] }));
  });

  async function desired(): Promise<number | undefined> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups[0]?.DesiredCapacity;
  }

  const set = (DesiredCapacity: number) =>
    scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));

  const put = (input: Omit<PutScalingPolicyCommandInput, 'AutoScalingGroupName' | 'PolicyName'>) =>
    scaling.send(new PutScalingPolicyCommand({ AutoScalingGroupName, PolicyName: 'busy', ...input }));

  const run = (input: { MetricValue?: number; BreachThreshold?: number; HonorCooldown?: boolean } = {}) =>
    scaling.send(new ExecutePolicyCommand({ AutoScalingGroupName, PolicyName: 'busy', ...input }));

  async function alarms(): Promise<MetricAlarm[]> {
    return (await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];
  }

  /** A value a minute, as something that is measured gives it. */
  async function measured(value: number, minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      await cloudwatch.send(
        new PutMetricDataCommand({ Namespace: 'kitchen', MetricData: [{ MetricName: 'orders', Value: value }] }),
      );
      await orrery.clock.wind(minuteMs);
    }
  }

  test('simple scaling changes the capacity, then cools down', async () => {
    await put({ AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 2, Cooldown: 60 });
    await run();
    assert.equal(await desired(), 2);
    await assert.rejects(run({ HonorCooldown: true }), { name: 'ScalingActivityInProgressFault' });
    await orrery.clock.wind(61_000);
    await run({ HonorCooldown: true });
    assert.equal(await desired(), 4);
  });

  test('no policy leads out of the bounds of its group', async () => {
    await put({ AdjustmentType: 'ExactCapacity', ScalingAdjustment: 50 });
    await run();
    assert.equal(await desired(), 10);
  });

  test('a step is chosen by how far the metric is beyond the threshold', async () => {
    await put({
      PolicyType: 'StepScaling',
      AdjustmentType: 'ExactCapacity',
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 3 },
        { MetricIntervalLowerBound: 10, ScalingAdjustment: 7 },
      ],
    });
    await run({ MetricValue: 59, BreachThreshold: 50 });
    assert.equal(await desired(), 3);
    await run({ MetricValue: 60, BreachThreshold: 50 });
    assert.equal(await desired(), 7);
    await assert.rejects(run({ MetricValue: 49, BreachThreshold: 50 }), { message: /No step adjustment found/ });
    await assert.rejects(run(), { message: /MetricValue and BreachThreshold are required/ });
  });

  test('an alarm invokes its policy every minute while it lasts', async () => {
    const { PolicyARN = '' } = await put({
      PolicyType: 'StepScaling',
      AdjustmentType: 'ExactCapacity',
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 100, ScalingAdjustment: 2 },
        { MetricIntervalLowerBound: 100, ScalingAdjustment: 6 },
      ],
    });
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'many orders',
        Namespace: 'kitchen',
        MetricName: 'orders',
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 100,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        AlarmActions: [PolicyARN],
      }),
    );
    await measured(150, 2);
    assert.equal(await desired(), 2);
    await measured(250, 2);
    assert.equal(await desired(), 6);
    const { ScalingPolicies = [] } = await scaling.send(new DescribePoliciesCommand({ AutoScalingGroupName }));
    assert.deepEqual(
      ScalingPolicies[0]?.Alarms?.map(({ AlarmName }) => AlarmName),
      ['many orders'],
    );
  });

  const tracking = {
    PolicyType: 'TargetTrackingScaling',
    EstimatedInstanceWarmup: 0,
    TargetTrackingConfiguration: {
      TargetValue: 100,
      CustomizedMetricSpecification: { Namespace: 'kitchen', MetricName: 'orders', Statistic: 'Average' as const },
    },
  };

  test('target tracking makes its own two alarms, and takes them away again', async () => {
    const { Alarms = [] } = await put(tracking);
    assert.match(String(Alarms[0]?.AlarmName), /^TargetTracking-cooks-AlarmHigh-[0-9a-f-]{36}$/);
    assert.match(String(Alarms[1]?.AlarmName), /^TargetTracking-cooks-AlarmLow-[0-9a-f-]{36}$/);
    const own = (await alarms()).filter(({ AlarmName = '' }) => AlarmName.startsWith('TargetTracking-'));
    const bounds = own.map(({ Threshold, EvaluationPeriods, ComparisonOperator }) => [
      Threshold,
      EvaluationPeriods,
      ComparisonOperator,
    ]);
    assert.deepEqual(bounds, [
      [100, 3, 'GreaterThanThreshold'],
      [90, 15, 'LessThanThreshold'],
    ]);
    const only = { ...tracking.TargetTrackingConfiguration, DisableScaleIn: true };
    assert.equal((await put({ ...tracking, TargetTrackingConfiguration: only })).Alarms?.length, 1);
    await scaling.send(new DeletePolicyCommand({ AutoScalingGroupName, PolicyName: 'busy' }));
    const left = (await alarms()).filter(({ AlarmName = '' }) => AlarmName.startsWith('TargetTracking-'));
    assert.deepEqual(left, []);
  });

  test('target tracking refuses what it cannot measure, and to be executed by hand', async () => {
    const network = { PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageNetworkIn' as const } };
    await assert.rejects(put({ ...tracking, TargetTrackingConfiguration: { TargetValue: 1, ...network } }), {
      message: /ASGAverageNetworkIn is refused/,
    });
    const { ScalingPolicies } = await scaling.send(new DescribePoliciesCommand({ AutoScalingGroupName }));
    assert.deepEqual(ScalingPolicies, []);
    await put(tracking);
    await assert.rejects(run(), { message: /executed by its own alarms alone/ });
  });

  test('a suspended AlarmNotification keeps alarms from changing the capacity', async () => {
    await set(4);
    await put({ ...tracking, TargetTrackingConfiguration: { ...tracking.TargetTrackingConfiguration } });
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ['AlarmNotification'] }));
    await measured(900, 5);
    assert.equal(await desired(), 4);
  });

  test('parameters of one type are refused with another', async () => {
    await assert.rejects(put({ ...tracking, Cooldown: 60 }), { message: /Cooldown is not supported/ });
    await assert.rejects(put({ AdjustmentType: 'ChangeInCapacity' }), {
      message: /ScalingAdjustment must be specified/,
    });
    await assert.rejects(
      put({
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
          { MetricIntervalLowerBound: 20, ScalingAdjustment: 2 },
        ],
      }),
      { message: /overlap or have a gap/ },
    );
    await assert.rejects(put({ PolicyType: 'PredictiveScaling' }), { message: /nothing forecasts load/ });
  });
});
