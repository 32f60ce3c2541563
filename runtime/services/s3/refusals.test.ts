import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  GetBucketReplicationCommand,
  ListBucketInventoryConfigurationsCommand,
  PutBucketAccelerateConfigurationCommand,
  PutBucketAnalyticsConfigurationCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketMetricsConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketRequestPaymentCommand,
  type S3Client,
  SelectObjectContentCommand,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { bucketIn, refusedAs } from './s3.fixture.ts';

describe('what S3 does here and does not', () => {
  const Bucket = 'plain';
  const destination = { Bucket: 'arn:aws:s3:::plain', Format: 'CSV' as const };
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts', 'cloudformation'] });
    s3 = await bucketIn(orrery, Bucket);
  });
  after(() => orrery.stop());

  test('an operation that is not done is refused by its name', async () => {
    const Id = 'all';
    const refusals: [string, Promise<unknown>][] = [
      [
        'PutBucketAccelerateConfiguration',
        s3.send(
          new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status: 'Enabled' } }),
        ),
      ],
      [
        'PutBucketRequestPayment',
        s3.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: 'Requester' } })),
      ],
      [
        'PutBucketAnalyticsConfiguration',
        s3.send(
          new PutBucketAnalyticsConfigurationCommand({
            Bucket,
            Id,
            AnalyticsConfiguration: { Id, StorageClassAnalysis: {} },
          }),
        ),
      ],
      [
        'PutBucketMetricsConfiguration',
        s3.send(new PutBucketMetricsConfigurationCommand({ Bucket, Id, MetricsConfiguration: { Id } })),
      ],
      [
        'PutBucketIntelligentTieringConfiguration',
        s3.send(
          new PutBucketIntelligentTieringConfigurationCommand({
            Bucket,
            Id,
            IntelligentTieringConfiguration: {
              Id,
              Status: 'Enabled',
              Tierings: [{ Days: 90, AccessTier: 'ARCHIVE_ACCESS' }],
            },
          }),
        ),
      ],
      [
        'PutBucketInventoryConfiguration',
        s3.send(
          new PutBucketInventoryConfigurationCommand({
            Bucket,
            Id,
            InventoryConfiguration: {
              Id,
              IsEnabled: true,
              IncludedObjectVersions: 'All',
              Schedule: { Frequency: 'Daily' },
              Destination: { S3BucketDestination: destination },
            },
          }),
        ),
      ],
      [
        'PutBucketReplication',
        s3.send(
          new PutBucketReplicationCommand({
            Bucket,
            ReplicationConfiguration: {
              Role: 'arn:aws:iam::000000000000:role/r',
              Rules: [{ Status: 'Enabled', Prefix: '', Destination: destination }],
            },
          }),
        ),
      ],
      [
        'SelectObjectContent',
        s3.send(
          new SelectObjectContentCommand({
            Bucket,
            Key: 'k',
            Expression: 'select * from s3object',
            ExpressionType: 'SQL',
            InputSerialization: { CSV: {} },
            OutputSerialization: { CSV: {} },
          }),
        ),
      ],
    ];
    for (const [operation, refused] of refusals) {
      const { message } = await refusedAs(refused, 'NotImplemented', 501);
      assert.match(message, new RegExp(operation));
    }
    assert.deepEqual(
      (await s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket }))).InventoryConfigurationList,
      undefined,
    );
    await refusedAs(s3.send(new GetBucketReplicationCommand({ Bucket })), 'ReplicationConfigurationNotFoundError', 404);
  });

  const properties: Record<string, object> = {
    AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
    AnalyticsConfigurations: [{ Id: 'all', StorageClassAnalysis: {} }],
    IntelligentTieringConfigurations: [
      { Id: 'all', Status: 'Enabled', Tierings: [{ AccessTier: 'ARCHIVE_ACCESS', Days: 90 }] },
    ],
    InventoryConfigurations: [
      {
        Id: 'all',
        Enabled: true,
        IncludedObjectVersions: 'All',
        ScheduleFrequency: 'Daily',
        Destination: { BucketArn: 'arn:aws:s3:::x', Format: 'CSV' },
      },
    ],
    MetricsConfigurations: [{ Id: 'all' }],
    ReplicationConfiguration: {
      Role: 'arn:aws:iam::000000000000:role/r',
      Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::x' } }],
    },
    MetadataTableConfiguration: {
      S3TablesDestination: { TableBucketArn: 'arn:aws:s3tables:us-east-1:000000000000:bucket/t', TableName: 't' },
    },
  };
  for (const [name, value] of Object.entries(properties)) {
    test(`a template with ${name} is refused by that name before anything is made`, async () => {
      const cloudformation = orrery.client(CloudFormationClient);
      const TemplateBody = JSON.stringify({
        Resources: {
          Made: { Type: 'AWS::S3::Bucket', Properties: { BucketName: `with-${name.toLowerCase()}`, [name]: value } },
        },
      });
      const StackName = `With${name}`;
      const refusal = await cloudformation
        .send(new CreateStackCommand({ StackName, TemplateBody }))
        .catch((error: Error) => error);
      if (!(refusal instanceof Error)) {
        await orrery.clock.wind(10_000);
        const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
        assert.fail(`${Stacks?.[0]?.StackStatus}`);
      }
      assert.match(refusal.message, new RegExp(name));
    });
  }
});
