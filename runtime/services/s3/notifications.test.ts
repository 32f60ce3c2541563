import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, put, refusedAs } from './s3.fixture.ts';

describe('event notifications', () => {
  const Bucket = 'telling';
  const QueueArn = 'arn:aws:sqs:us-east-1:000000000000:told';
  let orrery: Orrery;
  let s3: S3Client;
  let sqs: SQSClient;
  let QueueUrl: string | undefined;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts', 'sqs'] });
    s3 = await bucketIn(orrery, Bucket);
    sqs = orrery.client(SQSClient);
    ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'told' })));
  });
  after(() => orrery.stop());

  const configure = (Events: Event[], rules: { Name: 'prefix' | 'suffix'; Value: string }[] = []) =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [{ Id: 'told', QueueArn, Events, Filter: { Key: { FilterRules: rules } } }],
        },
      }),
    );
  const allow = () => {
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QueueArn,
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${Bucket}` } },
      },
    ];
    return sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl,
        Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
      }),
    );
  };
  async function told(): Promise<
    { eventName: string; s3: { bucket: { name: string }; object: { key: string; size: number; sequencer: string } } }[]
  > {
    await orrery.clock.wind(0);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const records = (Messages ?? []).flatMap(
      (message) => (JSON.parse(message.Body ?? '{}') as { Records?: [] }).Records ?? [],
    );
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await orrery.clock.wind(61_000);
    return records;
  }

  test('a destination that does not let S3 in is refused when it is configured, and nothing is changed', async () => {
    const refusal = await refusedAs(configure(['s3:ObjectCreated:*']), 'InvalidArgument', 400);
    assert.equal(refusal.message, 'Unable to validate the following destination configurations');
    assert.equal(
      (await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).QueueConfigurations,
      undefined,
    );
  });

  test('puts, copies and deletes are told with key, size and order', async () => {
    await allow();
    await configure(['s3:ObjectCreated:*', 's3:ObjectRemoved:*']);
    const test = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    assert.equal(JSON.parse(test.Messages?.[0]?.Body ?? '{}').Event, 's3:TestEvent');
    await told();
    await put(s3, Bucket, 'a dish/soup+.txt', 'tomato');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a%20dish/soup%2B.txt` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    const records = (await told()).sort((one, other) => (one.s3.object.sequencer < other.s3.object.sequencer ? -1 : 1));
    assert.deepEqual(records.map((record) => record.eventName).sort(), [
      'ObjectCreated:Copy',
      'ObjectCreated:Put',
      'ObjectRemoved:Delete',
    ]);
    assert.deepEqual(
      [records[0]?.s3.object.key, records[0]?.s3.object.size, records[0]?.s3.bucket.name],
      ['a+dish/soup%2B.txt', 6, Bucket],
    );
  });

  test('prefix, suffix and kind of event narrow what is told', async () => {
    await configure(
      ['s3:ObjectCreated:Put'],
      [
        { Name: 'prefix', Value: 'images/' },
        { Name: 'suffix', Value: '.jpg' },
      ],
    );
    await told();
    for (const key of ['images/a.jpg', 'images/a.png', 'other/a.jpg']) await put(s3, Bucket, key);
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'images/b.jpg', CopySource: `${Bucket}/images/a.jpg` }));
    assert.deepEqual(
      (await told()).map((record) => record.s3.object.key),
      ['images/a.jpg'],
    );
  });
});
