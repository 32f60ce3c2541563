import type { CreateVolumeCommandInput, VolumeType } from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { instances } from '../instance-state.ts';
import { type EbsSettings, ebsSettings, snapshots, type Volume, volumes } from '../volume-state.ts';
import { letterOf } from './volume-devices.ts';

/** "Amazon EBS volume types": sizes in GiB, and IOPS where they can be said. */
const types: Readonly<Record<string, { size: [number, number]; iops?: [number, number]; usualIops?: number }>> =
  lookupTable({
    gp2: { size: [1, 16_384] },
    gp3: { size: [1, 65_536], iops: [3000, 80_000], usualIops: 3000 },
    io1: { size: [4, 16_384], iops: [100, 64_000] },
    io2: { size: [4, 65_536], iops: [100, 256_000] },
    st1: { size: [125, 16_384] },
    sc1: { size: [125, 16_384] },
    standard: { size: [1, 1024] },
  });

export interface Sizes {
  Size: number;
  VolumeType: VolumeType;
  Iops?: number;
  Throughput?: number;
}

type Asked = Pick<CreateVolumeCommandInput, 'Size' | 'VolumeType' | 'Iops' | 'Throughput' | 'SnapshotId'>;

/** What a volume comes to be by what was asked, with the usual for the rest. */
export function sizesOf(ctx: Context, asked: Asked): Sizes {
  const VolumeType = asked.VolumeType ?? 'gp2';
  const rules = types[VolumeType];
  if (!rules) throw invalidParameterValue(`Value (${VolumeType}) for parameter volumeType is invalid.`);
  const snapshot = asked.SnapshotId ? snapshots.find(ctx, asked.SnapshotId) : undefined;
  const Size = asked.Size ?? snapshot?.VolumeSize;
  if (Size === undefined) throw missingParameter('The request must contain the parameter size/snapshotId');
  if (snapshot && Size < snapshot.VolumeSize)
    throw invalidParameterValue(
      `Volume of ${Size}GiB is smaller than snapshot '${snapshot.SnapshotId}', expect size >= ${snapshot.VolumeSize}GiB`,
    );
  const [least, most] = rules.size;
  if (Size < least || Size > most)
    throw invalidParameterValue(
      `Volume of ${Size}GiB is ${Size < least ? 'smaller' : 'larger'} than the ${Size < least ? 'min' : 'max'}imum for ${VolumeType}: ${Size < least ? least : most}GiB.`,
    );
  return { Size, VolumeType, ...iopsOf(asked, VolumeType, rules), ...throughputOf(asked, VolumeType) };
}

function iopsOf({ Iops }: Asked, type: string, { iops, usualIops }: (typeof types)[string]): { Iops?: number } {
  if (Iops === undefined) {
    if (iops && usualIops === undefined)
      throw missingParameter(`The request must contain the parameter iops for volumes of type ${type}`);
    return usualIops === undefined ? {} : { Iops: usualIops };
  }
  if (!iops) throw invalidCombination(`The parameter iops is not supported for ${type} volumes.`);
  if (Iops < iops[0] || Iops > iops[1])
    throw invalidParameterValue(`Volume iops of ${Iops} is out of range for ${type}: ${iops[0]} to ${iops[1]}.`);
  return { Iops };
}

function throughputOf({ Throughput }: Asked, type: string): { Throughput?: number } {
  if (type !== 'gp3') {
    if (Throughput !== undefined)
      throw invalidCombination(`The parameter throughput is not supported for ${type} volumes.`);
    return {};
  }
  return { Throughput: Throughput ?? 125 };
}

/** A snapshot of a root volume is folders here, and makes images. */
export function checkNotOfRoot(ctx: Context, SnapshotId: string | undefined): void {
  if (SnapshotId && snapshots.find(ctx, SnapshotId).ofRoot)
    throw refused('ec2 a volume of the snapshot of a root volume', 'register an image of it instead.');
}

/** By what the request says, its snapshot, and what the account has for the region ("Enable encryption by default"). */
export function encryptionOf(
  ctx: Context,
  asked: { Encrypted?: boolean | undefined; KmsKeyId?: string | undefined; SnapshotId?: string | undefined },
): { Encrypted: boolean; KmsKeyId?: string } {
  const settings = settingsOf(ctx);
  const snapshot = asked.SnapshotId ? snapshots.find(ctx, asked.SnapshotId) : undefined;
  const Encrypted = (asked.Encrypted ?? false) || settings.encryptedByDefault || (snapshot?.Encrypted ?? false);
  if (!Encrypted) return { Encrypted };
  return { Encrypted, KmsKeyId: asked.KmsKeyId ?? snapshot?.KmsKeyId ?? defaultKey(ctx, settings) };
}

export function settingsOf(ctx: Context): EbsSettings {
  return ebsSettings(ctx).get('ebs') ?? { encryptedByDefault: false };
}

export function defaultKey(ctx: Context, settings: EbsSettings): string {
  return settings.KmsKeyId ?? `arn:aws:kms:${ctx.region}:${ctx.account}:alias/aws/ebs`;
}

/** "Device names for volumes on Amazon EC2 instances": the root volume has /dev/xvda. */
export function checkDevice(ctx: Context, InstanceId: string, Device: string): void {
  if (!/^\/dev\/(sd|xvd)[b-z]$/.test(Device))
    throw invalidParameterValue(
      `Value (${Device}) for parameter device is invalid. ${Device} is not a valid EBS device name.`,
    );
  const taken = volumes
    .all(ctx)
    .some(
      ({ Attachment }) => Attachment?.InstanceId === InstanceId && letterOf(Attachment.Device) === letterOf(Device),
    );
  if (taken)
    throw invalidParameterValue(
      `Invalid value '${Device}' for unixDevice. Attachment point ${Device} is already in use`,
    );
}

export function checkPlace(ctx: Context, volume: Volume, InstanceId: string): void {
  const instance = instances.find(ctx, InstanceId);
  if (volume.Attachment) throw new AwsError('VolumeInUse', `${volume.VolumeId} is already attached to an instance`);
  if (instance.AvailabilityZone !== volume.AvailabilityZone)
    throw new AwsError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.VolumeId}' is not in the same availability zone as instance '${InstanceId}'`,
    );
  if (instance.state !== 'running' && instance.state !== 'stopped' && instance.state !== 'pending')
    throw new AwsError('IncorrectState', `Instance '${InstanceId}' is not 'running'.`);
}
