import type { ObjectMeta, StoredObject } from './object-table.ts';
import { memberOf } from './checksums.ts';

export function metaOf(object: StoredObject): ObjectMeta {
  return JSON.parse(object.meta) as ObjectMeta;
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** What GetObject and HeadObject say of a version. */
export function describeObject(object: StoredObject, options: { versioned: boolean; checksums: boolean }): Record<string, unknown> {
  const meta = metaOf(object);
  const checksums = options.checksums ? Object.entries(meta.checksums ?? {}).map(([algorithm, value]) => [memberOf(algorithm), value]) : [];
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(object.modifiedMs),
    ContentLength: object.size,
    ETag: quoted(object.etag),
    ContentType: meta.contentType ?? 'binary/octet-stream',
    CacheControl: meta.cacheControl,
    ContentDisposition: meta.contentDisposition,
    ContentEncoding: meta.contentEncoding,
    ContentLanguage: meta.contentLanguage,
    ExpiresString: meta.expires,
    Expires: meta.expires,
    Metadata: meta.user,
    WebsiteRedirectLocation: meta.websiteRedirect,
    TagCount: meta.tags?.length || undefined,
    PartsCount: undefined,
    StorageClass: object.storageClass === 'STANDARD' ? undefined : object.storageClass,
    ServerSideEncryption: meta.sse?.algorithm ?? 'AES256',
    SSEKMSKeyId: meta.sse?.keyId,
    ...(options.versioned ? { VersionId: object.versionId } : {}),
    ...Object.fromEntries(checksums),
    ...(checksums.length > 0 ? { ChecksumType: meta.checksumType ?? 'FULL_OBJECT' } : {}),
  };
}
