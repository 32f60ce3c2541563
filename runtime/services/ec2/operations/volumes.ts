import type {
  AttachVolumeCommandInput,
  CreateVolumeCommandInput,
  DeleteVolumeCommandInput,
  DescribeVolumesCommandInput,
  DescribeVolumesModificationsCommandInput,
  DetachVolumeCommandInput,
  ModifyVolumeCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { describeVolume, volumeOwner } from '../behaviour/root-volume.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { isRunning, volumeDevices } from '../behaviour/volume-devices.ts';
import { checkDevice, checkNotOfRoot, checkPlace, encryptionOf, sizesOf } from '../behaviour/volume-rules.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import { instances } from '../instance-state.ts';
import { type Volume, volumes } from '../volume-state.ts';

const filters = {
  'attachment.delete-on-termination': 'Attachments.DeleteOnTermination',
  'attachment.device': 'Attachments.Device',
  'attachment.instance-id': 'Attachments.InstanceId',
  'attachment.status': 'Attachments.State',
  'availability-zone': 'AvailabilityZone',
  encrypted: 'Encrypted',
  size: 'Size',
  'snapshot-id': 'SnapshotId',
  status: 'State',
  'volume-id': 'VolumeId',
  'volume-type': 'VolumeType',
};

export async function CreateVolume(ctx: Context, input: CreateVolumeCommandInput) {
  const { AvailabilityZone } = input;
  if (AvailabilityZone === undefined) throw missingParameter('The request must contain the parameter AvailabilityZone');
  if (!zonesOf(ctx.region).includes(AvailabilityZone))
    throw new AwsError('InvalidZone.NotFound', `The zone '${AvailabilityZone}' does not exist.`);
  if (input.MultiAttachEnabled) throw refused('ec2 CreateVolume parameter MultiAttachEnabled');
  checkNotOfRoot(ctx, input.SnapshotId);
  const volume: Volume = {
    VolumeId: volumes.newId(ctx),
    AvailabilityZone,
    ...sizesOf(ctx, input),
    ...encryptionOf(ctx, input),
    SnapshotId: input.SnapshotId ?? '',
    State: 'available',
    createdMs: ctx.clock.now(),
    Tags: tagsFor(input.TagSpecifications, 'volume'),
  };
  await ctx.engine(volumeDevices).make(volume);
  return described(volumes.put(ctx, volume));
}

/** Volumes of their own, and the root volumes of the instances that are there. */
export function DescribeVolumes(ctx: Context, input: DescribeVolumesCommandInput) {
  const there = instances.all(ctx).filter(({ state }) => state !== 'terminated');
  const found = chosen(
    input.VolumeIds,
    (id) => {
      const own = volumes.records(ctx).get(id);
      return own ? described(own) : describeVolume(volumeOwner(there, id));
    },
    () => [...there.map(describeVolume), ...volumes.all(ctx).map(described)],
  );
  const { page, ...rest } = list(found, input, filters);
  return { Volumes: page, ...rest };
}

function described({ createdMs, Attachment, modification, ...volume }: Volume) {
  const { VolumeId } = volume;
  return {
    ...volume,
    CreateTime: new Date(createdMs),
    MultiAttachEnabled: false,
    Attachments: Attachment ? [{ VolumeId, ...attachmentOf(Attachment) }] : [],
  };
}

function attachmentOf({ attachedMs, ...attachment }: NonNullable<Volume['Attachment']>) {
  return { ...attachment, AttachTime: new Date(attachedMs) };
}

export async function DeleteVolume(ctx: Context, { VolumeId = '' }: DeleteVolumeCommandInput) {
  await ctx.engine(volumeDevices).copied(VolumeId);
  const volume = ownVolume(ctx, VolumeId);
  if (volume.Attachment)
    throw new AwsError('VolumeInUse', `Volume ${VolumeId} is currently attached to ${volume.Attachment.InstanceId}`);
  volumes.delete(ctx, VolumeId);
  ctx.engine(volumeDevices).forget(VolumeId);
  return {};
}

/** Of its own: a root volume goes and stays with its instance. */
function ownVolume(ctx: Context, id: string): Volume {
  const own = volumes.records(ctx).get(id);
  if (own) return own;
  const { InstanceId } = volumeOwner(instances.all(ctx), id);
  throw new AwsError('OperationNotPermitted', `'${id}' is the root volume of '${InstanceId}', and a part of it here.`);
}

export async function AttachVolume(
  ctx: Context,
  { VolumeId = '', InstanceId = '', Device = '' }: AttachVolumeCommandInput,
) {
  const engine = ctx.engine(volumeDevices);
  if (engine.lacking !== undefined) throw refused('ec2 AttachVolume', engine.lacking);
  const volume = ownVolume(ctx, VolumeId);
  checkPlace(ctx, volume, InstanceId);
  checkDevice(ctx, InstanceId, Device);
  const Attachment = {
    InstanceId,
    Device,
    State: 'attached' as const,
    DeleteOnTermination: false,
    attachedMs: ctx.clock.now(),
  };
  const attached = volumes.put(ctx, { ...volume, State: 'in-use', Attachment });
  if (isRunning(ctx, InstanceId)) await engine.insert(attached, InstanceId);
  return { VolumeId, ...attachmentOf(Attachment) };
}

/** While a file system on it is mounted it stays `busy`, and is let go of when the instance stops ("Detach an Amazon EBS volume"). */
export async function DetachVolume(ctx: Context, { VolumeId = '', InstanceId, Device }: DetachVolumeCommandInput) {
  const volume = ownVolume(ctx, VolumeId);
  const { Attachment } = volume;
  if (
    !Attachment ||
    (InstanceId ?? Attachment.InstanceId) !== Attachment.InstanceId ||
    (Device ?? Attachment.Device) !== Attachment.Device
  )
    throw new AwsError('IncorrectState', `Volume '${VolumeId}' is in the '${volume.State}' state.`);
  const free = await ctx.engine(volumeDevices).take(VolumeId);
  if (free) volumes.put(ctx, { ...volume, State: 'available', Attachment: undefined });
  else volumes.put(ctx, { ...volume, Attachment: { ...Attachment, State: 'busy' } });
  return { VolumeId, ...attachmentOf({ ...Attachment, State: free ? 'detaching' : 'busy' }) };
}

/** Grows at once; the file system on it is the instance's to grow ("Modify a volume using Elastic Volumes operations"). */
export async function ModifyVolume(ctx: Context, input: ModifyVolumeCommandInput) {
  const volume = ownVolume(ctx, input.VolumeId ?? '');
  const { Size = volume.Size, VolumeType = volume.VolumeType } = input;
  if (Size < volume.Size) throw invalidParameterValue(`New size cannot be smaller than existing size`);
  const same = VolumeType === volume.VolumeType;
  const sizes = sizesOf(ctx, {
    Size,
    VolumeType,
    Iops: input.Iops ?? (same ? volume.Iops : undefined),
    Throughput: input.Throughput ?? (same ? volume.Throughput : undefined),
  });
  const { Iops, Throughput, ...kept } = volume;
  const modification = { before: { ...sizesIn(volume) }, startedMs: ctx.clock.now() };
  const changed = volumes.put(ctx, { ...kept, ...sizes, modification });
  if (changed.Size > volume.Size) await ctx.engine(volumeDevices).grow(changed);
  return { VolumeModification: modificationOf(changed) };
}

function sizesIn({ Size, VolumeType, Iops, Throughput }: Volume) {
  return {
    Size,
    VolumeType,
    ...(Iops === undefined ? {} : { Iops }),
    ...(Throughput === undefined ? {} : { Throughput }),
  };
}

export function DescribeVolumesModifications(ctx: Context, input: DescribeVolumesModificationsCommandInput) {
  const found = chosen(
    input.VolumeIds,
    (id) => ownVolume(ctx, id),
    () => volumes.all(ctx),
  );
  const modified = found.filter(({ modification }) => modification).map(modificationOf);
  const names = { 'volume-id': 'VolumeId', 'modification-state': 'ModificationState' };
  const { page, ...rest } = list(modified, input, names);
  return { VolumesModifications: page, ...rest };
}

function modificationOf(volume: Volume) {
  const { before, startedMs = 0 } = volume.modification ?? {};
  const at = new Date(startedMs);
  return {
    VolumeId: volume.VolumeId,
    ModificationState: 'completed' as const,
    Progress: 100,
    StartTime: at,
    EndTime: at,
    TargetSize: volume.Size,
    TargetVolumeType: volume.VolumeType,
    TargetIops: volume.Iops,
    TargetThroughput: volume.Throughput,
    OriginalSize: before?.Size,
    OriginalVolumeType: before?.VolumeType,
    OriginalIops: before?.Iops,
    OriginalThroughput: before?.Throughput,
  };
}
