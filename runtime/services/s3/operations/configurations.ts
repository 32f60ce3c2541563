import type { PutBucketLifecycleConfigurationCommandInput, PutBucketVersioningCommandInput } from '@aws-sdk/client-s3';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { type CorsRule, checkCors } from '../behaviour/cors-rules.ts';
import { basicEncryption } from '../behaviour/encryption.ts';
import { registerHosts } from '../behaviour/hosts.ts';
import type { LifecycleRule } from '../behaviour/lifecycle-dates.ts';
import { checkLifecycle } from '../behaviour/lifecycle-rules.ts';
import { lockOf } from '../behaviour/object-lock.ts';
import { checkWebsite, type WebsiteConfiguration } from '../behaviour/website-rules.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt, buckets, keepBucket } from '../state.ts';

type BucketInput = { Bucket?: string };
type Input<Member extends string, Value> = BucketInput & { [Name in Member]?: Value };

/** Puts a configuration into the bucket as it is given, or takes it away. */
function configure(ctx: Context, input: BucketInput, name: string, value: unknown): void {
  const bucket = bucketAt(ctx, input.Bucket);
  const { [name]: _old, ...configurations } = bucket.configurations;
  keepBucket(ctx, bucket, {
    configurations: value === undefined ? configurations : { ...configurations, [name]: value },
  });
}

function configured<Value>(ctx: Context, input: BucketInput, name: string, missing: string): Value {
  const value = bucketAt(ctx, input.Bucket).configurations[name];
  if (value === undefined) throw s3Error(missing, { BucketName: input.Bucket });
  return value as Value;
}

export function PutPublicAccessBlock(ctx: Context, input: Input<'PublicAccessBlockConfiguration', object>) {
  const off = {
    BlockPublicAcls: false,
    IgnorePublicAcls: false,
    BlockPublicPolicy: false,
    RestrictPublicBuckets: false,
  };
  configure(ctx, input, 'publicAccessBlock', { ...off, ...input.PublicAccessBlockConfiguration });
}

export function GetPublicAccessBlock(ctx: Context, input: BucketInput) {
  return {
    PublicAccessBlockConfiguration: configured<object>(
      ctx,
      input,
      'publicAccessBlock',
      'NoSuchPublicAccessBlockConfiguration',
    ),
  };
}

export function DeletePublicAccessBlock(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'publicAccessBlock', undefined);
}

export function PutBucketOwnershipControls(
  ctx: Context,
  input: Input<'OwnershipControls', { Rules?: { ObjectOwnership?: string }[] }>,
) {
  const rules = input.OwnershipControls?.Rules ?? [];
  if (
    rules.length !== 1 ||
    !['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'].includes(rules[0]?.ObjectOwnership ?? '')
  )
    throw s3Error('MalformedXML');
  configure(ctx, input, 'ownership', input.OwnershipControls);
}

export function GetBucketOwnershipControls(ctx: Context, input: BucketInput) {
  return { OwnershipControls: configured<object>(ctx, input, 'ownership', 'OwnershipControlsNotFoundError') };
}

export function DeleteBucketOwnershipControls(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'ownership', undefined);
}

interface EncryptionConfiguration {
  Rules?: {
    ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string };
    BucketKeyEnabled?: boolean;
  }[];
}

export function PutBucketEncryption(
  ctx: Context,
  input: Input<'ServerSideEncryptionConfiguration', EncryptionConfiguration>,
) {
  const rules = input.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (rules.length !== 1) throw s3Error('MalformedXML');
  const { SSEAlgorithm, KMSMasterKeyID } = rules[0]?.ApplyServerSideEncryptionByDefault ?? {};
  if (SSEAlgorithm === 'aws:kms:dsse') throw refused('s3 bucket encryption with aws:kms:dsse');
  if (SSEAlgorithm !== undefined && SSEAlgorithm !== 'AES256' && SSEAlgorithm !== 'aws:kms')
    throw s3Error('MalformedXML');
  if (KMSMasterKeyID && SSEAlgorithm !== 'aws:kms')
    throw s3Error(
      'InvalidArgument',
      {},
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  configure(ctx, input, 'encryption', input.ServerSideEncryptionConfiguration);
}

export function GetBucketEncryption(ctx: Context, input: BucketInput) {
  return {
    ServerSideEncryptionConfiguration: configured<object>(
      ctx,
      input,
      'encryption',
      'ServerSideEncryptionConfigurationNotFoundError',
    ),
  };
}

/** "DeleteBucketEncryption": back to SSE-S3, which every bucket has. */
export function DeleteBucketEncryption(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'encryption', basicEncryption);
}

export function PutBucketLifecycleConfiguration(ctx: Context, input: PutBucketLifecycleConfigurationCommandInput) {
  const Rules = checkLifecycle(ctx, (input.LifecycleConfiguration?.Rules ?? []) as LifecycleRule[]);
  const TransitionDefaultMinimumObjectSize = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K';
  configure(ctx, { Bucket: input.Bucket ?? '' }, 'lifecycle', { Rules, TransitionDefaultMinimumObjectSize });
  return { TransitionDefaultMinimumObjectSize };
}

export function GetBucketLifecycleConfiguration(ctx: Context, input: BucketInput) {
  const kept = configured<{ Rules: LifecycleRule[] }>(ctx, input, 'lifecycle', 'NoSuchLifecycleConfiguration');
  return { ...kept, Rules: kept.Rules.map(withDates) };
}

/** The store keeps JSON; the codecs want dates. */
function withDates(rule: LifecycleRule): LifecycleRule {
  const dated = <T extends { Date?: string | Date }>(action: T): T =>
    action.Date === undefined ? action : { ...action, Date: new Date(action.Date) };
  return {
    ...rule,
    ...(rule.Expiration ? { Expiration: dated(rule.Expiration) } : {}),
    ...(rule.Transitions ? { Transitions: rule.Transitions.map(dated) } : {}),
  };
}

export function DeleteBucketLifecycle(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'lifecycle', undefined);
}

export function PutBucketCors(ctx: Context, input: Input<'CORSConfiguration', { CORSRules?: CorsRule[] }>) {
  checkCors(input.CORSConfiguration?.CORSRules ?? []);
  configure(ctx, input, 'cors', input.CORSConfiguration);
}

export function GetBucketCors(ctx: Context, input: BucketInput) {
  return configured<object>(ctx, input, 'cors', 'NoSuchCORSConfiguration');
}

export function DeleteBucketCors(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'cors', undefined);
}

export function PutBucketWebsite(ctx: Context, input: Input<'WebsiteConfiguration', WebsiteConfiguration>) {
  configure(ctx, input, 'website', checkWebsite(input.WebsiteConfiguration ?? {}));
  registerHosts(ctx, bucketAt(ctx, input.Bucket));
}

export function GetBucketWebsite(ctx: Context, input: BucketInput) {
  return configured<object>(ctx, input, 'website', 'NoSuchWebsiteConfiguration');
}

export function DeleteBucketWebsite(ctx: Context, input: BucketInput) {
  configure(ctx, input, 'website', undefined);
  registerHosts(ctx, bucketAt(ctx, input.Bucket));
}

interface LoggingStatus {
  LoggingEnabled?: {
    TargetBucket?: string;
    TargetPrefix?: string;
    TargetGrants?: object[];
    TargetObjectKeyFormat?: object;
  };
}

export function PutBucketLogging(ctx: Context, input: Input<'BucketLoggingStatus', LoggingStatus>) {
  const bucket = bucketAt(ctx, input.Bucket);
  const enabled = input.BucketLoggingStatus?.LoggingEnabled;
  if (enabled) checkLogging(ctx, bucket, enabled);
  configure(ctx, input, 'logging', enabled && { LoggingEnabled: enabled });
}

function checkLogging(ctx: Context, bucket: Bucket, enabled: NonNullable<LoggingStatus['LoggingEnabled']>): void {
  if (enabled.TargetGrants?.length)
    throw refused('s3 PutBucketLogging parameter TargetGrants', 'access control lists are off; use a bucket policy.');
  const target = buckets(ctx).get(enabled.TargetBucket ?? '');
  if (!target || target.account !== bucket.account)
    throw s3Error(
      'InvalidTargetBucketForLogging',
      { TargetBucket: enabled.TargetBucket },
      'The target bucket for logging does not exist',
    );
  if (target.region !== bucket.region)
    throw s3Error(
      'CrossLocationLoggingProhibited',
      { TargetBucketLocation: target.region },
      'Cross S3 location logging not allowed. ',
    );
}

export function GetBucketLogging(ctx: Context, input: BucketInput) {
  return (bucketAt(ctx, input.Bucket).configurations.logging ?? {}) as object;
}

export function PutBucketVersioning(ctx: Context, input: PutBucketVersioningCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const { Status, MFADelete } = input.VersioningConfiguration ?? {};
  if (MFADelete === 'Enabled') throw refused('s3 PutBucketVersioning with MFADelete');
  if (Status !== 'Enabled' && Status !== 'Suspended') throw s3Error('IllegalVersioningConfigurationException');
  if (Status === 'Suspended' && lockOf(bucket)) {
    throw s3Error(
      'InvalidBucketState',
      {},
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  keepBucket(ctx, bucket, { versioning: Status });
}

export function GetBucketVersioning(ctx: Context, input: BucketInput) {
  return { Status: bucketAt(ctx, input.Bucket).versioning };
}
