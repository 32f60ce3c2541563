import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import { images } from '../image-state.ts';
import { snapshots } from '../volume-state.ts';
import { isRoot } from './image-choice.ts';
import { rootDevice } from './root-volume.ts';
import { sizesOf } from './volume-rules.ts';

/** "CreateImage": 3 to 128 letters, digits, parentheses, brackets, spaces, full stops, slashes, dashes, quotes, at-signs, underscores. */
export function checkImageName(ctx: Context, Name: string | undefined): string {
  if (Name === undefined) throw missingParameter('The request must contain the parameter name');
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(Name))
    throw new AwsError(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  const taken = images.all(ctx).find((image) => image.Name === Name);
  if (taken)
    throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${Name} is already in use by AMI ${taken.ImageId}`);
  return Name;
}

/** The mappings of an image that is registered: each device of a snapshot, or new; the root's of an instance's root volume. */
export function checkMappings(ctx: Context, mappings: readonly BlockDeviceMapping[]): BlockDeviceMapping[] {
  const [root] = mappings.filter(isRoot);
  if (!root?.Ebs?.SnapshotId)
    throw missingParameter(`The request must contain a snapshot for the root device ${rootDevice}`);
  return [root, ...mappings.filter((each) => each !== root)].map((mapping) => {
    if (mapping.VirtualName !== undefined || !mapping.Ebs)
      throw refused('ec2 RegisterImage with devices that are not of EBS', 'instances have no instance store here.');
    const { SnapshotId, ...asked } = mapping.Ebs;
    const snapshot = SnapshotId === undefined ? undefined : snapshots.find(ctx, SnapshotId);
    if (snapshot && snapshot.State !== 'completed')
      throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${snapshot.State}`);
    if (isRoot(mapping) && !snapshot?.ofRoot)
      throw refused(
        'ec2 RegisterImage',
        `${SnapshotId} is of no root volume: what a machine boots from is folders here.`,
      );
    if (!isRoot(mapping) && snapshot?.ofRoot)
      throw invalidParameterValue(`${SnapshotId} is of a root volume, and no device is made of one here.`);
    const { Size, VolumeType } = sizesOf(ctx, { ...asked, Size: asked.VolumeSize, SnapshotId });
    const Ebs = {
      ...asked,
      ...(SnapshotId === undefined ? {} : { SnapshotId }),
      VolumeSize: Size,
      VolumeType,
      Encrypted: snapshot?.Encrypted ?? asked.Encrypted ?? false,
      DeleteOnTermination: asked.DeleteOnTermination ?? true,
    };
    return { DeviceName: mapping.DeviceName, Ebs };
  });
}
