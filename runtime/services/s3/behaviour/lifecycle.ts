import { rootOf } from '../../../kernel/principal.ts';
import type { Kernel, Running } from '../../../kernel/service.ts';
import { type Bucket, buckets } from '../state.ts';
import { bodies } from './bodies.ts';
import { deleteKey } from './delete-key.ts';
import { objectTable, type StoredObject } from './object-table.ts';
import { metaOf } from './presentation.ts';
import { uploadTable } from './uploads.ts';

interface Rule {
  Status?: string;
  Prefix?: string;
  Filter?: { Prefix?: string; Tag?: Tag; ObjectSizeGreaterThan?: number; ObjectSizeLessThan?: number; And?: { Prefix?: string; Tags?: Tag[]; ObjectSizeGreaterThan?: number; ObjectSizeLessThan?: number } };
  Expiration?: { Days?: number; Date?: string | Date; ExpiredObjectDeleteMarker?: boolean };
  NoncurrentVersionExpiration?: { NoncurrentDays?: number; NewerNoncurrentVersions?: number };
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation?: number };
}

interface Tag {
  Key?: string;
  Value?: string;
}

const dayMs = 86_400_000;

/**
 * Lifecycle rules run once a day at midnight UTC, as S3 does ("Managing the lifecycle of objects": an object is due at the
 * midnight after its days are over).
 */
export function runLifecycleDaily(kernel: Kernel): Running {
  const untilMidnight = dayMs - (kernel.clock.now() % dayMs);
  let daily = kernel.clock.after(untilMidnight, 'S3 lifecycle', () => {
    daily = kernel.clock.every(dayMs, 'S3 lifecycle', () => applyAll(kernel));
    applyAll(kernel);
  });
  return { stop: () => daily.cancel() };
}

function applyAll(kernel: Kernel): void {
  for (const bucket of buckets(kernel).values()) {
    const rules = (bucket.configurations.lifecycle as { Rules?: Rule[] } | undefined)?.Rules ?? [];
    for (const rule of rules) if (rule.Status === 'Enabled') apply(kernel, bucket, rule);
  }
}

function apply(kernel: Kernel, bucket: Bucket, rule: Rule): void {
  const ctx = kernel.context({ principal: rootOf(bucket.account), region: bucket.region });
  const nowMs = kernel.clock.now();
  const expired = due(rule, nowMs);
  const noncurrentDays = rule.NoncurrentVersionExpiration?.NoncurrentDays;
  let newer: StoredObject | undefined;
  let noncurrent = 0;
  for (const version of allVersions(kernel, bucket.Name)) {
    const follows = newer?.key === version.key ? newer : undefined;
    noncurrent = follows ? noncurrent + 1 : 0;
    newer = version;
    if (!fits(rule, version)) continue;
    if (version.latest) {
      if (!version.deleteMarker && expired(version)) deleteKey(ctx, bucket, version.key);
    } else if (noncurrentDays !== undefined && follows && dueDay(follows.modifiedMs, noncurrentDays) <= nowMs && noncurrent > (rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions ?? 0)) {
      deleteKey(ctx, bucket, version.key, version.versionId);
    }
  }
  if (rule.Expiration?.ExpiredObjectDeleteMarker) removeLoneMarkers(kernel, bucket, rule);
  abortUploads(kernel, bucket, rule, nowMs);
}

function due(rule: Rule, nowMs: number): (version: StoredObject) => boolean {
  const { Days, Date: date } = rule.Expiration ?? {};
  if (Days !== undefined) return (version) => dueDay(version.modifiedMs, Days) <= nowMs;
  if (date !== undefined) return () => new Date(date).getTime() <= nowMs;
  return () => false;
}

/** The midnight after so many days. */
function dueDay(fromMs: number, days: number): number {
  return Math.ceil((fromMs + days * dayMs) / dayMs) * dayMs;
}

function fits(rule: Rule, version: StoredObject): boolean {
  const filter = rule.Filter?.And ?? rule.Filter ?? {};
  const tags = [...((filter as { Tags?: Tag[] }).Tags ?? []), ...(rule.Filter?.Tag ? [rule.Filter.Tag] : [])];
  const own = tags.length > 0 ? (metaOf(version).tags ?? []) : [];
  return (
    version.key.startsWith(rule.Prefix ?? filter.Prefix ?? '') &&
    tags.every((tag) => own.some((one) => one.Key === tag.Key && one.Value === tag.Value)) &&
    version.size > (filter.ObjectSizeGreaterThan ?? -1) &&
    version.size < (filter.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY)
  );
}

function* allVersions(kernel: Kernel, bucket: string): Generator<StoredObject & { latest: number }> {
  let at = { key: '', seq: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const batch = kernel.engine(objectTable).versions(bucket, at, 1000);
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < 1000) return;
    at = { key: last.key, seq: last.seq };
  }
}

/** A delete marker with nothing behind it. */
function removeLoneMarkers(kernel: Kernel, bucket: Bucket, rule: Rule): void {
  const byKey = new Map<string, StoredObject[]>();
  for (const version of allVersions(kernel, bucket.Name)) byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  for (const [only, ...others] of byKey.values()) {
    if (only?.deleteMarker && others.length === 0 && fits(rule, only)) kernel.engine(objectTable).remove(only);
  }
}

function abortUploads(kernel: Kernel, bucket: Bucket, rule: Rule, nowMs: number): void {
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (days === undefined) return;
  for (const upload of kernel.engine(uploadTable).ofBucket(bucket.Name)) {
    if (dueDay(upload.startedMs, days) > nowMs) continue;
    for (const part of kernel.engine(uploadTable).remove(upload.uploadId)) kernel.engine(bodies).removeLater(part);
  }
}
