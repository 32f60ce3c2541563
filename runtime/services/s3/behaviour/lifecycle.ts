import { rootOf } from '../../../kernel/principal.ts';
import type { Context, Kernel, Running } from '../../../kernel/service.ts';
import { type Bucket, buckets } from '../state.ts';
import { bodies } from './bodies.ts';
import { deleteKey } from './delete-key.ts';
import { dayMs, enabledRules, expiryOf, fits, type LifecycleRule, midnightAfter, prefixOf } from './lifecycle-dates.ts';
import { announce } from './notifications.ts';
import { type ListedVersion, objectTable, type StoredObject } from './object-table.ts';
import { metaOf } from './presentation.ts';
import { uploadTable } from './uploads.ts';

/** Lifecycle rules run once a day at midnight UTC ("Managing the lifecycle of objects"). */
export function runLifecycleDaily(kernel: Kernel): Running {
  const midnight = (Math.floor(kernel.clock.now() / dayMs) + 1) * dayMs;
  const kind = 'retention';
  let daily = kernel.clock.at(
    midnight,
    'S3 lifecycle',
    () => {
      daily = kernel.clock.every(dayMs, 'S3 lifecycle', () => applyAll(kernel), { kind });
      applyAll(kernel);
    },
    { kind },
  );
  return { stop: () => daily.cancel() };
}

function applyAll(kernel: Kernel): void {
  for (const bucket of buckets(kernel).values()) {
    const rules = enabledRules(bucket);
    if (rules.length > 0) applyRules(kernel, bucket, rules);
  }
}

function applyRules(kernel: Kernel, bucket: Bucket, rules: LifecycleRule[]): void {
  const ctx = kernel.context({ principal: rootOf(bucket.account), region: bucket.region });
  let key: ListedVersion[] = [];
  for (const version of allVersions(kernel, bucket.Name)) {
    if (key[0] && key[0].key !== version.key) {
      applyToKey(ctx, bucket, rules, key);
      key = [];
    }
    key.push(version);
  }
  if (key.length > 0) applyToKey(ctx, bucket, rules, key);
  for (const rule of rules) abortUploads(ctx, bucket, rule);
}

/** Every version of one key, newest first. Deleting comes before moving to another class, as S3 has it. */
function applyToKey(ctx: Context, bucket: Bucket, rules: LifecycleRule[], versions: ListedVersion[]): void {
  const nowMs = ctx.clock.now();
  const alive: ListedVersion[] = [];
  versions.forEach((version, index) => {
    const meta = () => metaOf(version);
    const fitting = rules.filter((rule) => fits(rule, version, meta));
    const newer = versions[index - 1];
    const gone = newer
      ? fitting.some((rule) => noncurrentDue(rule, newer, index, nowMs)) &&
        expire(ctx, bucket, version, version.versionId)
      : !version.deleteMarker &&
        fitting.some((rule) => (expiryOf(rule, version) ?? Number.POSITIVE_INFINITY) <= nowMs) &&
        expire(ctx, bucket, version);
    if (!gone) alive.push(version);
    if (!gone && !version.deleteMarker)
      transition(
        ctx,
        bucket,
        version,
        newer ? noncurrentClass(fitting, newer, index, nowMs) : currentClass(fitting, version, nowMs),
      );
  });
  const [only, ...others] = alive;
  if (
    only?.deleteMarker &&
    others.length === 0 &&
    rules.some((rule) => rule.Expiration?.ExpiredObjectDeleteMarker && only.key.startsWith(prefixOf(rule)))
  ) {
    expire(ctx, bucket, only, only.versionId);
  }
}

/** False when object lock keeps the version. */
function expire(ctx: Context, bucket: Bucket, version: StoredObject, versionId?: string): boolean {
  const { retention, legalHold } = metaOf(version);
  if (versionId !== undefined && (legalHold === 'ON' || (retention && retention.untilMs > ctx.clock.now())))
    return false;
  deleteKey(ctx, bucket, version.key, { versionId, byLifecycle: true });
  return true;
}

/** `place`: how many versions are newer; the newest noncurrent ones may be kept. */
function noncurrentDue(rule: LifecycleRule, newer: StoredObject, place: number, nowMs: number): boolean {
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept = 0 } = rule.NoncurrentVersionExpiration ?? {};
  return days !== undefined && place > kept && midnightAfter(newer.modifiedMs, days) <= nowMs;
}

interface Move {
  storageClass: string;
  rule: LifecycleRule;
}

function currentClass(rules: LifecycleRule[], version: StoredObject, nowMs: number): Move | undefined {
  const due = rules.flatMap((rule) =>
    (rule.Transitions ?? [])
      .filter(
        ({ Days, Date: date }) =>
          (Days === undefined
            ? new Date(date ?? Number.POSITIVE_INFINITY).getTime()
            : midnightAfter(version.modifiedMs, Days)) <= nowMs,
      )
      .map(({ StorageClass = '' }) => ({ storageClass: StorageClass, rule })),
  );
  return coldest(due);
}

function noncurrentClass(rules: LifecycleRule[], newer: StoredObject, place: number, nowMs: number): Move | undefined {
  const due = rules.flatMap((rule) =>
    (rule.NoncurrentVersionTransitions ?? [])
      .filter(
        ({ NoncurrentDays = 0, NewerNoncurrentVersions = 0 }) =>
          place > NewerNoncurrentVersions && midnightAfter(newer.modifiedMs, NoncurrentDays) <= nowMs,
      )
      .map(({ StorageClass = '' }) => ({ storageClass: StorageClass, rule })),
  );
  return coldest(due);
}

/** From warm to cold: lifecycle moves objects down only ("Supported transitions"). */
const ladder = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'];

function coldest(moves: Move[]): Move | undefined {
  return moves.sort((a, b) => ladder.indexOf(b.storageClass) - ladder.indexOf(a.storageClass))[0];
}

function transition(ctx: Context, bucket: Bucket, version: StoredObject, move: Move | undefined): void {
  if (
    !move ||
    ladder.indexOf(move.storageClass) <= ladder.indexOf(version.storageClass) ||
    tooSmall(bucket, version, move)
  )
    return;
  ctx.engine(objectTable).setStorageClass(version.seq, move.storageClass);
  announce(ctx, bucket, 'LifecycleTransition', { ...version, storageClass: move.storageClass });
}

/** Since September 2024 objects under 128 KB stay where they are unless the rule filters by size. */
function tooSmall(bucket: Bucket, version: StoredObject, { storageClass, rule }: Move): boolean {
  const filter = rule.Filter?.And ?? rule.Filter ?? {};
  if (filter.ObjectSizeGreaterThan !== undefined || filter.ObjectSizeLessThan !== undefined) return false;
  const { TransitionDefaultMinimumObjectSize: minimum } = bucket.configurations.lifecycle as {
    TransitionDefaultMinimumObjectSize?: string;
  };
  if (minimum === 'varies_by_storage_class' && (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'))
    return false;
  return version.size < 128 * 1024;
}

function* allVersions(kernel: Kernel, bucket: string): Generator<ListedVersion> {
  let at = { key: '', seq: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const batch = kernel.engine(objectTable).versions(bucket, at, 1000);
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < 1000) return;
    at = { key: last.key, seq: last.seq };
  }
}

function abortUploads(ctx: Context, bucket: Bucket, rule: LifecycleRule): void {
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (days === undefined) return;
  for (const upload of ctx.engine(uploadTable).ofBucket(bucket.Name)) {
    if (!upload.key.startsWith(prefixOf(rule)) || midnightAfter(upload.startedMs, days) > ctx.clock.now()) continue;
    for (const part of ctx.engine(uploadTable).remove(upload.uploadId)) ctx.engine(bodies).removeLater(part);
  }
}
