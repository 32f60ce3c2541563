import type { Context } from '../../../kernel/service.ts';
import type { Bucket } from '../state.ts';
import { bodies } from './bodies.ts';
import { addVersion, newVersionId } from './keep-object.ts';
import { announce } from './notifications.ts';
import { checkLock } from './object-lock.ts';
import { objectTable, type StoredObject } from './object-table.ts';

export interface Deletion {
  versionId: string | undefined;
  /** What was made, or deleted, was a delete marker. */
  deleteMarker: boolean;
}

export interface DeleteOptions {
  versionId?: string | undefined;
  bypassGovernance?: boolean | undefined;
  /** Which rule of lifecycle asked; its events and names of them are others. */
  byLifecycle?: boolean;
}

/** "Deleting object versions": a version named is gone for good; without one, a versioned bucket gets a delete marker. */
export function deleteKey(ctx: Context, bucket: Bucket, key: string, options: DeleteOptions = {}): Deletion {
  const table = ctx.engine(objectTable);
  const { versionId } = options;
  const gone = options.byLifecycle ? 'LifecycleExpiration:Delete' : 'ObjectRemoved:Delete';
  if (versionId !== undefined) {
    const version = table.version(bucket.Name, key, versionId);
    if (!version) return { versionId, deleteMarker: false };
    checkLock(ctx, bucket, version, options.bypassGovernance === true);
    forget(ctx, bucket, version, gone);
    return { versionId, deleteMarker: version.deleteMarker === 1 };
  }
  if (!bucket.versioning) {
    const current = table.current(bucket.Name, key);
    if (current) forget(ctx, bucket, current, gone);
    return { versionId: undefined, deleteMarker: false };
  }
  const made = mark(ctx, bucket, key);
  announce(
    ctx,
    bucket,
    options.byLifecycle ? 'LifecycleExpiration:DeleteMarkerCreated' : 'ObjectRemoved:DeleteMarkerCreated',
    made,
  );
  return { versionId: made.versionId, deleteMarker: true };
}

function forget(ctx: Context, bucket: Bucket, version: StoredObject, event: string): void {
  ctx.engine(objectTable).remove(version);
  ctx.engine(bodies).removeLater(version);
  announce(ctx, bucket, event, version);
}

function mark(ctx: Context, bucket: Bucket, key: string): StoredObject {
  const versionId = bucket.versioning === 'Enabled' ? newVersionId(ctx) : 'null';
  return addVersion(ctx, bucket, ctx.engine(objectTable).newest(bucket.Name, key), {
    bucket: bucket.Name,
    key,
    versionId,
    deleteMarker: 1,
    size: 0,
    etag: '',
    modifiedMs: ctx.clock.now(),
    storageClass: 'STANDARD',
    meta: '{}',
    file: null,
    inline: null,
  });
}
