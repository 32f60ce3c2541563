import type {
  AbortMultipartUploadCommandInput,
  CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommandInput,
  ListPartsCommandInput,
  UploadPartCommandInput,
  UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Context } from '../../../kernel/service.ts';
import { bodies } from '../behaviour/bodies.ts';
import { memberOf } from '../behaviour/checksums.ts';
import { parseRange } from '../behaviour/conditions.ts';
import { keepObject, receiveBody } from '../behaviour/keep-object.ts';
import { encryptionFor, metaFrom, parseTagging } from '../behaviour/object-meta.ts';
import { type ObjectMeta } from '../behaviour/object-table.ts';
import { quoted } from '../behaviour/presentation.ts';
import { uploadTable, type Part, type Upload } from '../behaviour/uploads.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';
import { checkAcl, checkKey, find, parseCopySource } from './objects.ts';

/** "Amazon S3 multipart upload limits": 10,000 parts, 5 MiB each but the last. */
const smallestPart = 5 * 1024 * 1024;
const mostParts = 10_000;

export function CreateMultipartUpload(ctx: Context, input: CreateMultipartUploadCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const Key = checkKey(input.Key);
  checkAcl(input.ACL);
  const UploadId = ctx.ids.secret(64).replace(/[-_]/g, '.');
  const meta: ObjectMeta & { storageClass?: string } = { ...metaFrom(input), tags: parseTagging(input.Tagging), sse: encryptionFor(bucket, input), storageClass: input.StorageClass ?? 'STANDARD' };
  ctx.engine(uploadTable).start({ uploadId: UploadId, bucket: bucket.Name, key: Key, startedMs: ctx.clock.now(), meta: JSON.stringify(meta) });
  return { Bucket: bucket.Name, Key, UploadId, ServerSideEncryption: meta.sse?.algorithm, ChecksumAlgorithm: input.ChecksumAlgorithm, ChecksumType: input.ChecksumType };
}

function uploadAt(ctx: Context, input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined }): Upload {
  bucketAt(ctx, input.Bucket);
  const upload = ctx.engine(uploadTable).find(input.UploadId ?? '');
  if (!upload || upload.bucket !== input.Bucket || upload.key !== input.Key) throw s3Error('NoSuchUpload', { UploadId: input.UploadId });
  return upload;
}

function checkNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > mostParts) {
    throw s3Error('InvalidArgument', { ArgumentName: 'partNumber', ArgumentValue: number }, 'Part number must be an integer between 1 and 10000, inclusive');
  }
  return number;
}

export async function UploadPart(ctx: Context, input: UploadPartCommandInput) {
  const upload = uploadAt(ctx, input);
  const number = checkNumber(input.PartNumber);
  const written = await receiveBody(ctx, input as unknown as Record<string, unknown>);
  const replaced = ctx.engine(uploadTable).putPart({
    uploadId: upload.uploadId,
    number,
    size: written.size,
    etag: written.md5,
    modifiedMs: ctx.clock.now(),
    checksums: JSON.stringify(written.checksums),
    file: written.file,
    inline: written.inline,
  });
  if (replaced) ctx.engine(bodies).removeLater(replaced);
  return { ETag: quoted(written.md5), ServerSideEncryption: 'AES256', ...Object.fromEntries(Object.entries(written.checksums).map(([name, value]) => [memberOf(name), value])) };
}

export async function UploadPartCopy(ctx: Context, input: UploadPartCopyCommandInput) {
  const upload = uploadAt(ctx, input);
  const number = checkNumber(input.PartNumber);
  const { object } = find(ctx, parseCopySource(input.CopySource ?? ''));
  const range = parseRange(input.CopySourceRange, object.size);
  const body = ctx.engine(bodies).read(object, range);
  const written = await ctx.engine(bodies).write(body, []);
  const replaced = ctx.engine(uploadTable).putPart({ uploadId: upload.uploadId, number, size: written.size, etag: written.md5, modifiedMs: ctx.clock.now(), checksums: '{}', file: written.file, inline: written.inline });
  if (replaced) ctx.engine(bodies).removeLater(replaced);
  return { CopyPartResult: { ETag: quoted(written.md5), LastModified: new Date(ctx.clock.now()) } };
}

export async function CompleteMultipartUpload(ctx: Context, input: CompleteMultipartUploadCommandInput) {
  const upload = uploadAt(ctx, input);
  const bucket = bucketAt(ctx, input.Bucket);
  const table = ctx.engine(uploadTable);
  const parts = chosenParts(table.parts(upload.uploadId), input);
  const body = await ctx.engine(bodies).join(parts);
  const etag = `${createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')))).digest('hex')}-${parts.length}`;
  const { storageClass, ...meta } = JSON.parse(upload.meta) as ObjectMeta & { storageClass?: string };
  const kept = keepObject(ctx, {
    bucket,
    key: upload.key,
    body,
    etag,
    meta: { ...meta, checksumType: 'COMPOSITE', parts: parts.map((part) => ({ size: part.size, etag: part.etag })) },
    storageClass: storageClass ?? 'STANDARD',
    event: 'ObjectCreated:CompleteMultipartUpload',
    conditions: input,
  });
  forget(ctx, upload);
  return { Location: `https://${bucket.Name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(upload.key)}`, Bucket: bucket.Name, Key: upload.key, ETag: quoted(etag), ...(bucket.versioning ? { VersionId: kept.versionId } : {}) };
}

function chosenParts(uploaded: Part[], input: CompleteMultipartUploadCommandInput): Part[] {
  const wanted = input.MultipartUpload?.Parts ?? [];
  if (wanted.length === 0) throw s3Error('MalformedXML');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  return wanted.map(({ PartNumber = 0, ETag = '' }, index) => {
    if (index > 0 && PartNumber <= (wanted[index - 1]?.PartNumber ?? 0)) throw s3Error('InvalidPartOrder', { UploadId: input.UploadId });
    const part = byNumber.get(PartNumber);
    if (!part || part.etag !== ETag.replaceAll('"', '')) throw s3Error('InvalidPart', { UploadId: input.UploadId, PartNumber, ETag });
    if (index < wanted.length - 1 && part.size < smallestPart) throw s3Error('EntityTooSmall', { PartNumber, ProposedSize: part.size, MinSizeAllowed: smallestPart });
    return part;
  });
}

function forget(ctx: Context, upload: Upload): void {
  for (const part of ctx.engine(uploadTable).remove(upload.uploadId)) ctx.engine(bodies).removeLater(part);
}

export function AbortMultipartUpload(ctx: Context, input: AbortMultipartUploadCommandInput) {
  forget(ctx, uploadAt(ctx, input));
}

export function ListParts(ctx: Context, input: ListPartsCommandInput) {
  const upload = uploadAt(ctx, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? 1000, 1000);
  const rest = ctx.engine(uploadTable).parts(upload.uploadId).filter((part) => part.number > after);
  const page = rest.slice(0, limit);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    PartNumberMarker: String(after),
    NextPartNumberMarker: page.at(-1) ? String(page.at(-1)?.number) : undefined,
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    StorageClass: 'STANDARD',
    Parts: page.map((part) => ({ PartNumber: part.number, LastModified: new Date(part.modifiedMs), ETag: quoted(part.etag), Size: part.size })),
  };
}

export function ListMultipartUploads(ctx: Context, input: ListMultipartUploadsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = Math.min(input.MaxUploads ?? 1000, 1000);
  const all = ctx.engine(uploadTable).ofBucket(bucket.Name).filter((upload) => upload.key.startsWith(input.Prefix ?? ''));
  const rest = all.filter((upload) => !input.KeyMarker || upload.key > input.KeyMarker || (upload.key === input.KeyMarker && upload.uploadId > (input.UploadIdMarker ?? '~')));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    Bucket: bucket.Name,
    KeyMarker: input.KeyMarker ?? '',
    UploadIdMarker: input.UploadIdMarker ?? '',
    Prefix: input.Prefix,
    MaxUploads: limit,
    IsTruncated: rest.length > page.length,
    ...(rest.length > page.length && last ? { NextKeyMarker: last.key, NextUploadIdMarker: last.uploadId } : {}),
    Uploads: page.map((upload) => ({ UploadId: upload.uploadId, Key: upload.key, Initiated: new Date(upload.startedMs), StorageClass: 'STANDARD' })),
  };
}
