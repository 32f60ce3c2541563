import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';

interface BucketPolicyProperties {
  Bucket: string;
  PolicyDocument: object;
}

export const BucketPolicy = defineResource<BucketPolicyProperties>({
  type: 'AWS::S3::BucketPolicy',
  properties: { Bucket: 'executed', PolicyDocument: 'executed' },
  async create(ctx, { Bucket, PolicyDocument }) {
    await ctx.call('s3', 'PutBucketPolicy', { Bucket, Policy: JSON.stringify(PolicyDocument) });
    return { physicalId: Bucket };
  },
  async update(ctx, physicalId, { Bucket, PolicyDocument }) {
    await ctx.call('s3', 'PutBucketPolicy', { Bucket, Policy: JSON.stringify(PolicyDocument) });
    return { physicalId };
  },
  async delete(ctx, _physicalId, { Bucket }) {
    try {
      await ctx.call('s3', 'DeleteBucketPolicy', { Bucket });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NoSuchBucket') throw error;
    }
  },
  async read(ctx, Bucket) {
    try {
      const { Policy } = await ctx.call<{ Policy: string }>('s3', 'GetBucketPolicy', { Bucket });
      return { Bucket, PolicyDocument: JSON.parse(Policy) as object };
    } catch (error) {
      if (error instanceof AwsError && error.status === 404) return undefined;
      throw error;
    }
  },
});
