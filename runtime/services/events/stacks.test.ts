import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeEventBusCommand, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { type EventsCloud, startEvents } from './test-cloud.ts';

const services = ['cloudformation', 'events', 'iam', 'lambda', 'logs', 's3', 'scheduler', 'sqs', 'sts'];
const att = (...path: string[]) => ({ 'Fn::GetAtt': path });
const trust = (...Service: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});

/** As the CDK writes them: a rule with its permission or queue policy, a bus with its policy, a schedule with its role. */
function template(expression: string): string {
  const rule = (Properties: object) => ({ Type: 'AWS::Events::Rule', Properties: { State: 'ENABLED', ...Properties } });
  return JSON.stringify({
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'seen' } },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'events.amazonaws.com' },
                Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
                Resource: att('Queue', 'Arn'),
                Condition: {
                  ArnEquals: { 'aws:SourceArn': [att('Uploads', 'Arn'), att('OnBus', 'Arn'), att('Results', 'Arn')] },
                },
              },
            ],
          },
        },
      },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'uploads',
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        },
      },
      Uploads: rule({
        EventPattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: [{ Ref: 'Bucket' }] }, object: { key: [{ suffix: '.png' }] } },
        },
        Targets: [
          {
            Id: 'Target0',
            Arn: att('Queue', 'Arn'),
            InputPath: '$.detail.object.key',
            RetryPolicy: { MaximumRetryAttempts: '3' },
          },
        ],
      }),
      Results: rule({
        EventPattern: { source: ['lambda'], 'detail-type': [{ prefix: 'Lambda Function Invocation Result' }] },
        Targets: [{ Id: 'Target0', Arn: att('Queue', 'Arn'), InputPath: '$.detail.responsePayload' }],
      }),
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders', Description: 'of the shop' } },
      BusPolicy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: {
          EventBusName: { Ref: 'Bus' },
          StatementId: 'partner',
          Statement: {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::111111111111:root' },
            Action: 'events:PutEvents',
            Resource: att('Bus', 'Arn'),
          },
        },
      },
      OnBus: rule({
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['shop'] },
        Targets: [{ Id: 'Target0', Arn: att('Queue', 'Arn'), InputPath: '$.detail' }],
      }),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: trust('lambda.amazonaws.com', 'scheduler.amazonaws.com'),
          Policies: [
            {
              PolicyName: 'p',
              PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
            },
          ],
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'tick',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: att('Role', 'Arn'),
          Code: { ZipFile: 'exports.handler = async (event) => event["detail-type"] ?? "asked"' },
        },
      },
      Tick: rule({ ScheduleExpression: expression, Targets: [{ Id: 'Target0', Arn: att('Function', 'Arn') }] }),
      TickPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: att('Function', 'Arn'),
          Principal: 'events.amazonaws.com',
          SourceArn: att('Tick', 'Arn'),
        },
      },
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'nightly' } },
      Schedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          GroupName: { Ref: 'Group' },
          ScheduleExpression: expression,
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: att('Queue', 'Arn'), RoleArn: att('Role', 'Arn'), Input: '"scheduled"' },
        },
      },
    },
    Outputs: {
      BusArn: { Value: att('Bus', 'Arn') },
      OnBus: { Value: { Ref: 'OnBus' } },
      Tick: { Value: { Ref: 'Tick' } },
    },
  });
}

describe('rules and schedules of a stack', () => {
  let cloud: EventsCloud;
  let client: CloudFormationClient;
  before(async () => {
    cloud = await startEvents({ services });
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

  const seen = async () => (await cloud.take('seen')).map(({ Body }) => Body);

  test('run as deployed, change with the stack, and go with it', async () => {
    const { orrery, events } = cloud;
    const Capabilities = ['CAPABILITY_IAM' as const];
    await client.send(
      new CreateStackCommand({ StackName: 'app', TemplateBody: template('rate(1 hour)'), Capabilities }),
    );
    const outputs = await settled();
    assert.equal(outputs.BusArn, 'arn:aws:events:us-east-1:000000000000:event-bus/orders');
    assert.match(outputs.OnBus ?? '', /^orders\|app-OnBus-[A-Z0-9]+$/);
    // A schedule that is a rate begins at once.
    assert.deepEqual(await seen(), ['"scheduled"']);

    const s3 = orrery.client(S3Client);
    for (const Key of ['a.txt', 'b.png']) await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'x' }));
    assert.deepEqual(await seen(), ['"b.png"']);

    const { Policy } = await events.send(new DescribeEventBusCommand({ Name: 'orders' }));
    assert.match(Policy ?? '', /111111111111/);
    const entry = { EventBusName: 'orders', Source: 'shop', DetailType: 'Order', Detail: '{"n":1}' };
    await events.send(new PutEventsCommand({ Entries: [entry] }));
    assert.deepEqual(await seen(), ['{"n":1}']);

    const lambda = orrery.client(LambdaClient);
    const OnSuccess = { Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/default' };
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'tick', DestinationConfig: { OnSuccess } }),
    );
    await lambda.send(new InvokeCommand({ FunctionName: 'tick', InvocationType: 'Event', Payload: '{}' }));
    assert.deepEqual(await seen(), ['"asked"']);
    await orrery.clock.wind(60 * 60_000);
    assert.deepEqual((await seen()).sort(), ['"Scheduled Event"', '"scheduled"']);

    await client.send(
      new UpdateStackCommand({ StackName: 'app', TemplateBody: template('cron(0 0 1 1 ? 2199)'), Capabilities }),
    );
    await settled();
    await orrery.clock.wind(4 * 60 * 60_000);
    assert.deepEqual(await seen(), []);

    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    const stack = orrery.kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, 'app');
    if (stack) await orrery.kernel.engine(deployments).settled(stack.StackId);
    const { Rules } = await events.send(new ListRulesCommand({}));
    const { Schedules } = await orrery.client(SchedulerClient).send(new ListSchedulesCommand({}));
    assert.deepEqual([Rules, Schedules], [[], []]);
    await assert.rejects(events.send(new DescribeEventBusCommand({ Name: 'orders' })), {
      name: 'ResourceNotFoundException',
    });
  });
});
