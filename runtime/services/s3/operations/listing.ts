import type { ListObjectsCommandInput, ListObjectsV2CommandInput, ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { objectTable, type StoredObject } from '../behaviour/object-table.ts';
import { quoted } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';

interface Page {
  contents: StoredObject[];
  prefixes: string[];
  /** The last key or common prefix given, when there is more. */
  next: string | undefined;
}

/** Just above every string that begins with the prefix, in binary order. */
const above = '\u{10ffff}';

/**
 * One page of keys in binary order. With a delimiter, keys that share what comes before it are rolled up, and the reader
 * jumps over them by the index instead of reading each.
 */
function listPage(ctx: Context, bucket: string, options: { prefix: string; delimiter: string; after: string; limit: number }): Page {
  const table = ctx.engine(objectTable);
  const { prefix, delimiter, limit } = options;
  const page: Page = { contents: [], prefixes: [], next: undefined };
  let from = options.after < prefix ? prefix : options.after;
  let inclusive = options.after < prefix;
  // A page that ended on a common prefix goes on after everything below it.
  if (delimiter && options.after.endsWith(delimiter) && options.after.startsWith(prefix)) from = options.after + above;
  const full = (): boolean => page.contents.length + page.prefixes.length >= limit;
  for (;;) {
    const batch = inclusive ? table.liveFrom(bucket, from, Math.min(limit + 1, 1001)) : table.live(bucket, from, Math.min(limit + 1, 1001));
    inclusive = false;
    let jumped = false;
    for (const object of batch) {
      if (!object.key.startsWith(prefix)) return page;
      const end = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
      const last = page.contents.at(-1)?.key ?? '';
      if (full()) {
        page.next = [last, page.prefixes.at(-1) ?? ''].sort().at(-1);
        return page;
      }
      if (end === -1) {
        page.contents.push(object);
        from = object.key;
        continue;
      }
      const common = object.key.slice(0, end + delimiter.length);
      page.prefixes.push(common);
      from = common + above;
      jumped = true;
      break;
    }
    if (!jumped && batch.length < Math.min(limit + 1, 1001)) return page;
  }
}

function limitOf(maxKeys: number | undefined): number {
  const limit = maxKeys ?? 1000;
  if (limit < 0) throw s3Error('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: limit }, 'Argument max-keys must be an integer between 0 and 2147483647');
  return Math.min(limit, 1000);
}

/** With encoding-type=url keys travel percent-encoded, for XML cannot hold every character. */
function encoder(type: string | undefined): (key: string) => string {
  return type === 'url' ? (key) => encodeURIComponent(key).replaceAll('%2F', '/').replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`) : (key) => key;
}

function contentsOf(objects: StoredObject[], encode: (key: string) => string, owner?: string): object[] {
  return objects.map((object) => ({
    Key: encode(object.key),
    LastModified: new Date(object.modifiedMs),
    ETag: quoted(object.etag),
    Size: object.size,
    StorageClass: object.storageClass,
    ...(owner ? { Owner: { ID: owner } } : {}),
  }));
}

export function ListObjectsV2(ctx: Context, input: ListObjectsV2CommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf(input.MaxKeys);
  const after = input.ContinuationToken ? readToken(input.ContinuationToken) : (input.StartAfter ?? '');
  const { prefix, delimiter } = { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '' };
  const page = limit === 0 ? { contents: [], prefixes: [], next: undefined } : listPage(ctx, bucket.Name, { prefix, delimiter, after, limit });
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.Name,
    Prefix: encode(prefix),
    Delimiter: input.Delimiter === undefined ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    KeyCount: page.contents.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: input.ContinuationToken,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString('base64'),
    StartAfter: input.StartAfter === undefined ? undefined : encode(input.StartAfter),
    Contents: contentsOf(page.contents, encode, input.FetchOwner ? bucket.account : undefined),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (Buffer.from(text).toString('base64') !== token) throw s3Error('InvalidArgument', { ArgumentName: 'continuation-token' }, 'The continuation token provided is incorrect');
  return text;
}

export function ListObjects(ctx: Context, input: ListObjectsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf(input.MaxKeys);
  const { prefix, delimiter, after } = { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '', after: input.Marker ?? '' };
  const page = limit === 0 ? { contents: [], prefixes: [], next: undefined } : listPage(ctx, bucket.Name, { prefix, delimiter, after, limit });
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.Name,
    Prefix: encode(prefix),
    Marker: encode(after),
    Delimiter: input.Delimiter,
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    IsTruncated: page.next !== undefined,
    NextMarker: page.next === undefined || !delimiter ? undefined : encode(page.next),
    Contents: contentsOf(page.contents, encode, bucket.account),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

export function ListObjectVersions(ctx: Context, input: ListObjectVersionsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf(input.MaxKeys);
  const prefix = input.Prefix ?? '';
  const table = ctx.engine(objectTable);
  const encode = encoder(input.EncodingType);
  const marker = input.VersionIdMarker && input.KeyMarker ? table.version(bucket.Name, input.KeyMarker, input.VersionIdMarker)?.seq : undefined;
  const Versions: object[] = [];
  const DeleteMarkers: object[] = [];
  const prefixes: string[] = [];
  let at = { key: input.KeyMarker ?? '', seq: marker ?? (input.KeyMarker ? 0 : Number.MAX_SAFE_INTEGER) };
  let last: StoredObject | undefined;
  let truncated = false;
  scan: for (;;) {
    const batch = table.versions(bucket.Name, at, 1001);
    for (const version of batch) {
      at = { key: version.key, seq: version.seq };
      if (version.key < prefix) continue;
      if (!version.key.startsWith(prefix)) break scan;
      if (Versions.length + DeleteMarkers.length + prefixes.length >= limit) {
        truncated = true;
        break scan;
      }
      last = version;
      const end = input.Delimiter ? version.key.indexOf(input.Delimiter, prefix.length) : -1;
      if (end !== -1) {
        const common = version.key.slice(0, end + (input.Delimiter ?? '').length);
        if (prefixes.at(-1) !== common) prefixes.push(common);
        continue;
      }
      const about = { Key: encode(version.key), VersionId: version.versionId, IsLatest: version.latest === 1, LastModified: new Date(version.modifiedMs), Owner: { ID: bucket.account } };
      if (version.deleteMarker) DeleteMarkers.push(about);
      else Versions.push({ ...about, ETag: quoted(version.etag), Size: version.size, StorageClass: version.storageClass });
    }
    if (batch.length < 1001) break;
  }
  return {
    Name: bucket.Name,
    Prefix: encode(prefix),
    Delimiter: input.Delimiter,
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    IsTruncated: truncated,
    ...(truncated && last ? { NextKeyMarker: encode(last.key), NextVersionIdMarker: last.versionId } : {}),
    Versions,
    DeleteMarkers,
    CommonPrefixes: prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}
