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
import {
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { refusedAs } from './s3.fixture.ts';

describe('AWS::S3::Bucket', () => {
  let orrery: Orrery;
  let s3: S3Client;
  let cloudformation: CloudFormationClient;
  before(async () => {
    orrery = await startOrrery({ services: ['s3', 'iam', 'sts', 'cloudformation'] });
    s3 = orrery.client(S3Client);
    cloudformation = orrery.client(CloudFormationClient);
  });
  after(() => orrery.stop());

  const template = (Properties: object) =>
    JSON.stringify({
      Resources: {
        Logs: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'logs-of-stack' } },
        Site: {
          Type: 'AWS::S3::Bucket',
          DependsOn: 'Logs',
          Properties: { BucketName: 'site-of-stack', ...Properties },
        },
      },
    });

  /** Winds until the stack is no longer in progress. */
  async function settled(StackName: string): Promise<string | undefined> {
    for (let turn = 0; turn < 50; turn += 1) {
      await orrery.clock.wind(1000);
      const status = (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
      if (status && !status.endsWith('IN_PROGRESS')) return status;
    }
    return assert.fail('the stack never settled');
  }

  const Bucket = 'site-of-stack';
  const whole = {
    VersioningConfiguration: { Status: 'Enabled' },
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
    },
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'cool',
          Status: 'Enabled',
          Prefix: 'logs/',
          Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 90 }],
          ExpirationInDays: 365,
          NoncurrentVersionTransitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }],
        },
        { Id: 'uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      ],
    },
    CorsConfiguration: {
      CorsRules: [{ Id: 'all', AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposedHeaders: ['ETag'], MaxAge: 60 }],
    },
    WebsiteConfiguration: {
      IndexDocument: 'index.html',
      ErrorDocument: 'error.html',
      RoutingRules: [{ RedirectRule: { ReplaceKeyWith: 'x' }, RoutingRuleCondition: { KeyPrefixEquals: 'old' } }],
    },
    LoggingConfiguration: { DestinationBucketName: 'logs-of-stack', LogFilePrefix: 'site/' },
    Tags: [{ Key: 'team', Value: 'kitchen' }],
  };

  test('every configuration of the template reaches the bucket', async () => {
    await cloudformation.send(new CreateStackCommand({ StackName: 'site', TemplateBody: template(whole) }));
    const status = await settled('site');
    if (status !== 'CREATE_COMPLETE') {
      const { StackEvents } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'site' }));
      assert.fail(JSON.stringify(StackEvents?.map((event) => event.ResourceStatusReason).filter(Boolean)));
    }
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, 'Enabled');
    assert.equal(
      (await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).ObjectLockConfiguration?.Rule?.DefaultRetention
        ?.Days,
      1,
    );
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.deepEqual(Rules, [
      {
        ID: 'cool',
        Status: 'Enabled',
        Filter: { Prefix: 'logs/' },
        Expiration: { Days: 365 },
        Transitions: [{ Days: 90, StorageClass: 'GLACIER' }],
        NoncurrentVersionTransitions: [{ NoncurrentDays: 30, StorageClass: 'STANDARD_IA' }],
      },
      {
        ID: 'uploads',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ]);
    const { CORSRules } = await s3.send(new GetBucketCorsCommand({ Bucket }));
    assert.deepEqual(CORSRules, [
      { ID: 'all', AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposeHeaders: ['ETag'], MaxAgeSeconds: 60 },
    ]);
    const website = await s3.send(new GetBucketWebsiteCommand({ Bucket }));
    assert.deepEqual(
      [website.IndexDocument, website.RoutingRules?.[0]?.Redirect?.ReplaceKeyWith],
      [{ Suffix: 'index.html' }, 'x'],
    );
    assert.deepEqual((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, {
      TargetBucket: 'logs-of-stack',
      TargetPrefix: 'site/',
    });
    const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    assert.deepEqual(
      TagSet?.find(({ Key }) => Key === 'team'),
      { Key: 'team', Value: 'kitchen' },
    );
  });

  test('what the template no longer has is taken away, and the rest stays', async () => {
    const { CorsConfiguration: _cors, WebsiteConfiguration: _site, LoggingConfiguration: _log, ...rest } = whole;
    await cloudformation.send(new UpdateStackCommand({ StackName: 'site', TemplateBody: template(rest) }));
    assert.equal(await settled('site'), 'UPDATE_COMPLETE');
    await refusedAs(s3.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404);
    await refusedAs(s3.send(new GetBucketWebsiteCommand({ Bucket })), 'NoSuchWebsiteConfiguration', 404);
    assert.equal((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, undefined);
    assert.equal((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules?.length, 2);
  });

  test('a deleted stack takes its bucket along', async () => {
    await cloudformation.send(new DeleteStackCommand({ StackName: 'site' }));
    await orrery.clock.wind(10_000);
    await refusedAs(s3.send(new HeadBucketCommand({ Bucket })), 'NotFound', 404);
  });
});
