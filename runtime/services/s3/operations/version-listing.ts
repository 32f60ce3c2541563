import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { compareKeys, successor } from '../behaviour/key-order.ts';
import { commonPrefix } from '../behaviour/list-page.ts';
import { type ListedVersion, objectTable, type StoredObject } from '../behaviour/object-table.ts';
import { lastModified, metaOf, quoted } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { bucketAt, ownerOf } from '../state.ts';
import { encoder, limitOf } from './listing.ts';

export function ListObjectVersions(ctx: Context, input: ListObjectVersionsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf('max-keys', input.MaxKeys);
  if (input.VersionIdMarker && !input.KeyMarker)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'version-id-marker' },
      'A version-id marker cannot be specified without a key marker.',
    );
  const page = read(ctx, bucket.Name, input, limit);
  const encode = encoder(input.EncodingType);
  const Owner = ownerOf(bucket.account);
  const about = (version: ListedVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: version.latest === 1,
    LastModified: lastModified(version),
    Owner,
  });
  return {
    Name: bucket.Name,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    IsTruncated: page.next !== undefined,
    ...(page.next ? { NextKeyMarker: encode(page.next.key), NextVersionIdMarker: page.next.versionId } : {}),
    Versions: page.versions
      .filter((version) => !version.deleteMarker)
      .map((version) => ({ ...about(version), ...contentOf(version) })),
    DeleteMarkers: page.versions.filter((version) => version.deleteMarker).map(about),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

function contentOf(version: StoredObject): object {
  const { checksums, checksumType } = metaOf(version);
  const sums = checksums
    ? { ChecksumAlgorithm: Object.keys(checksums), ChecksumType: checksumType ?? 'FULL_OBJECT' }
    : {};
  return { ETag: quoted(version.etag), Size: version.size, StorageClass: version.storageClass, ...sums };
}

interface VersionPage {
  versions: ListedVersion[];
  prefixes: string[];
  /** The last of the page, when there is more; a common prefix has no version. */
  next: { key: string; versionId: string | undefined } | undefined;
}

function read(ctx: Context, bucket: string, input: ListObjectVersionsCommandInput, limit: number): VersionPage {
  const table = ctx.engine(objectTable);
  const prefix = input.Prefix ?? '';
  const page: VersionPage = { versions: [], prefixes: [], next: undefined };
  let last: VersionPage['next'];
  let at = start(ctx, bucket, input);
  while (at && limit > 0) {
    const batchSize = Math.min(limit - page.versions.length - page.prefixes.length + 1, 1001);
    const batch: ListedVersion[] = table.versions(bucket, at, batchSize);
    let jump: string | undefined;
    for (const version of batch) {
      if (!version.key.startsWith(prefix)) return page;
      if (page.versions.length + page.prefixes.length >= limit) return { ...page, next: last };
      at = { key: version.key, seq: version.seq };
      const common = commonPrefix(version.key, prefix, input.Delimiter ?? '');
      if (common !== undefined) {
        page.prefixes.push(common);
        last = { key: common, versionId: undefined };
        jump = common;
        break;
      }
      page.versions.push(version);
      last = { key: version.key, versionId: version.versionId };
    }
    if (jump !== undefined) at = before(successor(jump));
    else if (batch.length < batchSize) return page;
  }
  return page;
}

/** The place before every version of a key. */
function before(key: string | undefined): { key: string; seq: number } | undefined {
  return key === undefined ? undefined : { key, seq: Number.MAX_SAFE_INTEGER };
}

function start(
  ctx: Context,
  bucket: string,
  input: ListObjectVersionsCommandInput,
): { key: string; seq: number } | undefined {
  const { KeyMarker: marker, VersionIdMarker: versionId } = input;
  const prefix = input.Prefix ?? '';
  if (!marker || compareKeys(marker, prefix) < 0) return before(prefix);
  if (commonPrefix(marker, prefix, input.Delimiter ?? '') === marker) return before(successor(marker));
  if (!versionId) return { key: marker, seq: 0 };
  const version = ctx.engine(objectTable).version(bucket, marker, versionId);
  if (!version)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'version-id-marker', ArgumentValue: versionId },
      'Invalid version id specified',
    );
  return { key: marker, seq: version.seq };
}
