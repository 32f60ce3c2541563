import type {
  GetBucketAclCommandInput,
  PutBucketNotificationConfigurationCommandInput,
  PutBucketPolicyCommandInput,
  PutBucketTaggingCommandInput,
  PutBucketVersioningCommandInput,
  PutObjectTaggingCommandInput,
} from '@aws-sdk/client-s3';
import { refused } from '../../../kernel/errors.ts';
import type { Context, OperationHandler } from '../../../kernel/service.ts';
import { deliver } from '../behaviour/notifications.ts';
import { checkTags } from '../behaviour/object-meta.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { metaOf } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt, buckets, publicAccessBlock } from '../state.ts';
import { find } from './objects.ts';

type BucketInput = { Bucket?: string };

function keep(ctx: Context, bucket: Bucket, change: Partial<Bucket>): void {
  buckets(ctx).put(bucket.Name, { ...bucket, ...change });
}

/** Put, get and delete of a configuration that is kept as it is given, in a member of the input and output. */
function configuration(name: string, member: string, missing: string | undefined) {
  const put: OperationHandler = (ctx: Context, input: BucketInput & Record<string, unknown>) => {
    const bucket = bucketAt(ctx, input.Bucket);
    if (input[member] === undefined) throw s3Error('MalformedXML');
    keep(ctx, bucket, { configurations: { ...bucket.configurations, [name]: input[member] } });
  };
  const get: OperationHandler = (ctx: Context, input: BucketInput) => {
    const value = bucketAt(ctx, input.Bucket).configurations[name];
    if (value === undefined && missing) throw s3Error(missing, { BucketName: input.Bucket });
    return { [member]: value };
  };
  const remove: OperationHandler = (ctx: Context, input: BucketInput) => {
    const bucket = bucketAt(ctx, input.Bucket);
    const { [name]: _old, ...configurations } = bucket.configurations;
    keep(ctx, bucket, { configurations });
  };
  return { put, get, remove };
}

/** As above, for configurations whose members are the output itself. */
function flatGet(name: string, missing: string | undefined): OperationHandler {
  return (ctx: Context, input: BucketInput) => {
    const value = bucketAt(ctx, input.Bucket).configurations[name];
    if (value === undefined && missing) throw s3Error(missing, { BucketName: input.Bucket });
    return (value ?? {}) as object;
  };
}

const publicAccess = configuration('publicAccessBlock', 'PublicAccessBlockConfiguration', 'NoSuchPublicAccessBlockConfiguration');
const ownership = configuration('ownership', 'OwnershipControls', 'OwnershipControlsNotFoundError');
const encryption = configuration('encryption', 'ServerSideEncryptionConfiguration', 'ServerSideEncryptionConfigurationNotFoundError');
const lifecycle = configuration('lifecycle', 'LifecycleConfiguration', 'NoSuchLifecycleConfiguration');
const cors = configuration('cors', 'CORSConfiguration', 'NoSuchCORSConfiguration');
const logging = configuration('logging', 'BucketLoggingStatus', undefined);

export const configurations: Record<string, OperationHandler> = {
  PutPublicAccessBlock: publicAccess.put,
  GetPublicAccessBlock: publicAccess.get,
  DeletePublicAccessBlock: publicAccess.remove,
  PutBucketOwnershipControls: putOwnership,
  GetBucketOwnershipControls: ownership.get,
  DeleteBucketOwnershipControls: ownership.remove,
  PutBucketEncryption: putEncryption,
  GetBucketEncryption: encryption.get,
  DeleteBucketEncryption: encryption.remove,
  PutBucketLifecycleConfiguration: lifecycle.put,
  GetBucketLifecycleConfiguration: flatGet('lifecycle', 'NoSuchLifecycleConfiguration'),
  DeleteBucketLifecycle: lifecycle.remove,
  PutBucketCors: cors.put,
  GetBucketCors: flatGet('cors', 'NoSuchCORSConfiguration'),
  DeleteBucketCors: cors.remove,
  PutBucketLogging: logging.put,
  GetBucketLogging: flatGet('logging', undefined),
};

function putOwnership(ctx: Context, input: BucketInput & { OwnershipControls?: { Rules?: { ObjectOwnership?: string }[] } }) {
  const choice = input.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  if (choice !== 'BucketOwnerEnforced' && choice !== 'BucketOwnerPreferred' && choice !== 'ObjectWriter') throw s3Error('MalformedXML');
  return ownership.put(ctx, input);
}

function putEncryption(ctx: Context, input: BucketInput & { ServerSideEncryptionConfiguration?: { Rules?: { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string } }[] } }) {
  const algorithm = input.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  if (algorithm !== undefined && algorithm !== 'AES256') throw refused(`s3 bucket encryption with ${algorithm}`);
  return encryption.put(ctx, input);
}

export function PutBucketVersioning(ctx: Context, input: PutBucketVersioningCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const Status = input.VersioningConfiguration?.Status;
  if (input.VersioningConfiguration?.MFADelete === 'Enabled') throw refused('s3 PutBucketVersioning with MFADelete');
  if (Status !== 'Enabled' && Status !== 'Suspended') throw s3Error('IllegalVersioningConfigurationException');
  keep(ctx, bucket, { versioning: Status });
}

export function GetBucketVersioning(ctx: Context, input: BucketInput) {
  return { Status: bucketAt(ctx, input.Bucket).versioning };
}

export function PutBucketPolicy(ctx: Context, input: PutBucketPolicyCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  let policy: { Statement?: unknown };
  try {
    policy = JSON.parse(input.Policy ?? '') as { Statement?: unknown };
  } catch {
    throw s3Error('MalformedPolicy');
  }
  if (!policy.Statement) throw s3Error('MalformedPolicy', {}, 'Missing required field Statement');
  if (publicAccessBlock(bucket).BlockPublicPolicy && isPublic(policy)) {
    throw s3Error('AccessDenied', {}, `User: ${ctx.account} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket.Name}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`);
  }
  keep(ctx, bucket, { policy: input.Policy });
}

export function GetBucketPolicy(ctx: Context, input: BucketInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  if (bucket.policy === undefined) throw s3Error('NoSuchBucketPolicy', { BucketName: bucket.Name });
  return { Policy: bucket.policy };
}

export function GetBucketPolicyStatus(ctx: Context, input: BucketInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  if (bucket.policy === undefined) throw s3Error('NoSuchBucketPolicy', { BucketName: bucket.Name });
  return { PolicyStatus: { IsPublic: isPublic(JSON.parse(bucket.policy) as { Statement?: unknown }) } };
}

export function DeleteBucketPolicy(ctx: Context, input: BucketInput) {
  keep(ctx, bucketAt(ctx, input.Bucket), { policy: undefined });
}

/** "The meaning of public": an Allow to everybody that no condition on a fixed value narrows. */
export function isPublic(policy: { Statement?: unknown }): boolean {
  const statements = (Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement]) as { Effect?: string; Principal?: unknown; Condition?: Record<string, object> }[];
  return statements.some((statement) => {
    const principal = statement.Principal;
    const everybody = principal === '*' || (typeof principal === 'object' && principal !== null && [(principal as { AWS?: unknown }).AWS].flat().includes('*'));
    const narrowed = Object.values(statement.Condition ?? {}).some((keys) => Object.keys(keys).some((key) => narrowingKeys.test(key)));
    return statement.Effect === 'Allow' && everybody && !narrowed;
  });
}

const narrowingKeys = /^(aws:(SourceIp|SourceArn|SourceVpc|SourceVpce|SourceOwner|SourceAccount|PrincipalOrgID|PrincipalOrgPaths|userid|PrincipalArn|PrincipalAccount)|s3:(DataAccessPointArn|DataAccessPointAccount|x-amz-server-side-encryption-aws-kms-key-id))$/i;

export function PutBucketTagging(ctx: Context, input: PutBucketTaggingCommandInput) {
  const tags = (input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  checkTags(tags, 50);
  keep(ctx, bucketAt(ctx, input.Bucket), { tags });
}

export function GetBucketTagging(ctx: Context, input: BucketInput) {
  const { tags } = bucketAt(ctx, input.Bucket);
  if (tags.length === 0) throw s3Error('NoSuchTagSet', { BucketName: input.Bucket });
  return { TagSet: tags };
}

export function DeleteBucketTagging(ctx: Context, input: BucketInput) {
  keep(ctx, bucketAt(ctx, input.Bucket), { tags: [] });
}

export function PutObjectTagging(ctx: Context, input: PutObjectTaggingCommandInput) {
  const { bucket, object } = find(ctx, input);
  const tags = (input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  checkTags(tags, 10);
  ctx.engine(objectTable).setMeta(object.seq, { ...metaOf(object), tags });
  return bucket.versioning ? { VersionId: object.versionId } : {};
}

export function GetObjectTagging(ctx: Context, input: { Bucket?: string; Key?: string; VersionId?: string }) {
  const { bucket, object } = find(ctx, input);
  return { TagSet: metaOf(object).tags ?? [], ...(bucket.versioning ? { VersionId: object.versionId } : {}) };
}

export function DeleteObjectTagging(ctx: Context, input: { Bucket?: string; Key?: string; VersionId?: string }) {
  const { object } = find(ctx, input);
  ctx.engine(objectTable).setMeta(object.seq, { ...metaOf(object), tags: [] });
}

export function GetBucketAcl(ctx: Context, input: GetBucketAclCommandInput) {
  const { account } = bucketAt(ctx, input.Bucket);
  return { Owner: { ID: account }, Grants: [{ Grantee: { ID: account, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] };
}

export async function PutBucketNotificationConfiguration(ctx: Context, input: PutBucketNotificationConfigurationCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const notification = input.NotificationConfiguration ?? {};
  if (notification.EventBridgeConfiguration) throw refused('s3 PutBucketNotificationConfiguration with EventBridgeConfiguration');
  if (!input.SkipDestinationValidation) {
    const test = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: new Date(ctx.clock.now()).toISOString(), Bucket: bucket.Name, RequestId: ctx.requestId, HostId: ctx.requestId });
    const targets = [...(notification.QueueConfigurations ?? []), ...(notification.TopicConfigurations ?? [])];
    for (const target of targets) {
      await deliver(ctx, bucket, target, test).catch(() => {
        throw s3Error('InvalidArgument', { ArgumentName: 'destination' }, 'Unable to validate the following destination configurations');
      });
    }
  }
  keep(ctx, bucket, { configurations: { ...bucket.configurations, notification } });
}

export function GetBucketNotificationConfiguration(ctx: Context, input: BucketInput) {
  return (bucketAt(ctx, input.Bucket).configurations.notification ?? {}) as object;
}
