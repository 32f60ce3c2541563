import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';

let orrery: Orrery;
let cloudformation: CloudFormationClient;
let sns: SNSClient;

before(async () => {
  orrery = await startOrrery();
  cloudformation = orrery.client(CloudFormationClient);
  sns = orrery.client(SNSClient);
});
after(() => orrery.stop());

const queuePolicy = {
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: 'Queue' }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Topic' } } },
        },
      ],
    },
  },
};

async function deploy(StackName: string, Resources: object, again = false) {
  const Outputs = Object.fromEntries(Object.keys(Resources).map((name) => [name, { Value: { Ref: name } }]));
  const TemplateBody = JSON.stringify({ Resources, Outputs });
  const input = { StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM' as const] };
  const { StackId = '' } = again
    ? await cloudformation.send(new UpdateStackCommand(input))
    : await cloudformation.send(new CreateStackCommand(input));
  await orrery.kernel.engine(deployments).settled(StackId);
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  assert.match(Stacks?.[0]?.StackStatus ?? '', /^(CREATE|UPDATE)_COMPLETE/, Stacks?.[0]?.StackStatusReason);
  return Object.fromEntries(
    (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

test('a stack makes a FIFO topic and a filtered subscription, and changes them', async () => {
  const resources = (policy: object, scope: string, mail: string) => ({
    Topic: {
      Type: 'AWS::SNS::Topic',
      Properties: { FifoTopic: true, ContentBasedDeduplication: true, Tags: [{ Key: 'mail', Value: mail }] },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Policy: queuePolicy,
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        RawMessageDelivery: true,
        FilterPolicy: policy,
        FilterPolicyScope: scope,
      },
    },
  });
  const made = await deploy('fifo', resources({ kind: ['order'] }, 'MessageAttributes', 'a'));
  assert.match(made.Topic ?? '', /\.fifo$/);
  const kind = { DataType: 'String', StringValue: 'order' };
  for (const MessageAttributes of [{ kind }, {}] as Record<string, typeof kind>[])
    await sns.send(
      new PublishCommand({
        TopicArn: made.Topic,
        Message: `${Object.keys(MessageAttributes).length} attributes`,
        MessageGroupId: 'g',
        MessageAttributes,
      }),
    );
  await orrery.clock.wind(0);
  const { Messages } = await orrery
    .client(SQSClient)
    .send(new ReceiveMessageCommand({ QueueUrl: made.Queue, MaxNumberOfMessages: 10 }));
  assert.deepEqual(
    Messages?.map(({ Body }) => Body),
    ['1 attributes'],
  );
  await deploy('fifo', resources({ order: { kind: ['new'] } }, 'MessageBody', 'b'), true);
  const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: made.Subscription }));
  assert.deepEqual(
    [Attributes?.FilterPolicy, Attributes?.FilterPolicyScope],
    ['{"order":{"kind":["new"]}}', 'MessageBody'],
  );
  const { Tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: made.Topic }));
  assert.equal(Tags?.find(({ Key }) => Key === 'mail')?.Value, 'b');
});

test('subscriptions inside a topic come and go with the template', async () => {
  const topic = (...Endpoints: string[]) => ({
    Topic: {
      Type: 'AWS::SNS::Topic',
      Properties: { Subscription: Endpoints.map((Endpoint) => ({ Protocol: 'sqs', Endpoint })) },
    },
  });
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const { Topic: TopicArn } = await deploy('inside', topic(arn('a'), arn('b')));
  await deploy('inside', topic(arn('b'), arn('c')), true);
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  assert.deepEqual(Subscriptions?.map(({ Endpoint }) => Endpoint).sort(), [arn('b'), arn('c')]);
});

test('a function is given the message as a record of an event', async () => {
  const made = await deploy('function', {
    Topic: { Type: 'AWS::SNS::Topic' },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: {
          ZipFile:
            'let last; exports.handler = async (event) => { if (!event.Records) return last; last = event.Records[0]; };',
        },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Fn' },
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
        SourceArn: { Ref: 'Topic' },
      },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        Protocol: 'lambda',
        Endpoint: { 'Fn::GetAtt': ['Fn', 'Arn'] },
      },
    },
  });
  await sns.send(new PublishCommand({ TopicArn: made.Topic, Message: 'to a function' }));
  await orrery.clock.wind(0);
  const { Payload } = await orrery
    .client(LambdaClient)
    .send(new InvokeCommand({ FunctionName: made.Fn, Payload: Buffer.from('{}') }));
  const record = JSON.parse(Buffer.from(Payload ?? []).toString()) as {
    EventSource: string;
    EventSubscriptionArn: string;
    Sns: Record<string, unknown>;
  };
  assert.deepEqual([record.EventSource, record.EventSubscriptionArn], ['aws:sns', made.Subscription]);
  const { Type, TopicArn, Subject, Message, MessageAttributes, SigningCertUrl, UnsubscribeUrl } = record.Sns;
  assert.deepEqual(
    [Type, TopicArn, Subject, Message, MessageAttributes],
    ['Notification', made.Topic, null, 'to a function', {}],
  );
  assert.ok(SigningCertUrl && UnsubscribeUrl);
});
