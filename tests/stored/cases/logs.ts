import { named, type StoredCases } from '../stored-cases.ts';

const keyPolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
    { Effect: 'Allow', Principal: { Service: 'logs.us-east-1.amazonaws.com' }, Action: 'kms:*', Resource: '*' },
  ],
};
type AskOf = Parameters<StoredCases['told'][string]>[0];

/** A key of one's own for each request. */
async function newKey(ask: AskOf): Promise<string> {
  return named(await ask('kms:CreateKey', { Policy: JSON.stringify(keyPolicy) }), 'Arn');
}

export const logs: StoredCases = {
  service: 'logs',
  resources: {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: keyPolicy } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'stored-subscriber',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => 1' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Function' },
        Action: 'lambda:InvokeFunction',
        Principal: 'logs.amazonaws.com',
      },
    },
    Filter: {
      Type: 'AWS::Logs::SubscriptionFilter',
      DependsOn: 'Permission',
      Properties: {
        LogGroupName: { Ref: 'Group' },
        FilterName: 'stored',
        FilterPattern: '',
        DestinationArn: { 'Fn::GetAtt': ['Function', 'Arn'] },
        Distribution: 'Random',
      },
    },
    Group: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        LogGroupName: 'stored',
        KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Filter: (ask) => ask('DescribeSubscriptionFilters', { logGroupName: 'stored' }),
    Group: async (ask) => [
      await ask('DescribeLogGroups', { logGroupNamePrefix: 'stored' }),
      await ask('ListTagsForResource', { resourceArn: 'arn:aws:logs:us-east-1:000000000000:log-group:stored' }),
    ],
  },
  untold: { 'AWS::Logs::LogGroup.KmsKeyId': 'given by Fn::GetAtt; the request CreateLogGroup shows it' },
  requests: {
    CreateLogGroup: async (ask) => {
      const asked = { logGroupName: 'asked', kmsKeyId: await newKey(ask) };
      await ask('CreateLogGroup', asked);
      return { asked, told: await ask('DescribeLogGroups', { logGroupNamePrefix: 'asked' }) };
    },
    PutSubscriptionFilter: async (ask) => {
      const asked = {
        logGroupName: 'stored',
        filterName: 'asked',
        filterPattern: 'ERROR',
        destinationArn: 'arn:aws:lambda:us-east-1:000000000000:function:stored-subscriber',
        distribution: 'Random',
      };
      await ask('PutSubscriptionFilter', asked);
      return {
        asked,
        told: await ask('DescribeSubscriptionFilters', { logGroupName: 'stored', filterNamePrefix: 'asked' }),
      };
    },
    AssociateKmsKey: async (ask) => {
      const asked = { logGroupName: 'asked', kmsKeyId: await newKey(ask) };
      await ask('AssociateKmsKey', asked);
      return { asked, told: await ask('DescribeLogGroups', { logGroupNamePrefix: 'asked' }) };
    },
  },
};
