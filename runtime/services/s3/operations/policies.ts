import type { PutBucketPolicyCommandInput } from '@aws-sdk/client-s3';
import { isPublicPolicy } from '../../../engines/iam/public-policy.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkPolicy } from '../behaviour/policies.ts';
import { s3Error } from '../errors.ts';
import { bucketArn, bucketAt, keepBucket, publicAccessBlock } from '../state.ts';

type BucketInput = { Bucket?: string };

export function PutBucketPolicy(ctx: Context, input: PutBucketPolicyCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const policy = input.Policy ?? '';
  checkPolicy(bucket, policy);
  if (publicAccessBlock(bucket).BlockPublicPolicy && isPublicPolicy(policy)) {
    throw s3Error(
      'AccessDenied',
      {},
      `User: ${describePrincipal(ctx.principal)} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn(bucket.Name)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
    );
  }
  keepBucket(ctx, bucket, { policy });
}

export function GetBucketPolicy(ctx: Context, input: BucketInput) {
  return { Policy: policyOf(ctx, input) };
}

export function GetBucketPolicyStatus(ctx: Context, input: BucketInput) {
  return { PolicyStatus: { IsPublic: isPublicPolicy(policyOf(ctx, input)) } };
}

export function DeleteBucketPolicy(ctx: Context, input: BucketInput) {
  keepBucket(ctx, bucketAt(ctx, input.Bucket), { policy: undefined });
}

function policyOf(ctx: Context, input: BucketInput): string {
  const bucket = bucketAt(ctx, input.Bucket);
  if (bucket.policy === undefined) throw s3Error('NoSuchBucketPolicy', { BucketName: bucket.Name });
  return bucket.policy;
}
