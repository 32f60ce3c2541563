import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
  TagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const table = {
  ServiceNamespace: 'dynamodb',
  ResourceId: 'table/orders',
  ScalableDimension: 'dynamodb:table:WriteCapacityUnits',
} as const;
const PolicyName = 'writes';

/** "Managing throughput capacity automatically with DynamoDB auto scaling" (DynamoDB Developer Guide). */
describe('capacity of tables under Application Auto Scaling', () => {
  let orrery: Orrery;
  let scaling: ApplicationAutoScalingClient;
  let dynamodb: DynamoDBClient;
  let cloudwatch: CloudWatchClient;

  before(async () => {
    orrery = await startOrrery({ services: ['dynamodb', 'kms', 'cloudwatch', 'application-autoscaling', 'iam'] });
    scaling = orrery.client(ApplicationAutoScalingClient);
    dynamodb = orrery.client(DynamoDBClient, { maxAttempts: 1 });
    cloudwatch = orrery.client(CloudWatchClient);
    const key = { AttributeName: 'id', KeyType: 'HASH' } as const;
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'orders',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [key],
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 2 },
        GlobalSecondaryIndexes: [
          {
            IndexName: 'again',
            KeySchema: [key],
            Projection: { ProjectionType: 'KEYS_ONLY' },
            ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 50 },
          },
        ],
      }),
    );
    await orrery.clock.wind(60_000);
  });
  after(() => orrery.stop());

  const register = (change: Partial<RegisterScalableTargetCommandInput>) =>
    scaling.send(new RegisterScalableTargetCommand({ ...table, ...change }));

  async function units() {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
    return [Table?.ProvisionedThroughput?.ReadCapacityUnits, Table?.ProvisionedThroughput?.WriteCapacityUnits];
  }

  const write = () =>
    dynamodb.send(
      new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'a' }, text: { S: 'x'.repeat(10_000) } } }),
    );

  /** So many writes of ten units in each of some minutes. */
  async function load(minutes: number, writes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      for (let count = 0; count < writes; count += 1) await write();
      await orrery.clock.wind(60_000);
    }
  }

  async function activities() {
    const { ScalingActivities = [] } = await scaling.send(
      new DescribeScalingActivitiesCommand({ ServiceNamespace: 'dynamodb', ResourceId: table.ResourceId }),
    );
    return ScalingActivities;
  }

  test('a target is registered with bounds, which its capacity is brought within', async () => {
    await assert.rejects(register({}), { name: 'ValidationException' });
    await assert.rejects(register({ ResourceId: 'table/none', MinCapacity: 1, MaxCapacity: 2 }), {
      name: 'ValidationException',
      message: /does not exist/,
    });
    await register({ MinCapacity: 5, MaxCapacity: 40 });
    await orrery.clock.wind(1000);
    assert.deepEqual(await units(), [2, 5]);
    const [last] = await activities();
    assert.equal(last?.Description, 'Setting write capacity units to 5.');
    assert.equal(last?.Cause, 'minimum capacity was set to 5');
    assert.equal(
      last?.StatusMessage,
      'Successfully set write capacity units to 5. Change successfully fulfilled by dynamodb.',
    );
    const { ScalableTargets = [] } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb' }),
    );
    assert.equal(
      ScalableTargets[0]?.RoleARN,
      'arn:aws:iam::000000000000:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable',
    );
  });

  test('target tracking makes alarms over what a minute has to give', async () => {
    await scaling.send(
      new PutScalingPolicyCommand({
        ...table,
        PolicyName,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 70,
          PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBWriteCapacityUtilization' },
          ScaleInCooldown: 60,
        },
      }),
    );
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    assert.deepEqual(
      MetricAlarms.map(({ MetricName, Threshold, EvaluationPeriods }) => [
        MetricName,
        Threshold,
        EvaluationPeriods,
      ]).sort(),
      [
        ['ConsumedWriteCapacityUnits', 150, 15],
        ['ConsumedWriteCapacityUnits', 210, 2],
      ],
    );
  });

  test('load that used up the capacity makes it grow, so that no request is refused any more', async () => {
    // 300 units a minute are what 5 a second have to give; four minutes of 600 use up what was saved for bursts.
    await load(4, 60);
    assert.deepEqual(await units(), [2, 15]);
    const [last] = await activities();
    assert.equal(last?.Description, 'Setting write capacity units to 15.');
    assert.match(
      String(last?.Cause),
      /^monitor alarm TargetTracking-table\/orders-AlarmHigh-\S+ in state ALARM triggered policy writes$/,
    );
    const { MetricAlarms = [] } = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: 'TargetTracking-table/orders-AlarmHigh' }),
    );
    assert.equal(MetricAlarms[0]?.Threshold, 630);
    await load(3, 60);
    assert.deepEqual(await units(), [2, 15]);
  });

  test('little load makes it shrink after a quarter of an hour, none at all does not', async () => {
    await load(18, 6);
    assert.deepEqual(await units(), [2, 5]);
    // Once nothing is consumed there is no metric, and the alarm forgets: then capacity that may go stays.
    await orrery.clock.wind(60 * 60_000);
    await register({ MinCapacity: 1 });
    await orrery.clock.wind(60 * 60_000);
    assert.deepEqual(await units(), [2, 5]);
  });

  test('what is suspended does not scale', async () => {
    await register({ SuspendedState: { DynamicScalingOutSuspended: true } });
    await load(4, 60);
    assert.deepEqual(await units(), [2, 5]);
    // What was used up of the burst capacity comes back meanwhile.
    await orrery.clock.wind(10 * 60_000);
    await register({ SuspendedState: { DynamicScalingOutSuspended: false } });
    await load(3, 40);
    assert.deepEqual(await units(), [2, 10]);
  });

  test('a scheduled action changes the bounds, and the capacity follows', async () => {
    const at = new Date(orrery.clock.now() + 3_600_000).toISOString().slice(0, 19);
    const ScheduledActionName = 'lunch';
    await scaling.send(
      new PutScheduledActionCommand({
        ...table,
        ScheduledActionName,
        Schedule: `at(${at})`,
        ScalableTargetAction: { MinCapacity: 30, MaxCapacity: 50 },
      }),
    );
    const { ScheduledActions = [] } = await scaling.send(
      new DescribeScheduledActionsCommand({ ServiceNamespace: 'dynamodb' }),
    );
    assert.deepEqual(ScheduledActions[0]?.ScalableTargetAction, { MinCapacity: 30, MaxCapacity: 50 });
    await orrery.clock.wind(3_700_000);
    assert.deepEqual(await units(), [2, 30]);
    const causes = (await activities()).map(({ Cause }) => Cause);
    assert.deepEqual(causes.slice(0, 2), [
      'minimum capacity was set to 30',
      'scheduled action name lunch was triggered',
    ]);
  });

  test('an index has a capacity of its own', async () => {
    const index = {
      ResourceId: 'table/orders/index/again',
      ScalableDimension: 'dynamodb:index:ReadCapacityUnits',
    } as const;
    const { ScalableTargetARN = '' } = await register({
      ...index,
      MinCapacity: 7,
      MaxCapacity: 9,
      Tags: { team: 'till' },
    });
    await orrery.clock.wind(1000);
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
    assert.equal(Table?.GlobalSecondaryIndexes?.[0]?.ProvisionedThroughput?.ReadCapacityUnits, 7);
    await scaling.send(new TagResourceCommand({ ResourceARN: ScalableTargetARN, Tags: { shift: 'late' } }));
    const { Tags } = await scaling.send(new ListTagsForResourceCommand({ ResourceARN: ScalableTargetARN }));
    assert.deepEqual(Tags, { team: 'till', shift: 'late' });
  });

  test('refuses by name what nothing here scales, and steps for tables as AWS does', async () => {
    const ecs = {
      ServiceNamespace: 'ecs',
      ResourceId: 'service/a/b',
      ScalableDimension: 'ecs:service:DesiredCount',
    } as const;
    await assert.rejects(register({ ...ecs, MinCapacity: 1, MaxCapacity: 2 }), {
      name: 'NotImplemented',
      message: /ecs:service:DesiredCount is refused/,
    });
    await assert.rejects(
      scaling.send(
        new PutScalingPolicyCommand({
          ...table,
          PolicyName: 'steps',
          PolicyType: 'StepScaling',
          StepScalingPolicyConfiguration: {
            AdjustmentType: 'ChangeInCapacity',
            StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
          },
        }),
      ),
      { name: 'ValidationException' },
    );
  });

  test('survives a restart, and goes with its policies and their alarms', async () => {
    await orrery.restart();
    scaling = orrery.client(ApplicationAutoScalingClient);
    cloudwatch = orrery.client(CloudWatchClient);
    const { ScalingPolicies = [] } = await scaling.send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: 'dynamodb' }),
    );
    assert.equal(ScalingPolicies[0]?.Alarms?.length, 2);
    await scaling.send(new DeregisterScalableTargetCommand(table));
    assert.deepEqual((await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms, []);
    await assert.rejects(scaling.send(new DeleteScalingPolicyCommand({ ...table, PolicyName })), {
      name: 'ObjectNotFoundException',
    });
    await assert.rejects(scaling.send(new DeregisterScalableTargetCommand(table)), { name: 'ObjectNotFoundException' });
  });
});
