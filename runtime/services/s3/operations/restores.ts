import type { RestoreObjectCommandInput } from '@aws-sdk/client-s3';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { findObject } from '../behaviour/find-object.ts';
import { midnightAfter } from '../behaviour/lifecycle-dates.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { metaOf } from '../behaviour/presentation.ts';
import { isArchived } from '../behaviour/storage-classes.ts';
import { s3Error } from '../errors.ts';

const hourMs = 3_600_000;

/** "Archive retrieval options": how long each tier takes at most. */
const durations: Record<string, Record<string, number>> = lookupTable({
  GLACIER: { Expedited: 5 * 60_000, Standard: 5 * hourMs, Bulk: 12 * hourMs },
  DEEP_ARCHIVE: { Standard: 12 * hourMs, Bulk: 48 * hourMs },
});

/** Brings a copy of an archived object back for some days ("Restoring an archived object"). */
export function RestoreObject(ctx: Context, input: RestoreObjectCommandInput) {
  const { object } = findObject(ctx, input);
  const { Days, GlacierJobParameters, Tier, Type } = input.RestoreRequest ?? {};
  if (Type === 'SELECT') throw refused('s3 RestoreObject with Type SELECT');
  if (!isArchived(object.storageClass))
    throw s3Error('InvalidObjectState', {}, "Restore is not allowed for the object's current storage class");
  if (Days === undefined || Days < 1) throw s3Error('MalformedXML');
  const meta = metaOf(object);
  const nowMs = ctx.clock.now();
  const before = meta.restore;
  if (before && before.readyMs > nowMs) throw s3Error('RestoreAlreadyInProgress');
  const there = before !== undefined && before.untilMs > nowMs;
  const tier = GlacierJobParameters?.Tier ?? Tier ?? 'Standard';
  const takesMs = durations[object.storageClass]?.[tier];
  if (takesMs === undefined)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'Tier', ArgumentValue: tier },
      'Retrieval option is not supported by this storage class',
    );
  const readyMs = there ? before.readyMs : nowMs + takesMs;
  ctx.engine(objectTable).setMeta(object.seq, {
    ...meta,
    restore: { readyMs, untilMs: midnightAfter(Math.max(readyMs, nowMs), Number(Days)) },
  });
  // "RestoreObject": 202 when the copy is on its way, 200 when its stay was made longer.
  return { $status: there ? 200 : 202 };
}
