import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { checkAcl } from '../behaviour/access-control.ts';
import { type BodyReference, bodies } from '../behaviour/bodies.ts';
import { checksumMembers } from '../behaviour/checksums.ts';
import { checkCopySource } from '../behaviour/conditions.ts';
import { encryptionMembers, openingKey, type Sealing, sealingFor } from '../behaviour/encryption.ts';
import { type CopySource, checkKey, findObject, parseCopySource } from '../behaviour/find-object.ts';
import { keepObject } from '../behaviour/keep-object.ts';
import { lockFor } from '../behaviour/object-lock.ts';
import { metaFrom, type ObjectMeta, parseTagging } from '../behaviour/object-meta.ts';
import type { StoredObject } from '../behaviour/object-table.ts';
import { lastModified, metaOf, quoted, versionMembers } from '../behaviour/presentation.ts';
import { algorithmOf } from '../behaviour/receive-body.ts';
import { checkStorageClass, isReadable } from '../behaviour/storage-classes.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt } from '../state.ts';

/** "CopyObject": at most 5 GB at once. */
const largestCopy = 5 * 1024 ** 3;

export async function CopyObject(ctx: Context, input: CopyObjectCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkAcl(bucket, input);
  const from = parseCopySource(input.CopySource ?? '');
  const { object, bucket: source } = copySource(ctx, from, input);
  checkItself(input, from, key);
  const old = metaOf(object);
  const storageClass = checkStorageClass(input.StorageClass);
  const sealing = await sealingFor(ctx, bucket, key, input);
  const copied = await copyBody(ctx, { object, old, sealing, input });
  const meta: ObjectMeta = {
    ...(input.MetadataDirective === 'REPLACE' ? metaFrom(input) : headersOf(old, input)),
    ...tagsOf(input, old),
    ...lockFor(ctx, bucket, input),
    checksums: copied.checksums,
    sse: sealing.sse,
  };
  const kept = keepObject(ctx, {
    bucket,
    key,
    body: copied.body,
    etag: copied.etag,
    meta,
    storageClass,
    event: 'ObjectCreated:Copy',
    conditions: input,
  });
  return {
    CopyObjectResult: {
      ETag: quoted(kept.etag),
      LastModified: lastModified(kept),
      ChecksumType: 'FULL_OBJECT' as const,
      ...checksumMembers(meta.checksums),
    },
    ...encryptionMembers(sealing.sse),
    ...(source.versioning ? { CopySourceVersionId: object.versionId } : {}),
    ...versionMembers(bucket, kept.versionId),
  };
}

type SourceConditions = Pick<
  CopyObjectCommandInput,
  'CopySourceIfMatch' | 'CopySourceIfNoneMatch' | 'CopySourceIfModifiedSince' | 'CopySourceIfUnmodifiedSince'
>;

/** The version to copy from, when the conditions on it hold. */
export function copySource(
  ctx: Context,
  from: CopySource,
  input: SourceConditions,
): { object: StoredObject; bucket: Bucket } {
  const found = findObject(ctx, from);
  checkCopySource(found.object, {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  if (!isReadable(found.object.storageClass, metaOf(found.object), ctx.clock.now()))
    throw s3Error('InvalidObjectState', { StorageClass: found.object.storageClass });
  return found;
}

/** The customer's key of the source has names of its own. */
export function sourceKey(
  input: Pick<
    CopyObjectCommandInput,
    'CopySourceSSECustomerAlgorithm' | 'CopySourceSSECustomerKey' | 'CopySourceSSECustomerKeyMD5'
  >,
) {
  return {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  };
}

function checkItself(input: CopyObjectCommandInput, from: CopySource, key: string): void {
  const same = from.Bucket === input.Bucket && from.Key === key && from.VersionId === undefined;
  const changes = [
    input.StorageClass,
    input.ServerSideEncryption,
    input.WebsiteRedirectLocation,
    input.SSECustomerKey,
  ].some((value) => value !== undefined);
  if (!same || changes || input.MetadataDirective === 'REPLACE' || input.TaggingDirective === 'REPLACE') return;
  throw s3Error(
    'InvalidRequest',
    {},
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** The website redirect is not copied with the rest ("CopyObject", x-amz-website-redirect-location). */
function headersOf(old: ObjectMeta, input: CopyObjectCommandInput): ObjectMeta {
  const {
    tags: _tags,
    checksums: _checksums,
    checksumType: _type,
    sse: _sse,
    parts: _parts,
    retention: _retention,
    legalHold: _hold,
    websiteRedirect: _redirect,
    restore: _restore,
    ...headers
  } = old;
  return {
    ...headers,
    ...(input.WebsiteRedirectLocation === undefined
      ? {}
      : metaFrom({ WebsiteRedirectLocation: input.WebsiteRedirectLocation })),
  };
}

function tagsOf(input: CopyObjectCommandInput, old: ObjectMeta): Pick<ObjectMeta, 'tags'> {
  const tags = input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : old.tags;
  return tags ? { tags } : {};
}

interface BodyCopy {
  object: StoredObject;
  old: ObjectMeta;
  sealing: Sealing;
  input: CopyObjectCommandInput;
}

/** Bytes that stay as they are get another name; what is encrypted, or was in parts, is read and written anew. */
async function copyBody(
  ctx: Context,
  { object, old, sealing, input }: BodyCopy,
): Promise<{ body: BodyReference; etag: string; checksums: Record<string, string> }> {
  if (object.size > largestCopy)
    throw s3Error(
      'InvalidRequest',
      {},
      `The specified copy source is larger than the maximum allowable size for a copy source: ${largestCopy}`,
    );
  const wanted = algorithmOf(input.ChecksumAlgorithm);
  const known = old.checksumType === 'COMPOSITE' ? {} : (old.checksums ?? {});
  const plain = !sealing.key && !old.sse?.wrappedKey && old.sse?.algorithm !== 'SSE-C' && !object.etag.includes('-');
  if (plain && Object.keys(known).length > 0 && (wanted === undefined || known[wanted] !== undefined)) {
    return { body: ctx.engine(bodies).copy(object), etag: object.etag, checksums: known };
  }
  const key = await openingKey(ctx, old.sse, sourceKey(input));
  const [kept] = Object.keys(known);
  const written = await ctx
    .engine(bodies)
    .write(ctx.engine(bodies).read(object, { key }), { algorithms: [wanted ?? kept ?? 'CRC64NVME'], key: sealing.key });
  return { body: written, etag: sealing.key ? ctx.ids.hex(32) : written.md5, checksums: written.checksums };
}
