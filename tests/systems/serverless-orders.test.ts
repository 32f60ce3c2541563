import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { type Answer, eventually, type System, startSystem } from './system-fixture.ts';

const customer = { name: 'Ada Lovelace', email: 'ada@example.com', phone: '+44 20 7946 0000' };

describe('serverless-orders', () => {
  let system: System;

  before(async () => {
    system = await startSystem('serverless-orders');
  });
  after(() => system?.stop());

  const value = (output: string): string =>
    system.outputs[output]?.value ?? assert.fail(`the stack has no output ${output}`);
  const at = (path: string): string => `${value('SiteUrl')}${path}`;

  function placeOrder(
    items: object[] = [{ sku: 'oysters', quantity: 2 }],
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return system.fetch(at('/api/orders'), { method: 'POST', headers, body: { customer, items } });
  }

  function confirmed(orderId: string, withinMs: number): Promise<Record<string, unknown>> {
    return eventually(
      `order ${orderId} is confirmed`,
      async () => {
        const order = (await system.fetch(at(`/api/orders/${orderId}`))).json();
        return order.status === 'confirmed' ? order : undefined;
      },
      withinMs,
    );
  }

  async function queueCounts(output: string): Promise<{ visible: number; inFlight: number }> {
    const { Attributes = {} } = await system
      .client(SQSClient)
      .send(new GetQueueAttributesCommand({ QueueUrl: value(output), AttributeNames: ['All'] }));
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  test('S-A1 S-B1 the site reaches the browser through CloudFront from S3, with its type and its security headers', async () => {
    const page = await system.fetch(at('/'));
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    assert.match(page.text, /<title>/);
    assert.match(page.headers['content-security-policy'] ?? '', /default-src 'none'/);
    assert.match(page.headers['x-cache'] ?? '', /from cloudfront$/);
    const missing = await system.fetch(at('/no-such-page'));
    assert.equal(missing.status, 404);
    assert.match(missing.headers['content-type'] ?? '', /^text\/html/);
  });

  test('S-B1 a second request is answered at the edge though the object is gone, until an invalidation', async () => {
    const s3 = system.client(S3Client);
    const Bucket = value('SiteBucketName');
    const Key = 'edge-test.txt';
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'tide times',
        ContentType: 'text/plain',
        CacheControl: 'max-age=3600',
      }),
    );
    const first = await system.fetch(at(`/${Key}`));
    assert.deepEqual([first.status, first.text, first.headers['x-cache']], [200, 'tide times', 'Miss from cloudfront']);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const second = await system.fetch(at(`/${Key}`));
    assert.deepEqual(
      [second.status, second.text, second.headers['x-cache']],
      [200, 'tide times', 'Hit from cloudfront'],
    );
    await system.client(CloudFrontClient).send(
      new CreateInvalidationCommand({
        DistributionId: value('DistributionId'),
        InvalidationBatch: { CallerReference: 'test', Paths: { Quantity: 1, Items: [`/${Key}`] } },
      }),
    );
    assert.equal((await system.fetch(at(`/${Key}`))).status, 404);
  });

  test('S-B2 S-C4 the bucket refuses everyone but CloudFront: the public, and a user without permission', async () => {
    const Bucket = value('SiteBucketName');
    const direct = await system.fetch(`http://${Bucket}.s3.us-east-1.amazonaws.com/index.html`);
    assert.equal(direct.status, 403);
    assert.match(direct.text, /<Code>AccessDenied<\/Code>/);
    const iam = system.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'stranger' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'stranger' }));
    const stranger = system.client(S3Client, {
      credentials: { accessKeyId: AccessKey?.AccessKeyId, secretAccessKey: AccessKey?.SecretAccessKey },
    });
    await assert.rejects(stranger.send(new GetObjectCommand({ Bucket, Key: 'index.html' })), { name: 'AccessDenied' });
    await assert.rejects(stranger.send(new ListObjectsV2Command({ Bucket })), { name: 'AccessDenied' });
  });

  test('S-A2 S-B3 S-B4 the menu comes through CloudFront, the HTTP API and the handler', async () => {
    const menu = await system.fetch(at('/api/menu'));
    assert.equal(menu.status, 200);
    const { items } = menu.json<{ items: { sku: string; name: string; price: number }[] }>();
    assert.ok(items.length > 5 && items.every((item) => item.sku && item.name && Number.isInteger(item.price)));
    assert.ok(menu.headers['apigw-requestid']);
    const direct = await system.fetch(`${value('ApiUrl').replace(/\/$/, '')}/api/menu`);
    assert.equal(direct.status, 200);
  });

  test('S-A3 S-B5 S-B6 S-B7 an order is accepted, travels the queue and is in the table within two seconds', async () => {
    const answer = await placeOrder([{ sku: 'oysters', quantity: 2 }]);
    assert.equal(answer.status, 202, answer.text);
    const { orderId } = answer.json<{ orderId: string }>();
    const order = await confirmed(orderId, 2000);
    assert.equal(order.total, 2900);
    const dynamodb = system.client(DynamoDBClient);
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: value('OrdersTableName'), Key: { pk: { S: `order#${orderId}` } } }),
    );
    assert.equal(Item?.total?.N, '2900');
  });

  test('S-A2 an order that is malformed is refused with the field and the reason', async () => {
    const answer = await system.fetch(at('/api/orders'), {
      method: 'POST',
      body: { customer: { ...customer, email: 'nobody' }, items: [{ sku: 'no-such-dish', quantity: 0 }] },
    });
    assert.equal(answer.status, 422);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    const fields = answer.json<{ errors: { field: string; detail: string }[] }>().errors.map((error) => error.field);
    assert.ok(fields.includes('customer.email') && fields.includes('items[0].sku'), JSON.stringify(fields));
  });

  test('S-A3 a retry with the same Idempotency-Key never orders twice', async () => {
    const headers = { 'idempotency-key': 'retry-after-a-lost-answer' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => placeOrder([{ sku: 'chowder', quantity: 1 }], headers)),
    );
    const ids = new Set(answers.map((answer) => answer.json<{ orderId: string }>().orderId));
    assert.deepEqual([ids.size, answers.every((answer) => answer.status === 202)], [1, true]);
  });

  test('S-C1 two hundred orders at once are all accepted, each arrives once, and the backlog drains', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => placeOrder([{ sku: 'chowder', quantity: 1 }])));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [202]);
    const ids = answers.map((answer) => answer.json<{ orderId: string }>().orderId);
    assert.equal(new Set(ids).size, 200);
    await Promise.all(ids.map((id) => confirmed(id, 30_000)));
    const stored = await allOrders();
    for (const id of ids) assert.equal(stored.filter((order) => order === id).length, 1);
    const { visible, inFlight } = await queueCounts('OrdersQueueUrl');
    assert.deepEqual({ visible, inFlight }, { visible: 0, inFlight: 0 });
  });

  async function allOrders(): Promise<string[]> {
    const found: string[] = [];
    let ExclusiveStartKey: Record<string, never> | undefined;
    do {
      const page = await system
        .client(DynamoDBClient)
        .send(new ScanCommand({ TableName: value('OrdersTableName'), ExclusiveStartKey }));
      for (const item of page.Items ?? []) if (item.pk?.S?.startsWith('order#')) found.push(item.pk.S.slice(6));
      ExclusiveStartKey = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (ExclusiveStartKey);
    return found;
  }

  test('S-A4 S-B9 functions and API write their logs, and metrics count what happened', async () => {
    const logs = system.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    assert.ok(logGroups.length >= 4 && logGroups.every((group) => group.retentionInDays));
    const lines = await eventually('REPORT lines and access log lines', async () => {
      const messages: string[] = [];
      for (const { logGroupName } of logGroups) {
        const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
        messages.push(...events.map((event) => event.message ?? ''));
      }
      return messages.some((message) => message.startsWith('REPORT')) &&
        messages.some((message) => message.includes('"routeKey"'))
        ? messages
        : undefined;
    });
    assert.ok(lines.some((line) => /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms/.test(line)));
    const cloudwatch = system.client(CloudWatchClient);
    const sum = async (Namespace: string, MetricName: string): Promise<number> => {
      const dimension =
        Namespace === 'AWS/ApiGateway'
          ? { Name: 'ApiId', Value: new URL(value('ApiUrl')).host.split('.')[0] }
          : { Name: 'QueueName', Value: value('OrdersQueueUrl').split('/').pop() };
      const now = system.clock.now();
      const { Datapoints = [] } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          Dimensions: [dimension],
          StartTime: new Date(now - 3_600_000),
          EndTime: new Date(now + 60_000),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints.reduce((total, point) => total + (point.Sum ?? 0), 0);
    };
    assert.ok((await sum('AWS/ApiGateway', 'Count')) >= 206);
    assert.ok((await sum('AWS/SQS', 'NumberOfMessagesSent')) >= 202);
  });

  test('S-C5 a poison message ends in the dead-letter queue after its receives, raises the alarm, and redrives', async () => {
    const sqs = system.client(SQSClient);
    await sqs.send(new SendMessageCommand({ QueueUrl: value('OrdersQueueUrl'), MessageBody: 'not an order' }));
    for (let turn = 0; turn < 8 && (await queueCounts('DeadLetterQueueUrl')).visible === 0; turn += 1) {
      await eventually('the message has been tried', async () =>
        (await queueCounts('OrdersQueueUrl')).visible === 0 ? true : undefined,
      );
      await system.clock.wind(31_000);
    }
    assert.equal((await queueCounts('DeadLetterQueueUrl')).visible, 1);
    await system.clock.wind(6 * 60_000);
    const { MetricAlarms = [] } = await system
      .client(CloudWatchClient)
      .send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
    assert.ok(
      MetricAlarms.some((alarm) => alarm.MetricName === 'ApproximateNumberOfMessagesVisible'),
      JSON.stringify(MetricAlarms.map((alarm) => alarm.AlarmName)),
    );
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: value('DeadLetterQueueUrl'), AttributeNames: ['QueueArn'] }),
    );
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: Attributes.QueueArn }));
    assert.equal((await queueCounts('DeadLetterQueueUrl')).visible, 0);
  });
});
