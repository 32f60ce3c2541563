import type { DescribeVolumesCommandInput } from '@aws-sdk/client-ec2';
import type { Context } from '../../../kernel/service.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { describeVolume, volumeOwner } from '../behaviour/root-volume.ts';
import { instances } from '../state.ts';

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

/** The root volumes of the instances that are there: others are not made here (CreateVolume is refused). */
export function DescribeVolumes(ctx: Context, input: DescribeVolumesCommandInput) {
  const all = instances.all(ctx).filter(({ state }) => state !== 'terminated');
  const found = chosen(
    input.VolumeIds,
    (id) => volumeOwner(all, id),
    () => all,
  );
  const { page, ...rest } = list(found.map(describeVolume), input, filters);
  return { Volumes: page, ...rest };
}
