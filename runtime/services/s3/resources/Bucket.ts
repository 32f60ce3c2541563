import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { type BucketProperties, configure } from './bucket-configurations.ts';
import { readBucket } from './bucket-drift.ts';

const notDone = (what: string) => ({ refused: `${what} is not done.` });

export const Bucket = defineResource<BucketProperties>({
  type: 'AWS::S3::Bucket',
  properties: {
    BucketName: 'executed',
    AccessControl: 'executed',
    VersioningConfiguration: 'executed',
    ObjectLockEnabled: 'executed',
    ObjectLockConfiguration: 'executed',
    'ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold': notDone('holding by event'),
    BucketEncryption: 'executed',
    // Bodies under S3's own key are kept as they are; KMS and customer keys do encrypt.
    'BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm': 'stored',
    'BucketEncryption.ServerSideEncryptionConfiguration.BlockedEncryptionTypes': notDone('blocking encryption types'),
    PublicAccessBlockConfiguration: 'executed',
    OwnershipControls: 'executed',
    LifecycleConfiguration: 'executed',
    LoggingConfiguration: 'executed',
    'LoggingConfiguration.TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource': 'stored',
    CorsConfiguration: 'executed',
    WebsiteConfiguration: 'executed',
    NotificationConfiguration: 'executed',
    Tags: 'executed',
    AccelerateConfiguration: notDone('transfer acceleration'),
    AnalyticsConfigurations: notDone('storage class analysis'),
    IntelligentTieringConfigurations: notDone('intelligent tiering'),
    InventoryConfigurations: notDone('inventory'),
    MetricsConfigurations: notDone('request metrics by filter'),
    ReplicationConfiguration: notDone('replication'),
  },
  async create(ctx, properties) {
    const Bucket = properties.BucketName ?? ctx.generateName({ maxLength: 63, lowerCase: true });
    await demandFree(ctx, Bucket);
    await ctx.call('s3', 'CreateBucket', {
      Bucket,
      ...(ctx.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: ctx.region } }),
      ...(properties.AccessControl ? { ACL: kebab(properties.AccessControl) } : {}),
      ...(String(properties.ObjectLockEnabled) === 'true' ? { ObjectLockEnabledForBucket: true } : {}),
      ...ownershipOf(properties),
    });
    try {
      await configure(ctx, Bucket, properties, {});
    } catch (error) {
      await ctx.call('s3', 'DeleteBucket', { Bucket });
      throw error;
    }
    return state(ctx, Bucket);
  },
  async update(ctx, Bucket, properties, previous) {
    if (properties.AccessControl && properties.AccessControl !== previous.AccessControl)
      await ctx.call('s3', 'PutBucketAcl', { Bucket, ACL: kebab(properties.AccessControl) });
    await configure(ctx, Bucket, properties, previous);
    return state(ctx, Bucket);
  },
  async delete(ctx, Bucket) {
    await ctx.call('s3', 'DeleteBucket', { Bucket }).catch(unlessGone);
  },
  read: readBucket,
});

/** In us-east-1 creating one's own bucket again succeeds; a stack must not take it over. */
async function demandFree(ctx: ResourceContext, Bucket: string): Promise<void> {
  const found = await ctx.call('s3', 'GetBucketLocation', { Bucket }).catch(unlessGone);
  if (found) throw new AwsError('BucketAlreadyOwnedByYou', `${Bucket} already exists`, { status: 409 });
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof AwsError) || error.code !== 'NoSuchBucket') throw error;
}

/** The template says BucketOwnerFullControl where the API says bucket-owner-full-control. */
function kebab(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** Whether access control lists are taken is decided when the bucket is made. */
function ownershipOf({ OwnershipControls }: BucketProperties): object {
  const [rule] = (OwnershipControls?.Rules ?? []) as { ObjectOwnership?: string }[];
  return rule?.ObjectOwnership ? { ObjectOwnership: rule.ObjectOwnership } : {};
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
