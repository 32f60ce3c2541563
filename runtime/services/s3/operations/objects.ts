import type {
  DeleteObjectCommandInput,
  DeleteObjectsCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { access } from '../authorization.ts';
import { checkAcl } from '../behaviour/access-control.ts';
import { accessLogs } from '../behaviour/access-logs.ts';
import { bodies } from '../behaviour/bodies.ts';
import { checksumMembers } from '../behaviour/checksums.ts';
import { type ByteRange, checkRead, checkWrite, parseRange } from '../behaviour/conditions.ts';
import { deleteKey } from '../behaviour/delete-key.ts';
import { checkCustomerKey, encryptionMembers, openingKey, sealingFor } from '../behaviour/encryption.ts';
import { checkKey, findObject } from '../behaviour/find-object.ts';
import { keepObject } from '../behaviour/keep-object.ts';
import { expirationHeader } from '../behaviour/lifecycle-dates.ts';
import { lockFor } from '../behaviour/object-lock.ts';
import { metaFrom, parseTagging } from '../behaviour/object-meta.ts';
import { objectTable, type StoredObject } from '../behaviour/object-table.ts';
import { describeObject, metaOf, quoted, versionMembers } from '../behaviour/presentation.ts';
import { receiveBody } from '../behaviour/receive-body.ts';
import { checkStorageClass, isReadable, restoreHeader } from '../behaviour/storage-classes.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';

export function PutObject(ctx: Context, input: PutObjectCommandInput) {
  return putObject(ctx, input, 'ObjectCreated:Put');
}

/** Also for uploads by form, whose event is another. */
export async function putObject(ctx: Context, input: PutObjectCommandInput, event: string) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkAcl(bucket, input);
  const meta = { ...metaFrom(input), tags: parseTagging(input.Tagging), ...lockFor(ctx, bucket, input) };
  const storageClass = checkStorageClass(input.StorageClass);
  if (input.IfMatch !== undefined || input.IfNoneMatch !== undefined)
    checkWrite(ctx.engine(objectTable).current(bucket.Name, key), input);
  const { sse, key: dataKey } = await sealingFor(ctx, bucket, key, input);
  const written = await receiveBody(ctx, input, { key: dataKey });
  const whole = { ...meta, checksums: written.checksums, sse };
  const kept = keepObject(ctx, {
    bucket,
    key,
    body: written,
    // Only of objects that are not encrypted by key is the entity tag the MD5 ("Object", Amazon S3 API Reference).
    etag: dataKey ? ctx.ids.hex(32) : written.md5,
    meta: whole,
    storageClass,
    event,
    conditions: input,
  });
  return {
    ETag: quoted(kept.etag),
    Expiration: expirationHeader(bucket, kept, whole),
    ...encryptionMembers(sse),
    ...checksumMembers(written.checksums),
    ChecksumType: 'FULL_OBJECT' as const,
    ...versionMembers(bucket, kept.versionId),
  };
}

export async function GetObject(ctx: Context, input: GetObjectCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  checkRead(object, input);
  const range = rangeOf(object, input);
  const meta = metaOf(object);
  if (!isReadable(object.storageClass, meta, ctx.clock.now()))
    throw s3Error('InvalidObjectState', { StorageClass: object.storageClass });
  const key = await openingKey(ctx, meta.sse, input);
  const described = describeObject(bucket, object, {
    checksums: input.ChecksumMode === 'ENABLED' && (!range || coversAll(range, object)),
  });
  const Body = ctx.engine(bodies).read(object, { range, key });
  ctx.engine(accessLogs).sends(ctx, range ? range.end - range.start + 1 : object.size, object.size);
  return {
    ...described,
    Restore: restoreHeader(meta, ctx.clock.now()),
    ...rangeMembers(object, range, input),
    ...overrides(ctx, input),
    Body,
  };
}

export function HeadObject(ctx: Context, input: HeadObjectCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  checkRead(object, input);
  const meta = metaOf(object);
  checkCustomerKey(meta.sse, input);
  const range = rangeOf(object, input);
  const described = describeObject(bucket, object, { checksums: input.ChecksumMode === 'ENABLED' });
  return {
    ...described,
    Restore: restoreHeader(meta, ctx.clock.now()),
    ...rangeMembers(object, range, input),
    ...overrides(ctx, input),
  };
}

function coversAll({ start, end }: ByteRange, object: StoredObject): boolean {
  return start === 0 && end === object.size - 1;
}

function rangeOf(
  object: StoredObject,
  input: { Range?: string | undefined; PartNumber?: number | undefined },
): ByteRange | undefined {
  if (input.PartNumber === undefined) return parseRange(input.Range, object.size);
  if (input.Range !== undefined)
    throw s3Error('InvalidRequest', {}, 'Cannot specify both Range header and partNumber query parameter');
  const parts = metaOf(object).parts ?? [{ number: 1, size: object.size }];
  const part = parts[input.PartNumber - 1];
  if (!part)
    throw s3Error('InvalidPartNumber', { PartNumberRequested: input.PartNumber, ActualPartCount: parts.length });
  const before = parts.slice(0, input.PartNumber - 1).reduce((sum, { size }) => sum + size, 0);
  return { start: before, end: before + part.size - 1 };
}

function rangeMembers(
  object: StoredObject,
  range: ByteRange | undefined,
  input: { PartNumber?: number | undefined },
): object {
  if (!range) return {};
  const parts = input.PartNumber === undefined ? undefined : metaOf(object).parts?.length;
  return {
    ContentLength: range.end - range.start + 1,
    ...(object.size === 0 ? {} : { ContentRange: `bytes ${range.start}-${range.end}/${object.size}`, $status: 206 }),
    PartsCount: parts,
  };
}

/** Query parameters response-* say what an answer's headers are to be; only of signed requests ("GetObject"). */
function overrides(ctx: Context, input: GetObjectCommandInput | HeadObjectCommandInput): Record<string, unknown> {
  const given = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  if (set.length > 0 && ctx.principal.kind === 'anonymous') {
    throw s3Error('InvalidRequest', {}, 'Request specific response headers cannot be used for anonymous GET requests.');
  }
  return Object.fromEntries(set);
}

export function DeleteObject(ctx: Context, input: DeleteObjectCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkDelete(ctx, bucket.Name, key, input.IfMatch);
  const { versionId, deleteMarker } = deleteKey(ctx, bucket, key, {
    versionId: input.VersionId,
    bypassGovernance: input.BypassGovernanceRetention,
  });
  return {
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(deleteMarker ? { DeleteMarker: true } : {}),
  };
}

/** "Conditional deletes": the entity tag of the current version, or `*`. */
function checkDelete(ctx: Context, bucket: string, key: string, etag: string | undefined): void {
  if (etag !== undefined) checkWrite(ctx.engine(objectTable).current(bucket, key), { IfMatch: etag });
}

/** Each key is decided by itself: some may be refused while others go ("DeleteObjects"). */
export function DeleteObjects(ctx: Context, input: DeleteObjectsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > 1000) throw s3Error('MalformedXML');
  const Deleted: object[] = [];
  const Errors: object[] = [];
  for (const { Key, VersionId, ETag } of objects) {
    try {
      const key = checkKey(Key);
      const refusal = ctx
        .engine(authorization)
        .current?.refusal(ctx, [
          access(ctx, VersionId ? 's3:DeleteObjectVersion' : 's3:DeleteObject', bucket.Name, key),
        ]);
      if (refusal !== undefined) throw s3Error('AccessDenied', {}, refusal);
      checkDelete(ctx, bucket.Name, key, ETag);
      const { versionId, deleteMarker } = deleteKey(ctx, bucket, key, {
        versionId: VersionId,
        bypassGovernance: input.BypassGovernanceRetention,
      });
      Deleted.push({
        Key,
        VersionId,
        ...(deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}),
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  return { ...(input.Delete?.Quiet ? {} : { Deleted }), ...(Errors.length > 0 ? { Errors } : {}) };
}
