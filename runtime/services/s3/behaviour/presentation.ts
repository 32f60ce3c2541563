import type { Bucket } from '../state.ts';
import { checksumMembers } from './checksums.ts';
import { encryptionMembers } from './encryption.ts';
import { expirationHeader } from './lifecycle-dates.ts';
import type { ObjectMeta } from './object-meta.ts';
import type { StoredObject } from './object-table.ts';

/** Parsed once for each row that was read: a request asks several times. */
export function metaOf(object: Pick<StoredObject, 'meta'>): ObjectMeta {
  let meta = parsed.get(object);
  if (!meta) {
    meta = JSON.parse(object.meta) as ObjectMeta;
    parsed.set(object, meta);
  }
  return meta;
}

const parsed = new WeakMap<object, ObjectMeta>();

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** `VersionId` of an answer, which buckets that never had versioning do not give. */
export function versionMembers(bucket: Bucket, versionId: string): { VersionId?: string } {
  return bucket.versioning ? { VersionId: versionId } : {};
}

/** What GetObject and HeadObject say of a version. */
export function describeObject(
  bucket: Bucket,
  object: StoredObject,
  options: { checksums: boolean },
): Record<string, unknown> {
  const meta = metaOf(object);
  return {
    AcceptRanges: 'bytes',
    LastModified: lastModified(object),
    ContentLength: object.size,
    ETag: quoted(object.etag),
    ContentType: meta.contentType ?? 'binary/octet-stream',
    CacheControl: meta.cacheControl,
    ContentDisposition: meta.contentDisposition,
    ContentEncoding: meta.contentEncoding,
    ContentLanguage: meta.contentLanguage,
    Expires: expiresOf(meta),
    Expiration: expirationHeader(bucket, object, meta),
    Metadata: meta.user,
    WebsiteRedirectLocation: meta.websiteRedirect,
    TagCount: meta.tags?.length || undefined,
    StorageClass: object.storageClass === 'STANDARD' ? undefined : object.storageClass,
    ObjectLockMode: meta.retention?.mode,
    ObjectLockRetainUntilDate: meta.retention && new Date(meta.retention.untilMs),
    ObjectLockLegalHoldStatus: meta.legalHold,
    ...encryptionMembers(meta.sse),
    ...versionMembers(bucket, object.versionId),
    ...(options.checksums && meta.checksums
      ? { ...checksumMembers(meta.checksums), ChecksumType: meta.checksumType ?? 'FULL_OBJECT' }
      : {}),
  };
}

/** S3 keeps any text; what is not a date cannot be told through the model. */
function expiresOf({ expires }: ObjectMeta): Date | undefined {
  const date = expires === undefined ? undefined : new Date(expires);
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** Whole seconds, as HTTP and S3's listings have them. */
export function lastModified({ modifiedMs }: { modifiedMs: number }): Date {
  return new Date(Math.floor(modifiedMs / 1000) * 1000);
}
