import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchClient,
  PutCompositeAlarmCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, EncryptCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Orrery, startOrrery } from '../../tests/runtime-fixture.ts';
import { costReport } from './cost-report.ts';

const hourMs = 3_600_000;

describe('what services charge for', () => {
  let orrery: Orrery;

  before(async () => {
    orrery = await startOrrery();
    // Into the middle of a month, so that no hour belongs to another.
    const now = new Date(orrery.clock.now());
    await orrery.clock.wind(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10) - now.getTime());
  });
  after(() => orrery.stop());

  /** By usage type of one service: what `use` has added, in the price's unit. */
  async function added(service: string, use: () => Promise<unknown>): Promise<Record<string, number>> {
    const amounts = async (): Promise<Record<string, number>> => {
      const { bill } = await costReport(orrery.kernel, { period: 'start' });
      assert.deepEqual(bill.notPriced, []);
      const sums: Record<string, number> = {};
      for (const line of bill.lines)
        if (line.service === service) sums[line.usageType] = (sums[line.usageType] ?? 0) + line.amount;
      return sums;
    };
    const earlier = await amounts();
    await use();
    const now = await amounts();
    const entries = Object.entries(now).map(
      ([usageType, amount]) => [usageType, amount - (earlier[usageType] ?? 0)] as const,
    );
    return Object.fromEntries(entries.filter(([, amount]) => amount > 1e-12));
  }

  /** The hours that `amount` months of something are. */
  function hours(amount: number | undefined): number {
    const now = new Date(orrery.clock.now());
    const days = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate();
    return Math.round((amount ?? 0) * days * 24 * 10) / 10;
  }

  test('S3: PUT, COPY and LIST are dear, GET is cheap, DELETE is free, and so is a stranger who is refused', async () => {
    const s3 = orrery.client(S3Client);
    const Bucket = 'menus';
    const used = await added('s3', async () => {
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'oysters' }));
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
      await s3.send(new ListObjectsV2Command({ Bucket }));
      await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
      await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })));
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
      const stranger = orrery.client(S3Client, { signer: { sign: async (request: object) => request } });
      await assert.rejects(stranger.send(new GetObjectCommand({ Bucket, Key: 'a' })), { name: 'AccessDenied' });
    });
    assert.deepEqual(used, { 'Requests-Tier1': 4, 'Requests-Tier2': 2 });
  });

  test('DynamoDB: units on demand, twice in transactions; capacity by the hour where it is provisioned; backups', async () => {
    const dynamodb = orrery.client(DynamoDBClient);
    const table = (TableName: string) => ({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
    });
    await dynamodb.send(new CreateTableCommand({ ...table('orders'), BillingMode: 'PAY_PER_REQUEST' }));
    const Item = { pk: { S: '1' }, text: { S: 'x'.repeat(1500) } };
    const used = await added('dynamodb', async () => {
      await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item }));
      await dynamodb.send(new GetItemCommand({ TableName: 'orders', Key: { pk: { S: '1' } } }));
      await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'orders', Item } }] }));
    });
    assert.deepEqual(used, { WriteRequestUnits: 2 + 4, ReadRequestUnits: 0.5 });

    const capacity = { ReadCapacityUnits: 5, WriteCapacityUnits: 2 };
    await dynamodb.send(new CreateTableCommand({ ...table('stock'), ProvisionedThroughput: capacity }));
    await dynamodb.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'before' }));
    const stood = await added('dynamodb', () => orrery.clock.wind(10 * hourMs));
    assert.deepEqual(
      [stood['ReadCapacityUnit-Hrs'], stood['WriteCapacityUnit-Hrs']].map((units) => Math.round(units ?? 0)),
      [50, 20],
    );
    // The item, and 100 bytes that index it.
    assert.ok(Math.abs(hours(stood['TimedStorage-ByteHrs']) - 0) < 1 && (stood['TimedStorage-ByteHrs'] ?? 0) > 0);
    assert.ok((stood['TimedBackupStorage-ByteHrs'] ?? 0) > 0);
  });

  test('Logs: bytes with 26 for each event when they come, and compressed while they are kept', async () => {
    const logs = orrery.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: 'g', logStreamName: 's' }));
    const message = 'x'.repeat(974);
    const logEvents = Array.from({ length: 100 }, () => ({ timestamp: orrery.clock.now(), message }));
    const used = await added('logs', () =>
      logs.send(new PutLogEventsCommand({ logGroupName: 'g', logStreamName: 's', logEvents })),
    );
    assert.equal((used['DataProcessing-Bytes'] ?? 0) * 2 ** 30, 100_000);
    const kept = await added('logs', () => orrery.clock.wind(10 * hourMs));
    assert.equal(
      Math.round(hours((kept['TimedStorage-ByteHrs'] ?? 0) * 2 ** 30) / 1000),
      Math.round((15_000 * 10) / 1000),
    );
  });

  test('CloudWatch: alarms by their kind, dashboards, custom metrics for the hours in which values came', async () => {
    const cloudwatch = orrery.client(CloudWatchClient);
    const alarm = {
      Namespace: 'Shop',
      MetricName: 'Late',
      Statistic: 'Sum',
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    } as const;
    await cloudwatch.send(new PutMetricAlarmCommand({ ...alarm, AlarmName: 'minute', Period: 60 }));
    await cloudwatch.send(new PutMetricAlarmCommand({ ...alarm, AlarmName: 'fast', Period: 10 }));
    await cloudwatch.send(
      new PutCompositeAlarmCommand({ AlarmName: 'both', AlarmRule: 'ALARM(minute) AND ALARM(fast)' }),
    );
    await cloudwatch.send(new PutDashboardCommand({ DashboardName: 'shop', DashboardBody: '{"widgets":[]}' }));
    const stood = await added('cloudwatch', () => orrery.clock.wind(5 * hourMs));
    assert.deepEqual(
      Object.fromEntries(Object.entries(stood).map(([usageType, months]) => [usageType, hours(months)])),
      {
        'CW:AlarmMonitorUsage': 5,
        'CW:HighResAlarmMonitorUsage': 5,
        'CW:CompositeAlarmMonitorUsage': 5,
        DashboardsUsageHour: 5,
      },
    );
    const put = () =>
      cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName: 'Late', Value: 1 }] }));
    const measured = await added('cloudwatch', async () => {
      await put();
      await put();
      await orrery.clock.wind(2 * hourMs);
      await put();
    });
    assert.deepEqual([measured['CW:MetricMonitorUsage'], measured['CW:Requests']], [2, 3]);
  });

  test('KMS, Secrets Manager and Parameter Store: keys, secrets and advanced parameters by the hour, calls by the call', async () => {
    const kms = orrery.client(KMSClient);
    const { KeyMetadata: { KeyId } = {} } = await kms.send(new CreateKeyCommand({}));
    const requests = await added('kms', () => kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') })));
    assert.equal(requests['KMS-Requests'], 1);
    assert.equal(hours((await added('kms', () => orrery.clock.wind(4 * hourMs)))['KMS-Keys']), 4);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    assert.equal((await added('kms', () => orrery.clock.wind(4 * hourMs)))['KMS-Keys'], undefined);

    const secrets = orrery.client(SecretsManagerClient);
    const called = await added('secretsmanager', async () => {
      await secrets.send(new CreateSecretCommand({ Name: 'key', SecretString: 'x' }));
      await secrets.send(new GetSecretValueCommand({ SecretId: 'key' }));
      await orrery.clock.wind(4 * hourMs);
    });
    assert.deepEqual([called.AWSSecretsManagerAPIRequest, hours(called['AWSSecretsManager-Secrets'])], [2, 4]);

    const ssm = orrery.client(SSMClient);
    const kept = await added('ssm', async () => {
      await ssm.send(new PutParameterCommand({ Name: 'plain', Type: 'String', Value: 'x' }));
      await ssm.send(new PutParameterCommand({ Name: 'large', Type: 'String', Value: 'x', Tier: 'Advanced' }));
      await orrery.clock.wind(4 * hourMs);
    });
    assert.equal(hours(kept['PS-Advanced-Param-Tier1']), 4);
  });

  test('SNS and EventBridge: each begun 64 KB of what is published', async () => {
    const sns = orrery.client(SNSClient);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'orders' }));
    const Message = 'x'.repeat(64 * 1024 + 1);
    const published = await added('sns', () => sns.send(new PublishCommand({ TopicArn, Message })));
    assert.deepEqual(published, { 'Requests-Tier1': 2 });
    const events = orrery.client(EventBridgeClient);
    const entry = { Source: 'shop', DetailType: 'order', Detail: '{}' };
    const put = await added('events', () => events.send(new PutEventsCommand({ Entries: [entry, entry] })));
    assert.deepEqual(put, { 'Event-64K-Chunks': 2 });
  });
});
