import type {
  CreateImageCommandInput,
  DeregisterImageCommandInput,
  RegisterImageCommandInput,
} from '@aws-sdk/client-ec2';
import { publicImages } from '../../../engines/compute/public-images.ts';
import { asksForNothing } from '../../../kernel/asked.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { mappingsOver } from '../behaviour/image-choice.ts';
import { checkImageName, checkMappings } from '../behaviour/image-rules.ts';
import { imageOfInstance } from '../behaviour/imaging.ts';
import { rootDevice } from '../behaviour/root-volume.ts';
import { removeSnapshot } from '../behaviour/snapshots.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { images } from '../image-state.ts';
import { instances } from '../instance-state.ts';
import { snapshots } from '../volume-state.ts';

/** "CreateImage": snapshots of all of the instance's volumes, which is booted again unless NoReboot. */
export function CreateImage(ctx: Context, input: CreateImageCommandInput) {
  const instance = instances.find(ctx, input.InstanceId);
  const Name = checkImageName(ctx, input.Name);
  if (input.SnapshotLocation === 'local') throw refused('ec2 CreateImage parameter SnapshotLocation local');
  if (instance.state !== 'running' && instance.state !== 'stopped')
    throw new AwsError(
      'IncorrectState',
      `Instance '${instance.InstanceId}' is not in a state from which an image can be created.`,
    );
  const ImageId = images.newId(ctx);
  const given = input.BlockDeviceMappings ?? [];
  if (given.some(({ DeviceName, NoDevice }) => DeviceName === rootDevice && NoDevice !== undefined))
    throw new AwsError('InvalidBlockDeviceMapping', 'The root device cannot be left out of an image.');
  imageOfInstance(ctx, instance, {
    asked: (found) => mappingsOver(found, given),
    reboots: input.NoReboot !== true && instance.state === 'running',
    snapshotTags: tagsFor(input.TagSpecifications, 'snapshot', ['image']),
    image: {
      ImageId,
      Name,
      ...(input.Description === undefined ? {} : { Description: input.Description }),
      Architecture: instance.Architecture ?? 'x86_64',
      State: 'pending',
      BlockDeviceMappings: [],
      ImdsSupport: 'v2.0',
      SourceInstanceId: instance.InstanceId,
      OwnerId: ctx.account,
      createdMs: ctx.clock.now(),
      Tags: tagsFor(input.TagSpecifications, 'image', ['snapshot']),
    },
  });
  return { ImageId };
}

const refusedParameters = [
  'BillingProducts',
  'EnaSupport',
  'ImageLocation',
  'KernelId',
  'RamdiskId',
  'SriovNetSupport',
  'TpmSupport',
  'UefiData',
] as const;

/** "RegisterImage": from a snapshot of a root volume. */
export function RegisterImage(ctx: Context, input: RegisterImageCommandInput) {
  for (const name of refusedParameters)
    if (!asksForNothing(input[name]) && !(name === 'EnaSupport' && input.EnaSupport === true))
      throw refused(`ec2 RegisterImage parameter ${name}`);
  const Name = checkImageName(ctx, input.Name);
  // "Default: For Amazon EBS-backed AMIs, i386."
  const { Architecture = 'i386', RootDeviceName = rootDevice, VirtualizationType = 'hvm' } = input;
  if (Architecture !== 'x86_64' && Architecture !== 'arm64')
    throw refused(`ec2 RegisterImage parameter Architecture ${Architecture}`, 'name x86_64 or arm64.');
  if (RootDeviceName !== rootDevice)
    throw refused(
      `ec2 RegisterImage parameter RootDeviceName ${RootDeviceName}`,
      `instances boot from ${rootDevice} here.`,
    );
  if (VirtualizationType !== 'hvm')
    throw refused(`ec2 RegisterImage parameter VirtualizationType ${VirtualizationType}`);
  const { ImageId } = images.put(ctx, {
    ImageId: images.newId(ctx),
    Name,
    ...(input.Description === undefined ? {} : { Description: input.Description }),
    Architecture,
    State: 'available',
    BlockDeviceMappings: checkMappings(ctx, input.BlockDeviceMappings ?? []),
    ...(input.ImdsSupport === undefined ? {} : { ImdsSupport: input.ImdsSupport }),
    OwnerId: ctx.account,
    createdMs: ctx.clock.now(),
    Tags: tagsFor(input.TagSpecifications, 'image'),
  });
  return { ImageId };
}

/** Instances of it run on; its snapshots stay unless they are to go too ("DeregisterImage"). */
export function DeregisterImage(
  ctx: Context,
  { ImageId = '', DeleteAssociatedSnapshots }: DeregisterImageCommandInput,
) {
  if (publicImages(ctx.region).some((image) => image.ImageId === ImageId))
    throw new AwsError('AuthFailure', `Not authorized for images: [${ImageId}]`);
  const { BlockDeviceMappings } = images.find(ctx, ImageId);
  images.delete(ctx, ImageId);
  if (!DeleteAssociatedSnapshots) return { Return: true };
  const own = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  return { Return: true, DeleteSnapshotResults: own.map((SnapshotId) => remove(ctx, SnapshotId)) };
}

function remove(ctx: Context, SnapshotId: string) {
  const inUse = images
    .all(ctx)
    .some(({ BlockDeviceMappings }) => BlockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId === SnapshotId));
  if (inUse) return { SnapshotId, ReturnCode: 'skipped' as const };
  if (snapshots.records(ctx).has(SnapshotId)) removeSnapshot(ctx, SnapshotId);
  return { SnapshotId, ReturnCode: 'success' as const };
}
