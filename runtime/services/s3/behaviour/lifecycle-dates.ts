import type { Bucket } from '../state.ts';
import type { ObjectMeta, Tag } from './object-meta.ts';
import type { StoredObject } from './object-table.ts';

/** A rule of a lifecycle configuration, as the API gives it. */
export interface LifecycleRule {
  ID?: string;
  Status?: string;
  Prefix?: string;
  Filter?: LifecycleFilter & { Tag?: Tag; And?: LifecycleFilter & { Tags?: Tag[] } };
  Expiration?: { Days?: number; Date?: string | Date; ExpiredObjectDeleteMarker?: boolean };
  Transitions?: { Days?: number; Date?: string | Date; StorageClass?: string }[];
  NoncurrentVersionExpiration?: { NoncurrentDays?: number; NewerNoncurrentVersions?: number };
  NoncurrentVersionTransitions?: { NoncurrentDays?: number; NewerNoncurrentVersions?: number; StorageClass?: string }[];
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation?: number };
}

interface LifecycleFilter {
  Prefix?: string;
  ObjectSizeGreaterThan?: number;
  ObjectSizeLessThan?: number;
}

export const dayMs = 86_400_000;

/** "Lifecycle rules based on an object's age": the days are added and rounded up to the next midnight UTC. */
export function midnightAfter(fromMs: number, days: number): number {
  return Math.ceil((fromMs + days * dayMs) / dayMs) * dayMs;
}

export function enabledRules(bucket: Bucket): LifecycleRule[] {
  const rules = (bucket.configurations.lifecycle as { Rules?: LifecycleRule[] } | undefined)?.Rules ?? [];
  return rules.filter((rule) => rule.Status === 'Enabled');
}

export function prefixOf(rule: LifecycleRule): string {
  return rule.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? '';
}

/** Whether the rule's filter takes in the version; `meta` is read only where the rule asks for tags. */
export function fits(rule: LifecycleRule, version: StoredObject, meta: () => ObjectMeta): boolean {
  if (!version.key.startsWith(prefixOf(rule))) return false;
  const { ObjectSizeGreaterThan: above = -1, ObjectSizeLessThan: below = Number.POSITIVE_INFINITY } =
    rule.Filter?.And ?? rule.Filter ?? {};
  if (version.size <= above || version.size >= below) return false;
  const tags = [...(rule.Filter?.And?.Tags ?? []), ...(rule.Filter?.Tag ? [rule.Filter.Tag] : [])];
  if (tags.length === 0) return true;
  const own = meta().tags ?? [];
  return tags.every((tag) => own.some((one) => one.Key === tag.Key && one.Value === tag.Value));
}

/** When the rule takes a current version away; undefined when it does not. */
export function expiryOf(rule: LifecycleRule, version: StoredObject): number | undefined {
  const { Days, Date: date } = rule.Expiration ?? {};
  if (Days !== undefined) return midnightAfter(version.modifiedMs, Days);
  return date === undefined ? undefined : new Date(date).getTime();
}

/** The header x-amz-expiration: the soonest rule that will take the object away. */
export function expirationHeader(bucket: Bucket, object: StoredObject, meta: ObjectMeta): string | undefined {
  if (!bucket.configurations.lifecycle) return undefined;
  let soonest: { atMs: number; id: string } | undefined;
  for (const rule of enabledRules(bucket)) {
    const atMs = expiryOf(rule, object);
    if (atMs === undefined || !fits(rule, object, () => meta)) continue;
    if (!soonest || atMs < soonest.atMs) soonest = { atMs, id: rule.ID ?? '' };
  }
  return (
    soonest && `expiry-date="${new Date(soonest.atMs).toUTCString()}", rule-id="${encodeURIComponent(soonest.id)}"`
  );
}
