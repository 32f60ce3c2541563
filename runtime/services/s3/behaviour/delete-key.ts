import type { Context } from '../../../kernel/service.ts';
import type { Bucket } from '../state.ts';
import { bodies } from './bodies.ts';
import { forgetNullVersion, newVersionId } from './keep-object.ts';
import { announce } from './notifications.ts';
import { objectTable } from './object-table.ts';

/** "Deleting object versions": a version named is gone for good; without one, a versioned bucket gets a delete marker. */
export function deleteKey(ctx: Context, bucket: Bucket, key: string, versionId?: string): { versionId: string | undefined; deleteMarker: boolean } {
  const table = ctx.engine(objectTable);
  if (versionId !== undefined) {
    const version = table.version(bucket.Name, key, versionId);
    if (!version) return { versionId, deleteMarker: false };
    table.remove(version);
    ctx.engine(bodies).removeLater(version);
    announce(ctx, bucket, 'ObjectRemoved:Delete', version);
    return { versionId, deleteMarker: version.deleteMarker === 1 };
  }
  if (!bucket.versioning) {
    const current = table.current(bucket.Name, key);
    if (current) {
      table.remove(current);
      ctx.engine(bodies).removeLater(current);
      announce(ctx, bucket, 'ObjectRemoved:Delete', current);
    }
    return { versionId: undefined, deleteMarker: false };
  }
  const marker = bucket.versioning === 'Enabled' ? newVersionId(ctx) : 'null';
  if (marker === 'null') forgetNullVersion(ctx, bucket.Name, key);
  const nowMs = ctx.clock.now();
  table.add({ bucket: bucket.Name, key, versionId: marker, deleteMarker: 1, size: 0, etag: '', modifiedMs: nowMs, storageClass: 'STANDARD', meta: '{}', file: null, inline: null });
  const kept = table.current(bucket.Name, key);
  if (kept) announce(ctx, bucket, 'ObjectRemoved:DeleteMarkerCreated', kept);
  return { versionId: marker, deleteMarker: true };
}
