import { authorization } from '../../../kernel/authorizer.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketArn, bucketAt } from '../state.ts';
import { objectTable, type StoredObject } from './object-table.ts';

export interface ObjectAddress {
  Bucket?: string | undefined;
  Key?: string | undefined;
  VersionId?: string | undefined;
}

/** The version asked for, or the current one; a delete marker is a 404, or 405 when it is asked for itself. */
export function findObject(ctx: Context, input: ObjectAddress): { bucket: Bucket; object: StoredObject } {
  const bucket = bucketAt(ctx, input.Bucket);
  const key = checkKey(input.Key);
  const table = ctx.engine(objectTable);
  if (input.VersionId !== undefined) {
    const object = table.version(bucket.Name, key, input.VersionId);
    if (!object && !isVersionId(input.VersionId))
      throw s3Error(
        'InvalidArgument',
        { ArgumentName: 'versionId', ArgumentValue: input.VersionId },
        'Invalid version id specified',
      );
    if (!object) throw s3Error('NoSuchVersion', { Key: key, VersionId: input.VersionId });
    if (object.deleteMarker)
      throw s3Error(
        'MethodNotAllowed',
        { Method: ctx.http?.method ?? 'GET', ResourceType: 'DeleteMarker' },
        undefined,
        {
          ...markerHeaders(object),
          allow: 'DELETE',
          'last-modified': new Date(object.modifiedMs).toUTCString(),
        },
      );
    return { bucket, object };
  }
  const object = table.current(bucket.Name, key);
  if (!object || object.deleteMarker) throw absent(ctx, bucket, { key, marker: object });
  return { bucket, object };
}

/** The version whose tags conditions of policies are about; undefined when there is none. Decides nothing. */
export function peekObject(ctx: Context, input: ObjectAddress): StoredObject | undefined {
  const table = ctx.engine(objectTable);
  const { Bucket = '', Key = '', VersionId } = input;
  const object = VersionId === undefined ? table.current(Bucket, Key) : table.version(Bucket, Key, VersionId);
  return object?.deleteMarker ? undefined : object;
}

/** "GetObject", permissions: who may not list the bucket is not told that a key is missing. */
function absent(
  ctx: Context,
  bucket: Bucket,
  { key, marker }: { key: string; marker: StoredObject | undefined },
): Error {
  const asked = {
    action: 's3:ListBucket',
    resource: bucketArn(bucket.Name),
    resourcePolicy: bucket.policy,
    resourceAccount: bucket.account,
  };
  const refusal = ctx.engine(authorization).current?.refusal(ctx, [asked]);
  if (refusal !== undefined) return s3Error('AccessDenied', {}, refusal);
  return s3Error('NoSuchKey', { Key: key }, undefined, marker && markerHeaders(marker));
}

/** "GetObject": of what has been deleted, an answer says so. */
function markerHeaders({ versionId }: StoredObject): Record<string, string> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId };
}

function isVersionId(text: string): boolean {
  return text === 'null' || /^[A-Za-z0-9._-]{32}$/.test(text);
}

/** "Creating object key names": 1,024 bytes of UTF-8. */
export function checkKey(key: string | undefined): string {
  if (!key) throw s3Error('InvalidRequest', {}, 'Missing object key');
  const bytes = key.length > 256 ? Buffer.byteLength(key) : key.length;
  if (bytes > 1024) throw s3Error('KeyTooLongError', { Size: bytes, MaxSizeAllowed: 1024 });
  return key;
}

export interface CopySource {
  Bucket: string;
  Key: string;
  VersionId: string | undefined;
}

/** `bucket/key?versionId=…`, its key percent-encoded, a leading slash allowed. */
export function parseCopySource(source: string): CopySource {
  const match = /^\/?([^/]+)\/(.+?)(?:\?versionId=([^?]+))?$/s.exec(source);
  if (!match) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-copy-source', ArgumentValue: source },
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return { Bucket: match[1] ?? '', Key: decoded(match[2] ?? ''), VersionId: match[3] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
