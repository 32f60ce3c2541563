import type { Tag } from '@aws-sdk/client-ec2';
import type { Context } from '../../../kernel/service.ts';
import { instances } from '../instance-state.ts';
import { type Snapshot, snapshots, volumes } from '../volume-state.ts';
import { copyRoot, forgetRoot } from './root-snapshots.ts';
import { describeVolume, volumeOwner } from './root-volume.ts';
import { volumeDevices } from './volume-devices.ts';

/** Of a volume of its own, or of an instance's root volume: pending until `completeSnapshot` has made the copy. */
export function beginSnapshot(
  ctx: Context,
  VolumeId: string,
  { Description, Tags }: { Description: string; Tags: Tag[] },
): Snapshot {
  const own = volumes.records(ctx).get(VolumeId);
  const there = instances.all(ctx).filter(({ state }) => state !== 'terminated');
  const { Size = 0, Encrypted = false, KmsKeyId } = own ?? describeVolume(volumeOwner(there, VolumeId));
  return snapshots.put(ctx, {
    SnapshotId: snapshots.newId(ctx),
    VolumeId,
    VolumeSize: Size,
    Description,
    Encrypted,
    ...(KmsKeyId ? { KmsKeyId } : {}),
    OwnerId: ctx.account,
    State: 'pending',
    Progress: '0%',
    startedMs: ctx.clock.now(),
    ...(own ? {} : { ofRoot: true }),
    Tags,
  });
}

/** What came of it is in its state: an error is no failure of whoever waits. */
export async function completeSnapshot(ctx: Context, { SnapshotId, VolumeId, ofRoot }: Snapshot): Promise<void> {
  let change: Partial<Snapshot> = { State: 'completed', Progress: '100%' };
  try {
    if (ofRoot) await copyRoot(ctx, volumeOwner(instances.all(ctx), VolumeId).InstanceId, SnapshotId);
    else await ctx.engine(volumeDevices).snapshot(VolumeId, SnapshotId);
  } catch (error) {
    change = { State: 'error', StateMessage: (error as Error).message };
  }
  const now = snapshots.records(ctx).get(SnapshotId);
  if (now) snapshots.put(ctx, { ...now, ...change });
}

export function removeSnapshot(ctx: Context, SnapshotId: string): void {
  snapshots.delete(ctx, SnapshotId);
  ctx.engine(volumeDevices).forgetSnapshot(SnapshotId);
  forgetRoot(ctx, SnapshotId);
}
