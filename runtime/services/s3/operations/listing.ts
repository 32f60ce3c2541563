import type { ListObjectsCommandInput, ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { listPage, type Page, type PageOptions } from '../behaviour/list-page.ts';
import { checksumAlgorithms, checksumType } from '../behaviour/listed-checksums.ts';
import { type ListedObject, objectTable } from '../behaviour/object-table.ts';
import { lastModified, quoted } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { bucketAt, ownerOf } from '../state.ts';

export function ListObjectsV2(ctx: Context, input: ListObjectsV2CommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf('max-keys', input.MaxKeys);
  const after = input.ContinuationToken === undefined ? (input.StartAfter ?? '') : readToken(input.ContinuationToken);
  const page = pageOf(ctx, bucket.Name, { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '', after, limit });
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.Name,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    KeyCount: page.items.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: input.ContinuationToken,
    NextContinuationToken: page.next === undefined ? undefined : writeToken(page.next),
    StartAfter: input.StartAfter && encode(input.StartAfter),
    Contents: contentsOf(page.items, encode, input.FetchOwner ? ownerOf(bucket.account) : undefined),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

export function ListObjects(ctx: Context, input: ListObjectsCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  const limit = limitOf('max-keys', input.MaxKeys);
  const page = pageOf(ctx, bucket.Name, {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: input.Marker ?? '',
    limit,
  });
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.Name,
    Prefix: encode(input.Prefix ?? ''),
    Marker: encode(input.Marker ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    IsTruncated: page.next !== undefined,
    // "ListObjects": given only with a delimiter; without one the last key serves as the next marker.
    NextMarker: page.next === undefined || !input.Delimiter ? undefined : encode(page.next),
    Contents: contentsOf(page.items, encode, ownerOf(bucket.account)),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

function pageOf(ctx: Context, bucket: string, options: PageOptions): Page<ListedObject> {
  const table = ctx.engine(objectTable);
  return listPage((from, limit) => table.live(bucket, from, limit), options);
}

export function limitOf(argument: string, given: number | undefined): number {
  const limit = given ?? 1000;
  if (limit < 0 || !Number.isInteger(limit)) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: argument, ArgumentValue: limit },
      `Argument ${argument} must be an integer between 0 and 2147483647`,
    );
  }
  return Math.min(limit, 1000);
}

/** With encoding-type=url keys travel percent-encoded, for XML cannot hold every character. */
export function encoder(type: string | undefined): (key: string) => string {
  if (type === undefined) return (key) => key;
  if (type !== 'url')
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'encoding-type', ArgumentValue: type },
      'Invalid Encoding Method specified in Request',
    );
  return (key) => {
    if (plain.test(key)) return key;
    return encodeURIComponent(key)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replace(/[!'()]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  };
}

const plain = /^[A-Za-z0-9/._*-]*$/;

function contentsOf(objects: ListedObject[], encode: (key: string) => string, Owner: object | undefined): object[] {
  return objects.map((object) => {
    const ChecksumAlgorithm = checksumAlgorithms(object.meta);
    return {
      Key: encode(object.key),
      LastModified: lastModified(object),
      ETag: quoted(object.etag),
      Size: object.size,
      StorageClass: object.storageClass,
      Owner,
      ChecksumAlgorithm,
      ChecksumType: ChecksumAlgorithm && checksumType(object.meta),
    };
  });
}

function writeToken(key: string): string {
  return Buffer.from(key).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (text === '' || writeToken(text) !== token)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'continuation-token' },
      'The continuation token provided is incorrect',
    );
  return text;
}
