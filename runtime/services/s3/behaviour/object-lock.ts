import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketArn } from '../state.ts';
import type { ObjectMeta } from './object-meta.ts';
import type { StoredObject } from './object-table.ts';
import { metaOf } from './presentation.ts';

export interface LockConfiguration {
  ObjectLockEnabled?: string;
  Rule?: { DefaultRetention?: { Mode?: 'GOVERNANCE' | 'COMPLIANCE'; Days?: number; Years?: number } };
}

export interface LockRequest {
  ObjectLockMode?: string | undefined;
  ObjectLockRetainUntilDate?: Date | undefined;
  ObjectLockLegalHoldStatus?: string | undefined;
}

export function lockOf(bucket: Bucket): LockConfiguration | undefined {
  return bucket.configurations.objectLock as LockConfiguration | undefined;
}

/** "Locking objects with Object Lock": a version under retention or legal hold cannot be deleted. */
export function checkLock(ctx: Context, bucket: Bucket, version: StoredObject, bypassGovernance: boolean): void {
  if (!lockOf(bucket) || version.deleteMarker) return;
  const { retention, legalHold } = metaOf(version);
  const protectedNow = 'Access Denied because object protected by object lock.';
  if (legalHold === 'ON') throw s3Error('AccessDenied', {}, protectedNow);
  if (!retention || retention.untilMs <= ctx.clock.now()) return;
  if (retention.mode === 'GOVERNANCE' && bypassGovernance && mayBypass(ctx, bucket, version.key)) return;
  throw s3Error('AccessDenied', {}, protectedNow);
}

export function mayBypass(ctx: Context, bucket: Bucket, key: string): boolean {
  const asked = {
    action: 's3:BypassGovernanceRetention',
    resource: `${bucketArn(bucket.Name)}/${key}`,
    resourcePolicy: bucket.policy,
    resourceAccount: bucket.account,
  };
  return ctx.engine(authorization).current?.refusal(ctx, [asked]) === undefined;
}

/** Retention and hold of a new version: what the request says, else the bucket's default retention. */
export function lockFor(ctx: Context, bucket: Bucket, input: LockRequest): Pick<ObjectMeta, 'retention' | 'legalHold'> {
  const lock = lockOf(bucket);
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input;
  if (!lock) {
    if (mode || until || hold) throw s3Error('InvalidRequest', {}, 'Bucket is missing Object Lock Configuration');
    return {};
  }
  const meta: Pick<ObjectMeta, 'retention' | 'legalHold'> = {};
  if (mode || until) meta.retention = retentionOf(ctx, mode, until);
  else {
    const preset = lock.Rule?.DefaultRetention;
    const days = preset?.Days ?? (preset?.Years ?? 0) * 365;
    if (preset?.Mode && days > 0) meta.retention = { mode: preset.Mode, untilMs: ctx.clock.now() + days * 86_400_000 };
  }
  if (hold) meta.legalHold = holdOf(hold);
  return meta;
}

export function retentionOf(
  ctx: Context,
  mode: string | undefined,
  until: Date | undefined,
): NonNullable<ObjectMeta['retention']> {
  if (!mode || !until)
    throw s3Error(
      'InvalidArgument',
      {},
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw s3Error('InvalidArgument', {}, 'Unknown wormMode directive.');
  if (until.getTime() <= ctx.clock.now())
    throw s3Error('InvalidArgument', {}, 'The retain until date must be in the future!');
  return { mode, untilMs: until.getTime() };
}

export function holdOf(status: string | undefined): 'ON' | 'OFF' {
  if (status === 'ON' || status === 'OFF') return status;
  throw new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
