import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AddPermissionCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import {
  PutBucketNotificationConfigurationCommand,
  type PutBucketNotificationConfigurationCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LambdaCloud, startLambda } from '../lambda/test-cloud.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

/** "Granting permissions to publish event notification messages to a destination". */
describe('event notifications to topics and functions', () => {
  const Bucket = 'announcing';
  const SourceArn = `arn:aws:s3:::${Bucket}`;
  const queueArn = 'arn:aws:sqs:us-east-1:000000000000:observed';
  let cloud: LambdaCloud;
  let s3: S3Client;
  let sqs: SQSClient;
  let sns: SNSClient;
  let QueueUrl: string | undefined;
  before(async () => {
    cloud = await startLambda({ services: ['iam', 'lambda', 'logs', 'sqs', 'sns', 's3', 'sts'] });
    s3 = await bucketIn(cloud.orrery, Bucket);
    sqs = cloud.orrery.client(SQSClient);
    sns = cloud.orrery.client(SNSClient);
    ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'observed' })));
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: queueArn }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  });
  after(() => cloud.orrery.stop());

  const configure = (
    NotificationConfiguration: PutBucketNotificationConfigurationCommandInput['NotificationConfiguration'],
  ) => s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  async function observed(): Promise<Record<string, unknown>[]> {
    await cloud.orrery.clock.wind(1000);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
  }
  const keysOf = (event: unknown) =>
    (event as { Records: { s3: { object: { key: string } } }[] }).Records.map((record) => record.s3.object.key);
  const filter = (Name: 'prefix' | 'suffix', Value: string) => ({ Key: { FilterRules: [{ Name, Value }] } });

  test('a topic that lets S3 in is sent a test event, then what its filter lets through', async () => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }));
    const topics = {
      TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectCreated:*' as const], Filter: filter('suffix', '.jpg') }],
    };
    await refusedAs(configure(topics), 'InvalidArgument', 400);
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TopicArn,
        Condition: { ArnLike: { 'aws:SourceArn': SourceArn } },
      },
    ];
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement });
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
    await configure(topics);
    const [greeting] = await observed();
    assert.equal(greeting?.Subject, 'Amazon S3 Notification');
    const { Service, Event, Bucket: named, HostId } = JSON.parse(String(greeting?.Message)) as Record<string, string>;
    assert.deepEqual([Service, Event, named, HostId?.length], ['Amazon S3', 's3:TestEvent', Bucket, 76]);
    await put(s3, Bucket, 'photo.jpg');
    await put(s3, Bucket, 'notes.txt');
    const told = await observed();
    assert.deepEqual(
      told.map(({ Message }) => keysOf(JSON.parse(String(Message)))),
      [['photo.jpg']],
    );
  });

  test('a function with a permission for S3 is invoked with what its filter lets through', async () => {
    await cloud.create('thumbnails', 'export const handler = async (event) => event');
    await cloud.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'thumbnails',
        DestinationConfig: { OnSuccess: { Destination: queueArn } },
      }),
    );
    const functions = {
      LambdaFunctionConfigurations: [
        {
          LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:thumbnails',
          Events: ['s3:ObjectCreated:Put' as const],
          Filter: filter('prefix', 'images/'),
        },
      ],
    };
    await refusedAs(configure(functions), 'InvalidArgument', 400);
    await cloud.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'thumbnails',
        StatementId: 's3',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn,
      }),
    );
    await configure(functions);
    assert.deepEqual(await observed(), []);
    await put(s3, Bucket, 'images/plate.png');
    await put(s3, Bucket, 'other/plate.png');
    const [record, ...more] = await observed();
    assert.deepEqual(keysOf(record?.responsePayload), ['images/plate.png']);
    assert.deepEqual(more, []);
  });

  test('a destination that is not there is refused', async () => {
    for (const absent of [
      {
        TopicConfigurations: [
          { TopicArn: 'arn:aws:sns:us-east-1:000000000000:none', Events: ['s3:ObjectCreated:*' as const] },
        ],
      },
      {
        QueueConfigurations: [
          { QueueArn: 'arn:aws:sqs:us-east-1:000000000000:none', Events: ['s3:ObjectCreated:*' as const] },
        ],
      },
      {
        LambdaFunctionConfigurations: [
          {
            LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:none',
            Events: ['s3:ObjectCreated:*' as const],
          },
        ],
      },
    ])
      await refusedAs(configure(absent), 'InvalidArgument', 400);
  });
});
