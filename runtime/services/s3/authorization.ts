import { isPublicPolicy } from '../../engines/iam/public-policy.ts';
import { isOlderQuery } from '../../engines/signature/older-query.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { type CopySource, parseCopySource, peekObject } from './behaviour/find-object.ts';
import { metaOf } from './behaviour/presentation.ts';
import { wireHeaders } from './behaviour/wire-headers.ts';
import { s3Error } from './errors.ts';
import { type Bucket, bucketArn, buckets, publicAccessBlock } from './state.ts';

/** "Actions, resources, and condition keys for Amazon S3": actions that are not named like their operation. */
const actions: Record<string, string> = lookupTable({
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketTagging: 'PutBucketTagging',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetBucketCors: 'GetBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetBucketReplication: 'GetReplicationConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBucketAnalyticsConfigurations: 'GetAnalyticsConfiguration',
  ListBucketIntelligentTieringConfigurations: 'GetIntelligentTieringConfiguration',
  ListBucketInventoryConfigurations: 'GetInventoryConfiguration',
  ListBucketMetricsConfigurations: 'GetMetricsConfiguration',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjectVersions: 'ListBucketVersions',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListParts: 'ListMultipartUploadParts',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  PutBucketCors: 'PutBucketCORS',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
});

/** Actions that have a form of their own when a version is named. */
const versioned: Record<string, string> = lookupTable({
  DeleteObject: 'DeleteObjectVersion',
  DeleteObjectTagging: 'DeleteObjectVersionTagging',
  GetObject: 'GetObjectVersion',
  GetObjectAcl: 'GetObjectVersionAcl',
  GetObjectAttributes: 'GetObjectVersionAttributes',
  GetObjectTagging: 'GetObjectVersionTagging',
  PutObjectAcl: 'PutObjectVersionAcl',
  PutObjectTagging: 'PutObjectVersionTagging',
});

type Input = Record<string, unknown>;

export function authorize(operation: string, input: Input, ctx: Context): Access | Access[] {
  if (operation === 'ListBuckets') return { action: 's3:ListAllMyBuckets', resource: '*' };
  const bucket = input.Bucket as string;
  if (operation === 'CreateBucket')
    return { action: 's3:CreateBucket', resource: bucketArn(bucket), conditions: conditionsOf(input, ctx) };
  checkPlace(operation, bucket, input, ctx);
  // DeleteObjects decides key by key, and tells of each in its answer.
  if (operation === 'DeleteObjects') return [];
  const name = actions[operation] ?? operation;
  const version = input.VersionId === undefined ? undefined : versioned[name];
  const main = access(ctx, `s3:${version ?? name}`, bucket, input.Key as string | undefined, input);
  return [main, ...additional(operation, input, ctx)];
}

/** Missing buckets are told to everybody; requests signed for another region are shown the way. */
function checkPlace(operation: string, name: string, input: Input, ctx: Context): void {
  if (name === undefined) return;
  const bucket = buckets(ctx).get(name);
  if (!bucket) throw s3Error('NoSuchBucket', { BucketName: name });
  const { ExpectedBucketOwner: owner, ExpectedSourceBucketOwner: sourceOwner } = input;
  if (owner !== undefined && owner !== bucket.account) throw s3Error('AccessDenied');
  if (sourceOwner !== undefined && typeof input.CopySource === 'string') {
    if (buckets(ctx).get(parseCopySource(input.CopySource).Bucket)?.account !== sourceOwner)
      throw s3Error('AccessDenied');
  }
  const elsewhere = ctx.origin === 'wire' && ctx.principal.kind !== 'anonymous' && ctx.region !== bucket.region;
  // Signatures before version 4 name no region.
  if (elsewhere && !isOlderQuery(ctx.http?.url ?? '') && operation !== 'GetBucketLocation') {
    throw s3Error('PermanentRedirect', {
      Endpoint: `${name}.s3.${bucket.region}.amazonaws.com`,
      Bucket: name,
      Region: bucket.region,
    });
  }
}

/** Permissions that a header or a source asks for besides the operation's own ("Required permissions for S3 API operations"). */
function additional(operation: string, input: Input, ctx: Context): Access[] {
  const more: Access[] = [];
  const here = (action: string): number =>
    more.push(access(ctx, action, input.Bucket as string, input.Key as string, input));
  const writes = operation === 'PutObject' || operation === 'CopyObject' || operation === 'CreateMultipartUpload';
  if (writes && input.Tagging) here('s3:PutObjectTagging');
  // AWS's services that deliver logs need PutObject alone, with this ACL ("Amazon S3 bucket permissions for flow logs").
  const delivers = ctx.principal.kind === 'service' && input.ACL === 'bucket-owner-full-control';
  if (writes && input.ACL !== undefined && !delivers) here('s3:PutObjectAcl');
  if (writes && input.ObjectLockMode) here('s3:PutObjectRetention');
  if (writes && input.ObjectLockLegalHoldStatus) here('s3:PutObjectLegalHold');
  if (operation === 'GetObjectAttributes') here(input.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion');
  if (typeof input.CopySource === 'string') {
    const from = parseCopySource(input.CopySource);
    if (!buckets(ctx).has(from.Bucket)) throw s3Error('NoSuchBucket', { BucketName: from.Bucket });
    const suffix = from.VersionId === undefined ? '' : 'Version';
    more.push(access(ctx, `s3:GetObject${suffix}`, from.Bucket, from.Key));
    if (operation === 'CopyObject' && input.TaggingDirective !== 'REPLACE' && hasTags(ctx, from)) {
      more.push(access(ctx, `s3:GetObject${suffix}Tagging`, from.Bucket, from.Key));
      here('s3:PutObjectTagging');
    }
  }
  return more;
}

function hasTags(ctx: Context, from: CopySource): boolean {
  if (ctx.principal.kind === 'root') return false;
  const object = peekObject(ctx, from);
  return object !== undefined && (metaOf(object).tags?.length ?? 0) > 0;
}

export function access(ctx: Context, action: string, bucketName: string, key?: string, input?: Input): Access {
  const bucket = buckets(ctx).get(bucketName);
  const policy = bucket && !isRestricted(ctx, bucket) ? bucket.policy : undefined;
  return {
    action,
    resource: key === undefined ? bucketArn(bucketName) : `${bucketArn(bucketName)}/${key}`,
    ...(policy === undefined ? {} : { resourcePolicy: policy }),
    ...(bucket ? { resourceAccount: bucket.account } : {}),
    // Worked out only when a policy asks for a key: the tags of the object are a look into the store.
    get conditions() {
      return {
        ...conditionsOf(input ?? {}, ctx),
        ...existingTags(ctx, action, bucketName, key, input?.VersionId as string | undefined),
      };
    },
  };
}

/** "RestrictPublicBuckets": a public policy lets in only the bucket owner's principals and AWS services. */
function isRestricted(ctx: Context, bucket: Bucket): boolean {
  const { principal } = ctx;
  if (bucket.policy === undefined || !publicAccessBlock(bucket).RestrictPublicBuckets || principal.kind === 'service')
    return false;
  if (principal.kind !== 'anonymous' && principal.account === bucket.account) return false;
  return isPublicPolicy(bucket.policy);
}

const named: [condition: string, member: string][] = [
  ['s3:prefix', 'Prefix'],
  ['s3:delimiter', 'Delimiter'],
  ['s3:max-keys', 'MaxKeys'],
  ['s3:versionid', 'VersionId'],
  ['s3:x-amz-acl', 'ACL'],
  ['s3:x-amz-copy-source', 'CopySource'],
  ['s3:x-amz-metadata-directive', 'MetadataDirective'],
  ['s3:x-amz-object-ownership', 'ObjectOwnership'],
  ['s3:x-amz-server-side-encryption', 'ServerSideEncryption'],
  ['s3:x-amz-server-side-encryption-aws-kms-key-id', 'SSEKMSKeyId'],
  ['s3:x-amz-server-side-encryption-customer-algorithm', 'SSECustomerAlgorithm'],
  ['s3:x-amz-storage-class', 'StorageClass'],
  ['s3:x-amz-website-redirect-location', 'WebsiteRedirectLocation'],
  ['s3:object-lock-mode', 'ObjectLockMode'],
  ['s3:object-lock-legal-hold', 'ObjectLockLegalHoldStatus'],
  ['s3:if-match', 'IfMatch'],
  ['s3:if-none-match', 'IfNoneMatch'],
];

function conditionsOf(input: Input, ctx: Context): Record<string, string | string[]> {
  const conditions: Record<string, string | string[]> = {};
  for (const [condition, member] of named)
    if (input[member] !== undefined) conditions[condition] = String(input[member]);
  const location = (input.CreateBucketConfiguration as { LocationConstraint?: string } | undefined)?.LocationConstraint;
  if (location) conditions['s3:LocationConstraint'] = location;
  if (typeof input.Tagging === 'string') {
    const tags = [...new URLSearchParams(input.Tagging)];
    for (const [name, value] of tags) conditions[`s3:RequestObjectTag/${name}`] = value;
    conditions['s3:RequestObjectTagKeys'] = tags.map(([name]) => name);
  }
  return { ...conditions, ...signatureKeys(ctx) };
}

/** "Bucket policy examples using condition keys": how the request was signed. */
function signatureKeys(ctx: Context): Record<string, string> {
  const headers = wireHeaders(ctx);
  if (!headers || ctx.principal.kind === 'anonymous') return {};
  const byHeader = headers.authorization !== undefined;
  const content = headers['x-amz-content-sha256'];
  return {
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:authType': byHeader ? 'REST-HEADER' : 'REST-QUERY-STRING',
    ...(content ? { 's3:x-amz-content-sha256': content } : {}),
  };
}

function existingTags(
  ctx: Context,
  action: string,
  bucket: string,
  key: string | undefined,
  versionId: string | undefined,
): Record<string, string> {
  if (key === undefined || !/^s3:(Get|Delete|Put)Object/.test(action) || action === 's3:PutObject') return {};
  const object = peekObject(ctx, { Bucket: bucket, Key: key, VersionId: versionId });
  const tags = object ? (metaOf(object).tags ?? []) : [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [`s3:ExistingObjectTag/${Key}`, Value]));
}
