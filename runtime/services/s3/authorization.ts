import type { Access, Context } from '../../kernel/service.ts';
import { parseCopySource } from './operations/objects.ts';
import { isPublic } from './operations/configurations.ts';
import { bucketArn, buckets, publicAccessBlock } from './state.ts';

/** "Actions, resources, and condition keys for Amazon S3": actions that are not named like their operation. */
const actions: Record<string, string> = {
  AbortMultipartUpload: 'AbortMultipartUpload',
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketTagging: 'PutBucketTagging',
  DeleteObjects: 'DeleteObject',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketCors: 'GetBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBuckets: 'ListAllMyBuckets',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjectVersions: 'ListBucketVersions',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListParts: 'ListMultipartUploadParts',
  PutBucketCors: 'PutBucketCORS',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
};

/** Actions that have a form of their own when a version is named. */
const versioned = new Set(['GetObject', 'DeleteObject', 'GetObjectTagging', 'PutObjectTagging', 'DeleteObjectTagging']);

export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const name = actions[operation] ?? operation;
  if (operation === 'ListBuckets') return { action: 's3:ListAllMyBuckets', resource: '*' };
  const key = input.Key as string | undefined;
  const action = `s3:${name}${input.VersionId !== undefined && versioned.has(name) ? 'Version' : ''}`;
  const main = access(ctx, action, input.Bucket as string, key, conditionsOf(input));
  if (operation === 'DeleteObjects') return deletions(ctx, input);
  const source = input.CopySource as string | undefined;
  if (source === undefined) return main;
  const from = parseCopySource(source);
  return [main, access(ctx, from.VersionId ? 's3:GetObjectVersion' : 's3:GetObject', from.Bucket, from.Key)];
}

function deletions(ctx: Context, input: Record<string, unknown>): Access[] {
  const objects = (input.Delete as { Objects?: { Key?: string; VersionId?: string }[] } | undefined)?.Objects ?? [];
  return objects.map(({ Key, VersionId }) => access(ctx, VersionId ? 's3:DeleteObjectVersion' : 's3:DeleteObject', input.Bucket as string, Key));
}

function access(ctx: Context, action: string, bucketName: string, key?: string, conditions?: Record<string, string>): Access {
  const bucket = buckets(ctx).get(bucketName);
  const restricted = bucket?.policy !== undefined && publicAccessBlock(bucket).RestrictPublicBuckets && ctx.principal.kind === 'anonymous' && isPublic(JSON.parse(bucket.policy) as object);
  return {
    action,
    resource: key === undefined ? bucketArn(bucketName) : `${bucketArn(bucketName)}/${key}`,
    ...(bucket?.policy && !restricted ? { resourcePolicy: bucket.policy } : {}),
    ...(bucket ? { resourceAccount: bucket.account } : {}),
    ...(conditions ? { conditions } : {}),
  };
}

function conditionsOf(input: Record<string, unknown>): Record<string, string> {
  const named: Record<string, unknown> = {
    's3:prefix': input.Prefix,
    's3:delimiter': input.Delimiter,
    's3:max-keys': input.MaxKeys,
    's3:x-amz-acl': input.ACL,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-storage-class': input.StorageClass,
    's3:VersionId': input.VersionId,
  };
  return Object.fromEntries(Object.entries(named).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
}
