import type {
  AbortMultipartUploadCommandInput,
  CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommandInput,
  UploadPartCommandInput,
  UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { checkAcl } from '../behaviour/access-control.ts';
import { bodies, type WrittenBody } from '../behaviour/bodies.ts';
import { checksumMembers, memberOf } from '../behaviour/checksums.ts';
import { checkWrite, parseRange } from '../behaviour/conditions.ts';
import { encryptionMembers, openingKey, sealingFor } from '../behaviour/encryption.ts';
import { checkKey, parseCopySource } from '../behaviour/find-object.ts';
import { keepObject } from '../behaviour/keep-object.ts';
import { lockFor } from '../behaviour/object-lock.ts';
import { metaFrom, parseTagging } from '../behaviour/object-meta.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { checksumTypeFor, chooseParts, wholeChecksum, wholeEtag } from '../behaviour/parts.ts';
import { lastModified, metaOf, quoted, versionMembers } from '../behaviour/presentation.ts';
import { algorithmOf, receiveBody } from '../behaviour/receive-body.ts';
import { checkStorageClass } from '../behaviour/storage-classes.ts';
import { type Part, type Upload, type UploadMeta, uploadMeta, uploadTable } from '../behaviour/uploads.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';
import { copySource, sourceKey } from './copies.ts';

/** "Amazon S3 multipart upload limits": parts are numbered 1 to 10,000. */
const mostParts = 10_000;

export async function CreateMultipartUpload(ctx: Context, input: CreateMultipartUploadCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  checkAcl(bucket, input);
  const algorithm = algorithmOf(input.ChecksumAlgorithm);
  const tags = parseTagging(input.Tagging);
  const { sse } = await sealingFor(ctx, bucket, key, input);
  const meta: UploadMeta = {
    object: { ...metaFrom(input), ...(tags ? { tags } : {}), ...lockFor(ctx, bucket, input), sse },
    storageClass: checkStorageClass(input.StorageClass),
    checksumType: checksumTypeFor(algorithm, input.ChecksumType),
    ...(algorithm ? { checksumAlgorithm: algorithm } : {}),
  };
  const UploadId = ctx.ids.secret(64).replace(/[-_]/g, '.');
  ctx
    .engine(uploadTable)
    .start({ uploadId: UploadId, bucket: bucket.Name, key, startedMs: ctx.clock.now(), meta: JSON.stringify(meta) });
  return {
    Bucket: bucket.Name,
    Key: key,
    UploadId,
    ...encryptionMembers(sse),
    ...(algorithm ? { ChecksumAlgorithm: input.ChecksumAlgorithm, ChecksumType: meta.checksumType } : {}),
  };
}

export function uploadAt(
  ctx: Context,
  input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined },
): Upload {
  bucketAt(ctx, input.Bucket);
  const upload = ctx.engine(uploadTable).find(input.UploadId ?? '');
  if (!upload || upload.bucket !== input.Bucket || upload.key !== input.Key)
    throw s3Error('NoSuchUpload', { UploadId: input.UploadId });
  return upload;
}

export async function UploadPart(ctx: Context, input: UploadPartCommandInput) {
  const number = checkNumber(input.PartNumber);
  const upload = uploadAt(ctx, input);
  const meta = uploadMeta(upload);
  const key = await openingKey(ctx, meta.object.sse, input);
  const claimed = checkAlgorithm(meta, input);
  const written = await receiveBody(ctx, input, { key, asFile: true, preset: meta.checksumAlgorithm ?? 'CRC64NVME' });
  const part = keepPart(ctx, input, number, written, key !== undefined);
  const sums = claimed ? { [claimed]: written.checksums[claimed] ?? '' } : written.checksums;
  return { ETag: quoted(part.etag), ...encryptionMembers(meta.object.sse), ...checksumMembers(sums) };
}

function checkNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > mostParts) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'partNumber', ArgumentValue: number },
      'Part number must be an integer between 1 and 10000, inclusive',
    );
  }
  return number;
}

/** The algorithm the part names, which must be the upload's where that has one. */
function checkAlgorithm(meta: UploadMeta, input: UploadPartCommandInput): string | undefined {
  const named = algorithmOf(input.ChecksumAlgorithm);
  if (named && meta.checksumAlgorithm && named !== meta.checksumAlgorithm) {
    throw s3Error(
      'InvalidRequest',
      {},
      `Checksum Type mismatch occurred, expected checksum Type: ${meta.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${named.toLowerCase()}`,
    );
  }
  return named;
}

/** While the part travelled its upload may have been completed or aborted. */
function keepPart(
  ctx: Context,
  input: UploadPartCommandInput | UploadPartCopyCommandInput,
  number: number,
  written: WrittenBody,
  sealed: boolean,
): Part {
  const table = ctx.engine(uploadTable);
  let upload: Upload;
  try {
    upload = uploadAt(ctx, input);
  } catch (error) {
    ctx.engine(bodies).removeLater(written);
    throw error;
  }
  const part: Part = {
    uploadId: upload.uploadId,
    number,
    size: written.size,
    etag: sealed ? ctx.ids.hex(32) : written.md5,
    modifiedMs: ctx.clock.now(),
    checksums: JSON.stringify(written.checksums),
    file: written.file,
    inline: null,
  };
  const replaced = table.putPart(part);
  if (replaced) ctx.engine(bodies).removeLater(replaced);
  return part;
}

export async function UploadPartCopy(ctx: Context, input: UploadPartCopyCommandInput) {
  const number = checkNumber(input.PartNumber);
  const upload = uploadAt(ctx, input);
  const meta = uploadMeta(upload);
  const { object, bucket: source } = copySource(ctx, parseCopySource(input.CopySource ?? ''), input);
  const range = copyRange(input.CopySourceRange, object.size);
  const read = { range, key: await openingKey(ctx, metaOf(object).sse, sourceKey(input)) };
  const key = await openingKey(ctx, meta.object.sse, input);
  const written = await ctx.engine(bodies).write(ctx.engine(bodies).read(object, read), {
    algorithms: [meta.checksumAlgorithm ?? 'CRC64NVME'],
    key,
    asFile: true,
  });
  const part = keepPart(ctx, input, number, written, key !== undefined);
  return {
    CopyPartResult: {
      ETag: quoted(part.etag),
      LastModified: lastModified(part),
      ...(meta.checksumAlgorithm ? checksumMembers(written.checksums) : {}),
    },
    ...encryptionMembers(meta.object.sse),
    ...(source.versioning ? { CopySourceVersionId: object.versionId } : {}),
  };
}

/** "UploadPartCopy": the range must lie within the source. */
function copyRange(header: string | undefined, size: number) {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const invalid = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header };
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw s3Error(
      'InvalidArgument',
      invalid,
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (Number(last) >= size)
    throw s3Error('InvalidArgument', invalid, `Range specified is not valid for source object of size: ${size}`);
  return parseRange(header, size);
}

export function CompleteMultipartUpload(ctx: Context, input: CompleteMultipartUploadCommandInput) {
  const upload = uploadAt(ctx, input);
  const bucket = bucketAt(ctx, input.Bucket);
  const meta = uploadMeta(upload);
  const parts = chooseParts(ctx.engine(uploadTable).parts(upload.uploadId), input, meta);
  const checksum = wholeChecksum(parts, meta);
  checkClaims(input, checksum, parts);
  checkWrite(ctx.engine(objectTable).current(bucket.Name, upload.key), input);
  const kept = keepObject(ctx, {
    bucket,
    key: upload.key,
    body: ctx.engine(bodies).join(parts),
    etag: wholeEtag(parts),
    meta: {
      ...meta.object,
      ...(checksum ? { checksums: checksum, checksumType: meta.checksumType } : {}),
      parts: parts.map((part) => ({
        number: part.number,
        size: part.size,
        ...(meta.checksumType === 'COMPOSITE' ? { checksums: JSON.parse(part.checksums) } : {}),
      })),
    },
    storageClass: meta.storageClass,
    event: 'ObjectCreated:CompleteMultipartUpload',
  });
  const chosen = new Set(parts.map((part) => part.number));
  for (const part of ctx.engine(uploadTable).remove(upload.uploadId))
    if (!chosen.has(part.number)) ctx.engine(bodies).removeLater(part);
  return {
    Location: `https://${bucket.Name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(upload.key)}`,
    Bucket: bucket.Name,
    Key: upload.key,
    ETag: quoted(kept.etag),
    ...(checksum ? { ...checksumMembers(checksum), ChecksumType: meta.checksumType } : {}),
    ...encryptionMembers(meta.object.sse),
    ...versionMembers(bucket, kept.versionId),
  };
}

function checkClaims(
  input: CompleteMultipartUploadCommandInput,
  checksum: Record<string, string> | undefined,
  parts: Part[],
): void {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== size) {
    throw s3Error(
      'InvalidRequest',
      {},
      "The provided 'x-amz-mp-object-size' header value does not match what was computed.",
    );
  }
  for (const [algorithm, value] of Object.entries(checksum ?? {})) {
    const claimed = (input as unknown as Record<string, unknown>)[memberOf(algorithm)];
    if (claimed !== undefined && claimed !== value && `${claimed}-${parts.length}` !== value) {
      throw s3Error(
        'BadDigest',
        {},
        `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
      );
    }
  }
}

export function AbortMultipartUpload(ctx: Context, input: AbortMultipartUploadCommandInput) {
  const upload = uploadAt(ctx, input);
  for (const part of ctx.engine(uploadTable).remove(upload.uploadId)) ctx.engine(bodies).removeLater(part);
}
