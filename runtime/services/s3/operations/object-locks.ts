import type {
  PutObjectLegalHoldCommandInput,
  PutObjectLockConfigurationCommandInput,
  PutObjectRetentionCommandInput,
} from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { findObject, type ObjectAddress } from '../behaviour/find-object.ts';
import { holdOf, lockOf, mayBypass, retentionOf } from '../behaviour/object-lock.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { metaOf } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt, keepBucket } from '../state.ts';

export function PutObjectLockConfiguration(ctx: Context, input: PutObjectLockConfigurationCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const objectLock = input.ObjectLockConfiguration;
  if (bucket.versioning !== 'Enabled')
    throw s3Error(
      'InvalidBucketState',
      {},
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  if (objectLock?.ObjectLockEnabled !== 'Enabled') throw s3Error('MalformedXML');
  const preset = objectLock.Rule?.DefaultRetention;
  if (objectLock.Rule && (!preset?.Mode || (preset.Days === undefined) === (preset.Years === undefined)))
    throw s3Error('MalformedXML');
  if (preset && (preset.Days ?? preset.Years ?? 0) < 1)
    throw s3Error('InvalidArgument', {}, 'Default retention period must be a positive integer value.');
  keepBucket(ctx, bucket, { configurations: { ...bucket.configurations, objectLock } });
}

export function GetObjectLockConfiguration(ctx: Context, input: { Bucket?: string }) {
  const bucket = bucketAt(ctx, input.Bucket);
  const ObjectLockConfiguration = lockOf(bucket);
  if (!ObjectLockConfiguration) throw s3Error('ObjectLockConfigurationNotFoundError', { BucketName: bucket.Name });
  return { ObjectLockConfiguration };
}

export function PutObjectRetention(ctx: Context, input: PutObjectRetentionCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  demandLock(bucket);
  const meta = metaOf(object);
  const { Mode, RetainUntilDate } = input.Retention ?? {};
  const { retention: old, ...rest } = meta;
  const next = Mode || RetainUntilDate ? retentionOf(ctx, Mode, RetainUntilDate) : undefined;
  if (old && old.untilMs > ctx.clock.now()) {
    const weaker = !next || next.untilMs < old.untilMs || (old.mode === 'COMPLIANCE' && next.mode !== 'COMPLIANCE');
    const bypass =
      old.mode === 'GOVERNANCE' && input.BypassGovernanceRetention === true && mayBypass(ctx, bucket, object.key);
    if (weaker && !bypass) throw s3Error('AccessDenied', {}, 'Access Denied because object protected by object lock.');
  }
  ctx.engine(objectTable).setMeta(object.seq, { ...rest, ...(next ? { retention: next } : {}) });
}

export function GetObjectRetention(ctx: Context, input: ObjectAddress) {
  const { bucket, object } = findObject(ctx, input);
  demandLock(bucket);
  const { retention } = metaOf(object);
  if (!retention) throw s3Error('NoSuchObjectLockConfiguration', { Key: object.key });
  return { Retention: { Mode: retention.mode, RetainUntilDate: new Date(retention.untilMs) } };
}

export function PutObjectLegalHold(ctx: Context, input: PutObjectLegalHoldCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  demandLock(bucket);
  ctx.engine(objectTable).setMeta(object.seq, { ...metaOf(object), legalHold: holdOf(input.LegalHold?.Status) });
}

export function GetObjectLegalHold(ctx: Context, input: ObjectAddress) {
  const { bucket, object } = findObject(ctx, input);
  demandLock(bucket);
  const { legalHold } = metaOf(object);
  if (!legalHold) throw s3Error('NoSuchObjectLockConfiguration', { Key: object.key });
  return { LegalHold: { Status: legalHold } };
}

function demandLock(bucket: Bucket): void {
  if (!lockOf(bucket)) throw s3Error('InvalidRequest', {}, 'Bucket is missing Object Lock Configuration');
}
