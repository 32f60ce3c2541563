import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const readers = {
  ServiceNamespace: 'rds',
  ResourceId: 'cluster:till',
  ScalableDimension: 'rds:cluster:ReadReplicaCount',
} as const;

/** "Amazon Aurora Auto Scaling with Aurora Replicas" (Aurora User Guide). */
describe('readers of an Aurora cluster under Application Auto Scaling', () => {
  let orrery: Orrery;
  let scaling: ApplicationAutoScalingClient;
  let rds: RDSClient;
  let cloudwatch: CloudWatchClient;

  before(async () => {
    const services = ['rds', 'ec2', 'secretsmanager', 'kms', 'sns', 'events', 'logs', 'iam', 'cloudwatch', 'sqs'];
    orrery = await startOrrery({ services: [...services, 'application-autoscaling'] });
    scaling = orrery.client(ApplicationAutoScalingClient);
    rds = orrery.client(RDSClient);
    cloudwatch = orrery.client(CloudWatchClient);
    const DBClusterIdentifier = 'till';
    await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier,
        Engine: 'aurora-postgresql',
        MasterUsername: 'chef',
        MasterUserPassword: 'mise-en-place',
      }),
    );
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'first',
        DBClusterIdentifier,
        Engine: 'aurora-postgresql',
        DBInstanceClass: 'db.r6g.large',
      }),
    );
    await available(1);
  });
  after(() => orrery.stop());

  /** A wind waits for what real servers are doing. */
  async function available(count: number) {
    let seen: unknown;
    for (let tries = 0; tries < 120; tries += 1) {
      const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
      seen = DBInstances.map(({ DBInstanceIdentifier, DBInstanceStatus }) => [DBInstanceIdentifier, DBInstanceStatus]);
      if (DBInstances.length === count && DBInstances.every(({ DBInstanceStatus }) => DBInstanceStatus === 'available'))
        return DBInstances;
      await orrery.clock.wind(1000);
    }
    return assert.fail(JSON.stringify(seen));
  }

  async function causes() {
    const input = { ServiceNamespace: 'rds' } as const;
    const { ScalingActivities = [] } = await scaling.send(new DescribeScalingActivitiesCommand(input));
    return ScalingActivities.map(({ Cause }) => Cause);
  }

  test('a minimum of one adds a reader of the class of the writer, which is a member of the cluster', async () => {
    await scaling.send(new RegisterScalableTargetCommand({ ...readers, MinCapacity: 1, MaxCapacity: 2 }));
    const added = (await available(2)).find(({ DBInstanceIdentifier }) => DBInstanceIdentifier !== 'first');
    assert.match(String(added?.DBInstanceIdentifier), /^application-autoscaling-[0-9a-f-]{36}$/);
    assert.equal(added?.DBInstanceClass, 'db.r6g.large');
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    assert.deepEqual(DBClusters[0]?.DBClusterMembers?.map(({ IsClusterWriter }) => IsClusterWriter).sort(), [
      false,
      true,
    ]);
    assert.deepEqual(await causes(), ['minimum capacity was set to 1']);
  });

  const track = (PolicyName: string, metric: Partial<TargetTrackingScalingPolicyConfiguration>) =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...readers,
        PolicyName,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 60,
          ScaleOutCooldown: 60,
          ScaleInCooldown: 60,
          ...metric,
        },
      }),
    );

  /** Minutes of a load, as the application measures it. */
  async function report(Value: number, minutes: number): Promise<void> {
    const MetricData = [{ MetricName: 'Load', Value, Unit: 'Percent' as const }];
    for (let minute = 0; minute < minutes; minute += 1) {
      await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Test/Readers', MetricData }));
      await orrery.clock.wind(60_000);
    }
  }

  test('the predefined metric is what RDS measures at the readers', async () => {
    await track('processor', {
      PredefinedMetricSpecification: { PredefinedMetricType: 'RDSReaderAverageCPUUtilization' },
    });
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    const [alarm] = MetricAlarms;
    assert.deepEqual(
      [alarm?.Namespace, alarm?.MetricName, alarm?.Dimensions?.map(({ Value }) => Value)],
      ['AWS/RDS', 'CPUUtilization', ['till', 'READER']],
    );
    await scaling.send(new DeleteScalingPolicyCommand({ ...readers, PolicyName: 'processor' }));
  });

  test('busy readers get company, and idle ones go again', async () => {
    await track('busy', {
      CustomizedMetricSpecification: { Namespace: 'Test/Readers', MetricName: 'Load', Statistic: 'Average' },
    });
    await report(95, 4);
    await available(3);
    assert.match(String((await causes())[0]), /-AlarmHigh-\S+ in state ALARM triggered policy busy$/);
    await report(5, 18);
    const left = await available(2);
    assert.ok(left.some(({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'first'));
    await scaling.send(new DeleteScalingPolicyCommand({ ...readers, PolicyName: 'busy' }));
  });

  test('a step policy that somebody else names in an alarm is carried out', async () => {
    const { PolicyARN = '' } = await scaling.send(
      new PutScalingPolicyCommand({
        ...readers,
        PolicyName: 'steps',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ChangeInCapacity',
          MetricAggregationType: 'Maximum',
          StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
        },
      }),
    );
    const { ScalingPolicies = [] } = await scaling.send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: 'rds' }),
    );
    assert.equal(ScalingPolicies[0]?.StepScalingPolicyConfiguration?.MetricAggregationType, 'Maximum');
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'queue-at-the-till',
        AlarmActions: [PolicyARN],
        Namespace: 'Test/Readers',
        MetricName: 'Load',
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 50,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await report(80, 4);
    await available(3);
    assert.equal((await causes())[0], 'monitor alarm queue-at-the-till in state ALARM triggered policy steps');
  });
});
