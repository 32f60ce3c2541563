import type { StoredCases } from '../stored-cases.ts';

const zip = Buffer.from(
  'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAIAAAAaW5kZXguanNQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAApIEAAAAAaW5kZXguanNQSwUGAAAAAAEAAQA2AAAAJgAAAAAA',
  'base64',
);
const kept = {
  SnapStart: { ApplyOn: 'None' },
  KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/11111111-1111-1111-1111-111111111111',
  EphemeralStorage: { Size: 1024 },
  TracingConfig: { Mode: 'Active' },
};
const { KMSKeyArn, ...alike } = kept;

export const lambda: StoredCases = {
  service: 'lambda',
  before: async (ask) => {
    await ask('s3:CreateBucket', { Bucket: 'stored-layers' });
    await ask('s3:PutObject', { Bucket: 'stored-layers', Key: 'layer.zip', Body: zip });
  },
  resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'stored-function',
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole'],
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'stored',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => 1' },
        Description: 'of the kitchen',
        Architectures: ['arm64'],
        KmsKeyArn: KMSKeyArn,
        ...alike,
        RecursiveLoop: 'Allow',
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Version: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: 'Function' }, Description: 'the first' },
    },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: 'live',
        FunctionName: { Ref: 'Function' },
        FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
        Description: 'what is live',
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Function' },
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Layer: {
      Type: 'AWS::Lambda::LayerVersion',
      Properties: {
        LayerName: 'stored',
        Content: { S3Bucket: 'stored-layers', S3Key: 'layer.zip' },
        Description: 'shared code',
        CompatibleRuntimes: ['nodejs22.x'],
        CompatibleArchitectures: ['arm64'],
        LicenseInfo: 'MIT',
      },
    },
  },
  told: {
    Function: async (ask) => [
      await ask('GetFunction', { FunctionName: 'stored' }),
      await ask('GetFunctionRecursionConfig', { FunctionName: 'stored' }),
    ],
    Version: (ask) => ask('GetFunctionConfiguration', { FunctionName: 'stored', Qualifier: '1' }),
    Alias: (ask) => ask('GetAlias', { FunctionName: 'stored', Name: 'live' }),
    Mapping: async (ask, UUID) =>
      ask('ListTags', { Resource: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}` }),
    Layer: (ask) => ask('GetLayerVersion', { LayerName: 'stored', VersionNumber: 1 }),
  },
  requests: {
    CreateFunction: async (ask) => {
      const asked = {
        FunctionName: 'asked',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/stored-function',
        Code: { ZipFile: zip },
        Architectures: ['arm64'],
        ...kept,
      };
      await ask('CreateFunction', asked);
      return { asked, told: await ask('GetFunctionConfiguration', { FunctionName: 'asked' }) };
    },
    UpdateFunctionConfiguration: async (ask) => {
      const asked = {
        FunctionName: 'asked',
        SnapStart: { ApplyOn: 'None' },
        KMSKeyArn: KMSKeyArn.replace('key/1', 'key/2'),
        EphemeralStorage: { Size: 2048 },
        TracingConfig: { Mode: 'PassThrough' },
      };
      await ask('UpdateFunctionConfiguration', asked);
      return { asked, told: await ask('GetFunctionConfiguration', { FunctionName: 'asked' }) };
    },
  },
};
