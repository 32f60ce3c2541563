import type { ListMultipartUploadsCommandInput, ListPartsCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { checksumMembers } from '../behaviour/checksums.ts';
import { commonPrefix } from '../behaviour/list-page.ts';
import { lastModified, quoted } from '../behaviour/presentation.ts';
import { type Upload, uploadMeta, uploadTable } from '../behaviour/uploads.ts';
import { bucketAt, ownerOf } from '../state.ts';
import { encoder, limitOf } from './listing.ts';
import { uploadAt } from './multipart.ts';

export function ListParts(ctx: Context, input: ListPartsCommandInput) {
  const upload = uploadAt(ctx, input);
  const { account } = bucketAt(ctx, input.Bucket);
  const meta = uploadMeta(upload);
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = limitOf('max-parts', input.MaxParts);
  const parts = ctx.engine(uploadTable).parts(upload.uploadId, after, limit + 1);
  const page = parts.slice(0, limit);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: parts.length > page.length,
    Initiator: ownerOf(account),
    Owner: ownerOf(account),
    StorageClass: meta.storageClass,
    ...(meta.checksumAlgorithm ? { ChecksumAlgorithm: meta.checksumAlgorithm, ChecksumType: meta.checksumType } : {}),
    Parts: page.map((part) => ({
      PartNumber: part.number,
      LastModified: lastModified(part),
      ETag: quoted(part.etag),
      Size: part.size,
      ...checksumMembers(JSON.parse(part.checksums) as Record<string, string>),
    })),
  };
}

export function ListMultipartUploads(ctx: Context, input: ListMultipartUploadsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf('max-uploads', input.MaxUploads);
  const encode = encoder(input.EncodingType);
  const { items, prefixes, next } = page(ctx, input, limit);
  return {
    Bucket: bucket.Name,
    KeyMarker: encode(input.KeyMarker ?? ''),
    UploadIdMarker: input.UploadIdMarker ?? '',
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    EncodingType: input.EncodingType,
    MaxUploads: limit,
    IsTruncated: next !== undefined,
    ...(next ? { NextKeyMarker: encode(next.key), NextUploadIdMarker: next.uploadId } : {}),
    CommonPrefixes: prefixes.map((common) => ({ Prefix: encode(common) })),
    Uploads: items.map((upload) => describe(upload, ownerOf(bucket.account), encode)),
  };
}

function describe(upload: Upload, Owner: object, encode: (key: string) => string): object {
  const meta = uploadMeta(upload);
  return {
    UploadId: upload.uploadId,
    Key: encode(upload.key),
    Initiated: new Date(upload.startedMs),
    StorageClass: meta.storageClass,
    Owner,
    Initiator: Owner,
    ...(meta.checksumAlgorithm ? { ChecksumAlgorithm: meta.checksumAlgorithm, ChecksumType: meta.checksumType } : {}),
  };
}

/** Uploads under way are few: they are read from the marker on and rolled up here. */
function page(ctx: Context, input: ListMultipartUploadsCommandInput, limit: number) {
  const { KeyMarker: marker = '', UploadIdMarker: idMarker, Prefix: prefix = '', Delimiter: delimiter = '' } = input;
  const items: Upload[] = [];
  const prefixes: string[] = [];
  let last: Upload | undefined;
  for (const upload of ctx.engine(uploadTable).ofBucket(input.Bucket ?? '', marker)) {
    if (!upload.key.startsWith(prefix)) continue;
    if (marker !== '' && upload.key === marker && (!idMarker || upload.uploadId <= idMarker)) continue;
    const common = commonPrefix(upload.key, prefix, delimiter);
    if (common !== undefined && (common === prefixes.at(-1) || marker.startsWith(common))) continue;
    if (items.length + prefixes.length >= limit) return { items, prefixes, next: last };
    if (common === undefined) items.push(upload);
    else prefixes.push(common);
    last = common === undefined ? upload : { ...upload, key: common };
  }
  return { items, prefixes, next: undefined };
}
