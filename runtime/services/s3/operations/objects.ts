import type {
  CopyObjectCommandInput,
  DeleteObjectCommandInput,
  DeleteObjectsCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { bodies } from '../behaviour/bodies.ts';
import { memberOf } from '../behaviour/checksums.ts';
import { checkRead, parseRange } from '../behaviour/conditions.ts';
import { deleteKey } from '../behaviour/delete-key.ts';
import { keepObject, receiveBody } from '../behaviour/keep-object.ts';
import { encryptionFor, metaFrom, parseTagging } from '../behaviour/object-meta.ts';
import { objectTable, type StoredObject } from '../behaviour/object-table.ts';
import { describeObject, metaOf, quoted } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt } from '../state.ts';

export async function PutObject(ctx: Context, input: PutObjectCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkAcl(input.ACL);
  const written = await receiveBody(ctx, input as unknown as Record<string, unknown>);
  const sse = encryptionFor(bucket, input);
  const kept = keepObject(ctx, {
    bucket,
    key,
    body: written,
    etag: written.md5,
    meta: { ...metaFrom(input), tags: parseTagging(input.Tagging), checksums: written.checksums, sse },
    storageClass: input.StorageClass ?? 'STANDARD',
    event: 'ObjectCreated:Put',
    conditions: input,
  });
  const sums = Object.entries(written.checksums).map(([algorithm, value]) => [memberOf(algorithm), value]);
  return {
    ETag: quoted(kept.etag),
    ServerSideEncryption: sse.algorithm,
    SSEKMSKeyId: sse.keyId,
    ...Object.fromEntries(sums),
    ChecksumType: 'FULL_OBJECT',
    ...(bucket.versioning ? { VersionId: kept.versionId } : {}),
  };
}

export function GetObject(ctx: Context, input: GetObjectCommandInput) {
  const { bucket, object } = find(ctx, input);
  checkRead(object, input);
  const range = input.PartNumber === undefined ? parseRange(input.Range, object.size) : partRange(object, input.PartNumber);
  const described = describeObject(object, { versioned: bucket.versioning !== undefined, checksums: input.ChecksumMode === 'ENABLED' && !range });
  const Body = ctx.engine(bodies).read(object, range);
  if (!range) return { ...described, ...overrides(input), Body };
  return {
    ...described,
    ...overrides(input),
    ContentLength: range.end - range.start + 1,
    ContentRange: `bytes ${range.start}-${range.end}/${object.size}`,
    Body,
    $status: 206,
  };
}

export function HeadObject(ctx: Context, input: HeadObjectCommandInput) {
  const { bucket, object } = find(ctx, input);
  checkRead(object, input);
  const range = parseRange(input.Range, object.size);
  const described = describeObject(object, { versioned: bucket.versioning !== undefined, checksums: input.ChecksumMode === 'ENABLED' });
  return { ...described, ...overrides(input), ...(range ? { ContentLength: range.end - range.start + 1, ContentRange: `bytes ${range.start}-${range.end}/${object.size}`, $status: 206 } : {}) };
}

function partRange(object: StoredObject, number: number): { start: number; end: number } | undefined {
  const parts = metaOf(object).parts ?? [];
  const before = parts.slice(0, number - 1).reduce((sum, part) => sum + part.size, 0);
  const part = parts[number - 1];
  if (!part) {
    if (number === 1 && parts.length === 0) return undefined;
    throw s3Error('InvalidPartNumber', {}, 'The requested partnumber is not satisfiable');
  }
  return { start: before, end: before + part.size - 1 };
}

/** Query parameters response-* of a signed GET say what its headers are to be. */
function overrides(input: GetObjectCommandInput | HeadObjectCommandInput): Record<string, unknown> {
  const given = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The version asked for, or the current one; a delete marker is a 404, or 405 when it is asked for itself. */
export function find(ctx: Context, input: { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined }): { bucket: Bucket; object: StoredObject } {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = input.Key ?? '';
  const table = ctx.engine(objectTable);
  if (input.VersionId !== undefined) {
    const object = table.version(bucket.Name, key, input.VersionId);
    if (!object) throw s3Error('NoSuchVersion', { Key: key, VersionId: input.VersionId });
    if (object.deleteMarker) throw s3Error('MethodNotAllowed', { Method: 'GET', ResourceType: 'DeleteMarker' });
    return { bucket, object };
  }
  const object = table.current(bucket.Name, key);
  if (!object || object.deleteMarker) throw s3Error('NoSuchKey', { Key: key });
  return { bucket, object };
}

export function DeleteObject(ctx: Context, input: DeleteObjectCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  if (input.MFA) throw refused('s3 DeleteObject parameter MFA');
  const { versionId, deleteMarker } = deleteKey(ctx, bucket, input.Key ?? '', input.VersionId);
  return { ...(versionId === undefined ? {} : { VersionId: versionId }), ...(deleteMarker ? { DeleteMarker: true } : {}) };
}

export function DeleteObjects(ctx: Context, input: DeleteObjectsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > 1000) throw s3Error('MalformedXML');
  const Deleted: object[] = [];
  const Errors: object[] = [];
  for (const { Key = '', VersionId } of objects) {
    try {
      const { versionId, deleteMarker } = deleteKey(ctx, bucket, Key, VersionId);
      Deleted.push({ Key, VersionId, ...(deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  return { ...(input.Delete?.Quiet ? {} : { Deleted }), ...(Errors.length > 0 ? { Errors } : {}) };
}

export async function CopyObject(ctx: Context, input: CopyObjectCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkAcl(input.ACL);
  const from = parseCopySource(input.CopySource ?? '');
  const { object, bucket: sourceBucket } = find(ctx, from);
  checkRead(object, { IfMatch: input.CopySourceIfMatch, IfNoneMatch: input.CopySourceIfNoneMatch, IfModifiedSince: input.CopySourceIfModifiedSince, IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince });
  const replace = input.MetadataDirective === 'REPLACE';
  if (from.Bucket === input.Bucket && from.Key === key && !replace && !input.StorageClass && !input.ServerSideEncryption && !input.WebsiteRedirectLocation && from.VersionId === undefined) {
    throw s3Error('InvalidRequest', {}, "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
  }
  const old = metaOf(object);
  const body = object.file ? await ctx.engine(bodies).join([object]) : { file: null, inline: object.inline, size: object.size };
  const meta = {
    ...(replace ? metaFrom(input) : old),
    tags: input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : old.tags,
    checksums: old.checksums,
    sse: encryptionFor(bucket, input),
  };
  const kept = keepObject(ctx, { bucket, key, body, etag: object.etag, meta, storageClass: input.StorageClass ?? 'STANDARD', event: 'ObjectCreated:Copy' });
  return {
    CopyObjectResult: { ETag: quoted(kept.etag), LastModified: new Date(kept.modifiedMs) },
    ServerSideEncryption: meta.sse.algorithm,
    ...(sourceBucket.versioning ? { CopySourceVersionId: object.versionId } : {}),
    ...(bucket.versioning ? { VersionId: kept.versionId } : {}),
  };
}

/** `bucket/key?versionId=…`, its key percent-encoded, a leading slash allowed. */
export function parseCopySource(source: string): { Bucket: string; Key: string; VersionId: string | undefined } {
  const match = /^\/?([^/]+)\/(.+?)(?:\?versionId=([^?]+))?$/.exec(source);
  if (!match) throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-copy-source', ArgumentValue: source }, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { Bucket: match[1] ?? '', Key: decodeURIComponent(match[2] ?? ''), VersionId: match[3] };
}

export function checkKey(key: string | undefined): string {
  if (!key) throw s3Error('InvalidRequest', {}, 'Missing object key');
  if (Buffer.byteLength(key) > 1024) throw s3Error('KeyTooLongError', { Size: Buffer.byteLength(key), MaxSizeAllowed: 1024 });
  return key;
}

/** Ownership is the bucket owner's (the default since April 2023), under which ACLs are off. */
export function checkAcl(acl: string | undefined): void {
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') throw s3Error('AccessControlListNotSupported');
}
