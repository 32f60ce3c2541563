import { named, type StoredCases } from '../stored-cases.ts';

const warm = { ReadUnitsPerSecond: 13000, WriteUnitsPerSecond: 5000 };
const index = {
  IndexName: 'byB',
  KeySchema: [{ AttributeName: 'b', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
};
const table = {
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'a', AttributeType: 'S' },
    { AttributeName: 'b', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};
const indexWarm = { ReadUnitsPerSecond: 14000, WriteUnitsPerSecond: 6000 };

export const dynamodb: StoredCases = {
  service: 'dynamodb',
  resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        ...table,
        TableName: 'stored',
        WarmThroughput: warm,
        GlobalSecondaryIndexes: [{ ...index, WarmThroughput: indexWarm }],
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Global: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        ...table,
        TableName: 'global',
        WarmThroughput: warm,
        GlobalSecondaryIndexes: [{ ...index, WarmThroughput: indexWarm }],
        Replicas: [
          { Region: 'us-east-1', TableClass: 'STANDARD_INFREQUENT_ACCESS', Tags: [{ Key: 'team', Value: 'kitchen' }] },
        ],
      },
    },
  },
  told: {
    Table: async (ask) => [
      await ask('DescribeTable', { TableName: 'stored' }),
      await ask('ListTagsOfResource', { ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/stored' }),
    ],
    Global: async (ask) => [
      await ask('DescribeTable', { TableName: 'global' }),
      await ask('ListTagsOfResource', { ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/global' }),
    ],
  },
  requests: {
    CreateTable: async (ask) => {
      const asked = {
        ...table,
        TableName: 'asked',
        WarmThroughput: warm,
        GlobalSecondaryIndexes: [{ ...index, WarmThroughput: indexWarm }],
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
      };
      named(await ask('CreateTable', asked), 'TableArn');
      return { asked, told: await ask('DescribeTable', { TableName: 'asked' }) };
    },
    UpdateTable: async (ask) => {
      const asked = {
        TableName: 'stored',
        WarmThroughput: { ReadUnitsPerSecond: 15000, WriteUnitsPerSecond: 7000 },
        TableClass: 'STANDARD',
      };
      await ask('UpdateTable', { TableName: 'stored', WarmThroughput: asked.WarmThroughput });
      await ask('UpdateTable', { TableName: 'stored', TableClass: asked.TableClass });
      return { asked, told: await ask('DescribeTable', { TableName: 'stored' }) };
    },
  },
  renamed: { TableClass: 'TableClass' },
};
