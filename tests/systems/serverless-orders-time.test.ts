import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventually, type System, startSystem } from './system-fixture.ts';

const day = 86_400_000;

describe('serverless-orders over forty days', () => {
  let system: System;

  before(async () => {
    system = await startSystem('serverless-orders');
  });
  after(() => system?.stop());

  const value = (output: string): string =>
    system.outputs[output]?.value ?? assert.fail(`the stack has no output ${output}`);

  test('S-B7 S-B9 winding forty days expires the receipt but not the order, empties old logs, runs lifecycles and settles alarms', async () => {
    const answer = await system.fetch(`${value('SiteUrl')}/api/orders`, {
      method: 'POST',
      body: {
        customer: { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000' },
        items: [{ sku: 'oysters', quantity: 1 }],
      },
    });
    const { orderId } = answer.json<{ orderId: string }>();
    const item = async (pk: string) =>
      (
        await system
          .client(DynamoDBClient)
          .send(new GetItemCommand({ TableName: value('OrdersTableName'), Key: { pk: { S: pk } } }))
      ).Item;
    await eventually('the order is stored', () => item(`order#${orderId}`));
    assert.ok(await item(`receipt#${orderId}`));

    const s3 = system.client(S3Client);
    const Bucket = value('SiteBucketName');
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'old/' }, Expiration: { Days: 30 } }],
        },
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'old/menu.txt', Body: 'last season' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'new/menu.txt', Body: 'this season' }));

    const logs = system.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const count = async (): Promise<number> => {
      const pages = await Promise.all(
        logGroups.map(({ logGroupName }) => logs.send(new FilterLogEventsCommand({ logGroupName }))),
      );
      return pages.reduce((sum, { events = [] }) => sum + events.length, 0);
    };
    await eventually('log lines are there', async () => ((await count()) > 0 ? true : undefined));
    const retention = Math.max(...logGroups.map((group) => group.retentionInDays ?? 0));

    await system
      .client(SQSClient)
      .send(new SendMessageCommand({ QueueUrl: value('DeadLetterQueueUrl'), MessageBody: 'left behind' }));
    const alarms = async () =>
      (await system.client(CloudWatchClient).send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }))).MetricAlarms ??
      [];
    await system.clock.wind(10 * 60_000);
    assert.ok((await alarms()).some((alarm) => alarm.MetricName === 'ApproximateNumberOfMessagesVisible'));

    await system.clock.wind(40 * day);
    assert.equal(await item(`receipt#${orderId}`), undefined);
    assert.ok(await item(`order#${orderId}`));
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'old/menu.txt' })), { name: 'NoSuchKey' });
    await s3.send(new GetObjectCommand({ Bucket, Key: 'new/menu.txt' }));
    if (retention <= 40) assert.equal(await count(), 0);
    // The message left the dead-letter queue when its retention was over, and the alarm followed.
    assert.deepEqual(await alarms(), []);
  });
});
