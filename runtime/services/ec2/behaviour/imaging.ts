import type { BlockDeviceMapping, Tag } from '@aws-sdk/client-ec2';
import type { Context } from '../../../kernel/service.ts';
import { type Image, images } from '../image-state.ts';
import { type Instance, instances } from '../instance-state.ts';
import { type Snapshot, snapshots, volumes } from '../volume-state.ts';
import { isRoot } from './image-choice.ts';
import { machines } from './machines.ts';
import { describeVolume, rootDevice } from './root-volume.ts';
import { beginSnapshot, completeSnapshot } from './snapshots.ts';

interface Imaging {
  image: Image;
  /** What was asked about the devices that were found. */
  asked(found: BlockDeviceMapping[]): BlockDeviceMapping[];
  reboots: boolean;
  snapshotTags: Tag[];
}

/** The image is pending until the snapshots of the instance's volumes are made; it fails where one of them does. */
export function imageOfInstance(
  ctx: Context,
  instance: Instance,
  { image, asked, reboots, snapshotTags }: Imaging,
): void {
  const made: Snapshot[] = [];
  const wanted = asked(devicesOf(ctx, instance));
  const BlockDeviceMappings = wanted.map(({ DeviceName, Ebs }): BlockDeviceMapping => {
    const VolumeId = volumeAt(ctx, instance, DeviceName);
    if (VolumeId === undefined) return { DeviceName, Ebs };
    const Description = `Created by CreateImage(${instance.InstanceId}) for ${image.ImageId}`;
    const snapshot = beginSnapshot(ctx, VolumeId, { Description, Tags: snapshotTags });
    made.push(snapshot);
    return { DeviceName, Ebs: { ...Ebs, SnapshotId: snapshot.SnapshotId } };
  });
  BlockDeviceMappings.sort((a, b) => Number(isRoot(b)) - Number(isRoot(a)));
  images.put(ctx, { ...image, BlockDeviceMappings });
  void ctx.clock.track(complete(ctx, { instance, image, made, reboots }));
}

function devicesOf(ctx: Context, instance: Instance): BlockDeviceMapping[] {
  const { Size, VolumeType, Encrypted, Attachments = [] } = describeVolume(instance);
  const { DeleteOnTermination } = Attachments[0] ?? {};
  const root = { DeviceName: rootDevice, Ebs: { VolumeSize: Size, VolumeType, Encrypted, DeleteOnTermination } };
  const others = volumes.all(ctx).filter(({ Attachment }) => Attachment?.InstanceId === instance.InstanceId);
  return [
    root,
    ...others.map((volume) => ({
      DeviceName: volume.Attachment?.Device,
      Ebs: {
        VolumeSize: volume.Size,
        VolumeType: volume.VolumeType,
        Encrypted: volume.Encrypted,
        DeleteOnTermination: volume.Attachment?.DeleteOnTermination,
      },
    })),
  ];
}

function volumeAt(ctx: Context, instance: Instance, DeviceName: string | undefined): string | undefined {
  if (DeviceName === rootDevice) return instance.RootVolumeId;
  return volumes
    .all(ctx)
    .find(({ Attachment }) => Attachment?.InstanceId === instance.InstanceId && Attachment.Device === DeviceName)
    ?.VolumeId;
}

interface Work {
  instance: Instance;
  image: Image;
  made: Snapshot[];
  reboots: boolean;
}

/** Copied while the instance is down, so that its data is at rest; without a reboot, as it is at that moment. */
async function complete(ctx: Context, { instance, image, made, reboots }: Work): Promise<void> {
  const scope = { account: ctx.account, region: ctx.region };
  const { InstanceId } = instance;
  if (reboots) await ctx.engine(machines).halt(scope, instance);
  for (const snapshot of made) await completeSnapshot(ctx, snapshot);
  const now = images.records(ctx).get(image.ImageId);
  const ends = made.map(({ SnapshotId }) => snapshots.records(ctx).get(SnapshotId));
  const bad = ends.findIndex((end) => end?.State !== 'completed');
  const Message = ends[bad]?.StateMessage ?? 'a snapshot of it was deleted';
  const end: Partial<Image> =
    bad === -1 ? { State: 'available' } : { State: 'failed', StateReason: { Code: 'Client.InternalError', Message } };
  if (now) images.put(ctx, { ...now, ...end });
  if (!reboots || instances.records(ctx).get(InstanceId)?.state !== 'running') return;
  instances.put(ctx, { ...instances.find(ctx, InstanceId), state: 'pending' });
  await ctx.engine(machines).boot(scope, InstanceId);
}
