import type { BlockDeviceMapping, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Instance } from '../instance-state.ts';
import { type Volume, volumes } from '../volume-state.ts';
import { rootDevice } from './root-volume.ts';
import { tagsFor } from './tag-rules.ts';
import { volumeDevices } from './volume-devices.ts';
import { checkDevice, checkNotOfRoot, encryptionOf, sizesOf } from './volume-rules.ts';

type Asked = Pick<RunInstancesCommandInput, 'BlockDeviceMappings' | 'TagSpecifications'>;

/** What is wrong with the volumes asked for beside the root volume is said before anything is made. */
export function checkLaunchVolumes(ctx: Context, asked: Asked): void {
  const wanted = beside(asked.BlockDeviceMappings);
  const { lacking } = ctx.engine(volumeDevices);
  if (wanted.length > 0 && lacking !== undefined)
    throw refused('ec2 RunInstances parameter BlockDeviceMappings', lacking);
  for (const { DeviceName = '', Ebs = {} } of wanted) {
    checkDevice(ctx, '', DeviceName);
    checkNotOfRoot(ctx, Ebs.SnapshotId);
    sizesOf(ctx, { ...Ebs, Size: Ebs.VolumeSize });
  }
}

export async function makeLaunchVolumes(ctx: Context, instance: Instance, asked: Asked): Promise<void> {
  const { InstanceId, AvailabilityZone, launchedMs } = instance;
  for (const { DeviceName: Device = '', Ebs = {} } of beside(asked.BlockDeviceMappings)) {
    const volume: Volume = {
      VolumeId: volumes.newId(ctx),
      AvailabilityZone,
      ...sizesOf(ctx, { ...Ebs, Size: Ebs.VolumeSize }),
      ...encryptionOf(ctx, Ebs),
      SnapshotId: Ebs.SnapshotId ?? '',
      State: 'in-use',
      createdMs: launchedMs,
      Attachment: {
        InstanceId,
        Device,
        State: 'attached',
        DeleteOnTermination: Ebs.DeleteOnTermination ?? true,
        attachedMs: launchedMs,
      },
      Tags: tagsFor(asked.TagSpecifications, 'volume', ['instance', 'network-interface', 'spot-instances-request']),
    };
    await ctx.engine(volumeDevices).make(volume);
    volumes.put(ctx, volume);
  }
}

function beside(mappings: readonly BlockDeviceMapping[] = []): BlockDeviceMapping[] {
  return mappings.filter(({ DeviceName, NoDevice, Ebs }) => DeviceName !== rootDevice && NoDevice === undefined && Ebs);
}
