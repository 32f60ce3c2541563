import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { lifecycleOf } from './lifecycle-rules.ts';
import { notificationsOf } from './notification-targets.ts';

interface BucketProperties {
  BucketName?: string;
  VersioningConfiguration?: { Status?: string };
  BucketEncryption?: { ServerSideEncryptionConfiguration?: { ServerSideEncryptionByDefault?: object; BucketKeyEnabled?: boolean }[] };
  PublicAccessBlockConfiguration?: object;
  OwnershipControls?: { Rules?: object[] };
  LifecycleConfiguration?: { Rules?: Record<string, unknown>[] };
  LoggingConfiguration?: { DestinationBucketName?: string; LogFilePrefix?: string };
  CorsConfiguration?: { CorsRules?: Record<string, unknown>[] };
  NotificationConfiguration?: Record<string, unknown>;
  Tags?: { Key: string; Value: string }[];
}

export const Bucket = defineResource<BucketProperties>({
  type: 'AWS::S3::Bucket',
  properties: {
    BucketName: 'executed',
    VersioningConfiguration: 'executed',
    BucketEncryption: 'stored',
    PublicAccessBlockConfiguration: 'executed',
    OwnershipControls: 'stored',
    LifecycleConfiguration: 'executed',
    'LifecycleConfiguration.Rules.Transitions': 'stored',
    'LifecycleConfiguration.Rules.Transition': 'stored',
    'LifecycleConfiguration.Rules.NoncurrentVersionTransitions': 'stored',
    'LifecycleConfiguration.Rules.NoncurrentVersionTransition': 'stored',
    LoggingConfiguration: 'stored',
    CorsConfiguration: 'stored',
    NotificationConfiguration: 'executed',
    'NotificationConfiguration.EventBridgeConfiguration': { refused: 'events of buckets do not reach EventBridge yet.' },
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const Bucket = properties.BucketName ?? ctx.generateName({ maxLength: 63, lowerCase: true });
    await ctx.call('s3', 'CreateBucket', { Bucket, ...(ctx.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: ctx.region } }) });
    try {
      await configure(ctx, Bucket, properties, {});
    } catch (error) {
      await ctx.call('s3', 'DeleteBucket', { Bucket });
      throw error;
    }
    return state(ctx, Bucket);
  },
  async update(ctx, Bucket, properties, previous) {
    await configure(ctx, Bucket, properties, previous);
    return state(ctx, Bucket);
  },
  async delete(ctx, Bucket) {
    try {
      await ctx.call('s3', 'DeleteBucket', { Bucket });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NoSuchBucket') throw error;
    }
  },
  async read(ctx, Bucket) {
    const { Status } = await ctx.call<{ Status?: string }>('s3', 'GetBucketVersioning', { Bucket });
    return { BucketName: Bucket, ...(Status ? { VersioningConfiguration: { Status } } : {}) };
  },
});

/** Each configuration that the template has is put; one it had before and has no more is taken away. */
async function configure(ctx: ResourceContext, Bucket: string, now: BucketProperties, before: BucketProperties): Promise<void> {
  const call = (operation: string, input: object = {}): Promise<unknown> => ctx.call('s3', operation, { Bucket, ...input });
  if (now.VersioningConfiguration) await call('PutBucketVersioning', { VersioningConfiguration: now.VersioningConfiguration });
  else if (before.VersioningConfiguration) await call('PutBucketVersioning', { VersioningConfiguration: { Status: 'Suspended' } });
  if (now.OwnershipControls) await call('PutBucketOwnershipControls', { OwnershipControls: now.OwnershipControls });
  if (now.PublicAccessBlockConfiguration) await call('PutPublicAccessBlock', { PublicAccessBlockConfiguration: now.PublicAccessBlockConfiguration });
  if (now.BucketEncryption) await call('PutBucketEncryption', { ServerSideEncryptionConfiguration: encryptionOf(now) });
  if (now.LifecycleConfiguration) await call('PutBucketLifecycleConfiguration', { LifecycleConfiguration: lifecycleOf(now.LifecycleConfiguration.Rules ?? []) });
  else if (before.LifecycleConfiguration) await call('DeleteBucketLifecycle');
  if (now.CorsConfiguration) await call('PutBucketCors', { CORSConfiguration: corsOf(now) });
  else if (before.CorsConfiguration) await call('DeleteBucketCors');
  if (now.LoggingConfiguration || before.LoggingConfiguration) await call('PutBucketLogging', { BucketLoggingStatus: loggingOf(now, Bucket) });
  if (now.NotificationConfiguration || before.NotificationConfiguration) {
    await call('PutBucketNotificationConfiguration', { NotificationConfiguration: notificationsOf(now.NotificationConfiguration ?? {}) });
  }
  const tags = tagListOf(ctx, now.Tags);
  if (tags.length > 0) await call('PutBucketTagging', { Tagging: { TagSet: tags } });
}

function encryptionOf({ BucketEncryption }: BucketProperties): object {
  const rules = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  return { Rules: rules.map((rule) => ({ ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault, BucketKeyEnabled: rule.BucketKeyEnabled })) };
}

function corsOf({ CorsConfiguration }: BucketProperties): object {
  const rules = CorsConfiguration?.CorsRules ?? [];
  return { CORSRules: rules.map(({ Id, MaxAge, ExposedHeaders, ...rule }) => ({ ...rule, ID: Id, MaxAgeSeconds: MaxAge, ExposeHeaders: ExposedHeaders })) };
}

function loggingOf({ LoggingConfiguration }: BucketProperties, own: string): object {
  if (!LoggingConfiguration) return {};
  return { LoggingEnabled: { TargetBucket: LoggingConfiguration.DestinationBucketName ?? own, TargetPrefix: LoggingConfiguration.LogFilePrefix ?? '' } };
}

function state(ctx: ResourceContext, Bucket: string): ResourceState {
  return {
    physicalId: Bucket,
    attributes: {
      Arn: `arn:aws:s3:::${Bucket}`,
      DomainName: `${Bucket}.s3.amazonaws.com`,
      RegionalDomainName: `${Bucket}.s3.${ctx.region}.amazonaws.com`,
      DualStackDomainName: `${Bucket}.s3.dualstack.${ctx.region}.amazonaws.com`,
      WebsiteURL: `http://${Bucket}.s3-website-${ctx.region}.amazonaws.com`,
    },
  };
}
