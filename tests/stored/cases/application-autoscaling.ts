import type { StoredCases } from '../stored-cases.ts';

const RoleARN = 'arn:aws:iam::000000000000:role/stored-scaling';
const key = {
  ServiceNamespace: 'dynamodb',
  ResourceId: 'table/stored-scaling',
  ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
};
const writes = { ...key, ScalableDimension: 'dynamodb:table:WriteCapacityUnits' };
const limits = { MinCapacity: 1, MaxCapacity: 5 };
/** Only Aurora's readers scale by steps, and their clusters are slow to start. */
const inAurora = 'services/application-autoscaling/aurora.test.ts';

export const applicationAutoscaling: StoredCases = {
  service: 'application-autoscaling',
  resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'stored-scaling',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
    },
    Target: {
      Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      DependsOn: 'Table',
      Properties: { ...key, ...limits, RoleARN },
    },
  },
  told: {
    Target: (ask) => ask('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' }),
  },
  requests: {
    RegisterScalableTarget: async (ask) => {
      const asked = { ...writes, ...limits, RoleARN };
      await ask('RegisterScalableTarget', asked);
      return { asked, told: await ask('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' }) };
    },
  },
  untold: {
    'AWS::ApplicationAutoScaling::ScalingPolicy.StepScalingPolicyConfiguration.MetricAggregationType': inAurora,
    'PutScalingPolicy.StepScalingPolicyConfiguration.MetricAggregationType': inAurora,
  },
};
