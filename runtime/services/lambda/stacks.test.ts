import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { type LambdaCloud, startLambda } from './test-cloud.ts';

const respond = `const response = require('cfn-response');
exports.handler = (event, context) => response.send(event, context, response.SUCCESS, { Text: 'made by ' + event.RequestType }, 'custom-id');`;

function template(answer: string): string {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sqs:*', 'logs:*'], Resource: '*' }],
  };
  const fn = (ZipFile: string, more: object = {}) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile },
      ...more,
    },
  });
  const FunctionName = { Ref: 'Fn' };
  return JSON.stringify({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'p', PolicyDocument: policy }] },
      },
      Queue: { Type: 'AWS::SQS::Queue' },
      Fn: fn(`exports.handler = async () => ${JSON.stringify(answer)}`, {
        Environment: { Variables: { COUNT: 3 } },
        ReservedConcurrentExecutions: 5,
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName } },
      Alias: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName, FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] }, Name: 'live' },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: { Ref: 'Alias' }, Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Alias' },
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          BatchSize: 5,
        },
      },
      Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { Ref: 'Fn' }, AuthType: 'NONE' } },
      Events: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
      },
      Maker: fn(respond),
      Custom: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Maker', 'Arn'] } } },
    },
    Outputs: {
      Name: { Value: { Ref: 'Fn' } },
      Alias: { Value: { Ref: 'Alias' } },
      Url: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } },
      Queue: { Value: { Ref: 'Queue' } },
      Custom: { Value: { 'Fn::GetAtt': ['Custom', 'Text'] } },
    },
  });
}

describe('functions of a stack', () => {
  let cloud: LambdaCloud;
  let client: CloudFormationClient;
  before(async () => {
    cloud = await startLambda({ services: ['cloudformation', 'iam', 'lambda', 'logs', 'sqs', 'sts'] });
    client = cloud.orrery.client(CloudFormationClient);
  });
  after(() => cloud.orrery.stop());

  async function settled(): Promise<Record<string, string>> {
    const { kernel } = cloud.orrery;
    const stack = kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, 'app');
    if (stack) await kernel.engine(deployments).settled(stack.StackId);
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    const reasons = StackEvents.flatMap(({ ResourceStatusReason, LogicalResourceId }) =>
      ResourceStatusReason ? `${LogicalResourceId}: ${ResourceStatusReason}` : [],
    );
    assert.match(found?.StackStatus ?? '', /^(CREATE|UPDATE)_COMPLETE$/, reasons.join('\n'));
    return Object.fromEntries(
      (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  it('are created, run, updated and deleted', async () => {
    await client.send(
      new CreateStackCommand({ StackName: 'app', TemplateBody: template('one'), Capabilities: ['CAPABILITY_IAM'] }),
    );
    const { Name = '', Alias = '', Url = '', Queue = '', Custom } = await settled();
    assert.equal(Custom, 'made by Create');
    assert.match(Url, /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);
    assert.equal((await cloud.invoke(Alias)).result, 'one');
    const sqs = cloud.orrery.client(SQSClient);
    await sqs.send(new SendMessageCommand({ QueueUrl: Queue, MessageBody: 'x' }));
    await cloud.orrery.clock.wind(0);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: Queue, AttributeNames: ['All'] }));
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, '0');

    await client.send(
      new UpdateStackCommand({ StackName: 'app', TemplateBody: template('two'), Capabilities: ['CAPABILITY_IAM'] }),
    );
    await settled();
    assert.equal((await cloud.invoke(Name)).result, 'two');

    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    const { kernel } = cloud.orrery;
    const stack = kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, 'app');
    if (stack) await kernel.engine(deployments).settled(stack.StackId);
    const { Functions } = await cloud.lambda.send(new ListFunctionsCommand({}));
    const { EventSourceMappings } = await cloud.lambda.send(new ListEventSourceMappingsCommand({}));
    assert.deepEqual([Functions, EventSourceMappings], [[], []]);
  });
});
