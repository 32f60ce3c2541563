import type { Context } from '../../../kernel/service.ts';
import { type Bucket, bucketAt } from '../state.ts';
import { type BodyReference, bodies } from './bodies.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { announce } from './notifications.ts';
import type { ObjectMeta } from './object-meta.ts';
import { objectTable, type StoredObject } from './object-table.ts';

export interface NewObject {
  bucket: Bucket;
  key: string;
  body: BodyReference;
  etag: string;
  meta: ObjectMeta;
  storageClass: string;
  /** e.g. ObjectCreated:Put */
  event: string;
  conditions?: WriteConditions;
}

/** Makes a body the newest version of its key. In an unversioned bucket the version before it is gone. */
export function keepObject(ctx: Context, object: NewObject): StoredObject {
  try {
    return keep(ctx, object);
  } catch (error) {
    ctx.engine(bodies).removeLater(object.body);
    throw error;
  }
}

function keep(ctx: Context, object: NewObject): StoredObject {
  const table = ctx.engine(objectTable);
  // While the body travelled the bucket may have been deleted or given versioning.
  const bucket = bucketAt(ctx, object.bucket.Name);
  const { key } = object;
  const current = table.newest(bucket.Name, key);
  if (object.conditions) checkWrite(current, object.conditions);
  const versionId = bucket.versioning === 'Enabled' ? newVersionId(ctx) : 'null';
  const kept = addVersion(ctx, bucket, current, {
    bucket: bucket.Name,
    key,
    versionId,
    deleteMarker: 0,
    size: object.body.size,
    etag: object.etag,
    modifiedMs: ctx.clock.now(),
    storageClass: object.storageClass,
    meta: JSON.stringify(object.meta),
    file: object.body.file,
    inline: object.body.inline,
  });
  announce(ctx, bucket, object.event, kept);
  return kept;
}

/** Version ids are opaque: 32 characters, as AWS's are. */
export function newVersionId(ctx: Context): string {
  return ctx.ids.secret(32).replace(/[-_]/g, '.');
}

/** There is at most one version called `null`: a new one takes the place of the old. */
export function addVersion(
  ctx: Context,
  bucket: Bucket,
  current: StoredObject | undefined,
  version: Omit<StoredObject, 'seq'>,
): StoredObject {
  const table = ctx.engine(objectTable);
  if (!current || version.versionId !== 'null') return table.add(version, current);
  if (!bucket.versioning) {
    ctx.engine(bodies).removeLater(current);
    return table.replace(version, current);
  }
  const old = table.version(bucket.Name, version.key, 'null');
  if (old) {
    table.remove(old);
    ctx.engine(bodies).removeLater(old);
  }
  return table.add(version, table.newest(bucket.Name, version.key));
}
