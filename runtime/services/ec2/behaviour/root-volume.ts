import type { BlockDeviceMapping, Volume } from '@aws-sdk/client-ec2';
import { invalidParameterValue, notFound } from '../errors.ts';
import type { Instance, RootVolume } from '../instance-state.ts';
import type { ImageChoice } from './image-choice.ts';

export const rootDevice = '/dev/xvda';

/** Smallest of the images' snapshot, and what a volume of it has unless told ("Amazon EBS General Purpose SSD volumes"). */
const snapshotGib = 8;
const usual: RootVolume = {
  Size: snapshotGib,
  VolumeType: 'gp3',
  Iops: 3000,
  Throughput: 125,
  Encrypted: false,
  DeleteOnTermination: true,
};
const noFigures = { Iops: undefined, Throughput: undefined };

/** What is asked of the root volume, which is kept and told of. */
export function rootVolumeOf(
  { ImageId, rootSnapshotId, mappings: ofImage }: ImageChoice,
  mappings: readonly BlockDeviceMapping[] = [],
): RootVolume {
  const asked = mappings.find(({ DeviceName }) => DeviceName === rootDevice)?.Ebs ?? {};
  const least = ofImage.find(({ DeviceName }) => DeviceName === rootDevice)?.Ebs?.VolumeSize ?? snapshotGib;
  if (asked.VolumeSize !== undefined && asked.VolumeSize < least)
    throw invalidParameterValue(
      `Volume of size ${asked.VolumeSize}GB is smaller than snapshot '${rootSnapshotId ?? snapshotOf(ImageId)}', expect size>= ${least}GB`,
    );
  const VolumeType = asked.VolumeType ?? usual.VolumeType;
  return {
    ...usual,
    ...(VolumeType === 'gp3' ? {} : noFigures),
    VolumeType,
    Size: asked.VolumeSize ?? usual.Size,
    ...(asked.Iops === undefined ? {} : { Iops: asked.Iops }),
    ...(asked.Throughput === undefined ? {} : { Throughput: asked.Throughput }),
    Encrypted: asked.Encrypted ?? usual.Encrypted,
    ...(asked.KmsKeyId === undefined ? {} : { KmsKeyId: asked.KmsKeyId }),
    DeleteOnTermination: asked.DeleteOnTermination ?? usual.DeleteOnTermination,
  };
}

export function describeVolume(instance: Instance): Volume {
  const { DeleteOnTermination, ...volume } = instance.rootVolume ?? usual;
  const at = new Date(instance.launchedMs);
  return {
    ...volume,
    VolumeId: instance.RootVolumeId,
    AvailabilityZone: instance.AvailabilityZone,
    CreateTime: at,
    MultiAttachEnabled: false,
    SnapshotId: instance.rootSnapshotId ?? snapshotOf(instance.ImageId),
    State: 'in-use',
    Tags: instance.volumeTags ?? [],
    Attachments: [
      {
        InstanceId: instance.InstanceId,
        VolumeId: instance.RootVolumeId,
        Device: rootDevice,
        State: 'attached',
        AttachTime: at,
        DeleteOnTermination,
      },
    ],
  };
}

function snapshotOf(imageId: string): string {
  return imageId.replace('ami-', 'snap-');
}

export function deletedWithInstance({ rootVolume = usual }: Instance): boolean {
  return rootVolume.DeleteOnTermination;
}

export function volumeOwner(all: readonly Instance[], id: string): Instance {
  const owner = all.find(({ RootVolumeId }) => RootVolumeId === id);
  if (!owner) throw notFound('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  return owner;
}
