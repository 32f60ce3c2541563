import type {
  BlockDeviceMapping,
  CreateSnapshotCommandInput,
  DeleteSnapshotCommandInput,
  DescribeSnapshotsCommandInput,
  ModifyEbsDefaultKmsKeyIdCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { beginSnapshot, completeSnapshot, removeSnapshot } from '../behaviour/snapshots.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { defaultKey, settingsOf } from '../behaviour/volume-rules.ts';
import { images } from '../image-state.ts';
import { type EbsSettings, ebsSettings, type Snapshot, snapshots } from '../volume-state.ts';

const filters = {
  description: 'Description',
  encrypted: 'Encrypted',
  'owner-id': 'OwnerId',
  progress: 'Progress',
  'snapshot-id': 'SnapshotId',
  'start-time': 'StartTime',
  status: 'State',
  'volume-id': 'VolumeId',
  'volume-size': 'VolumeSize',
};

/** The answer says `pending`; the copy is made beside it. */
export function CreateSnapshot(ctx: Context, input: CreateSnapshotCommandInput) {
  const { VolumeId = '' } = input;
  const { Description = '' } = input;
  const snapshot = beginSnapshot(ctx, VolumeId, { Description, Tags: tagsFor(input.TagSpecifications, 'snapshot') });
  void ctx.clock.track(completeSnapshot(ctx, snapshot));
  return described(snapshot);
}

export function DescribeSnapshots(ctx: Context, input: DescribeSnapshotsCommandInput) {
  const found = chosen(
    input.SnapshotIds,
    (id) => snapshots.find(ctx, id),
    () => snapshots.all(ctx),
  );
  const owned =
    (input.OwnerIds ?? []).length === 0 || input.OwnerIds?.some((id) => id === 'self' || id === ctx.account);
  const { page, ...rest } = list((owned ? found : []).map(described), input, filters);
  return { Snapshots: page, ...rest };
}

function uses(mappings: readonly BlockDeviceMapping[], SnapshotId: string): boolean {
  return mappings.some(({ Ebs }) => Ebs?.SnapshotId === SnapshotId);
}

function described({ startedMs, ofRoot: _ofRoot, ...snapshot }: Snapshot) {
  return { ...snapshot, StartTime: new Date(startedMs), StorageTier: 'standard' as const };
}

export function DeleteSnapshot(ctx: Context, { SnapshotId = '' }: DeleteSnapshotCommandInput) {
  snapshots.find(ctx, SnapshotId);
  const user = images.all(ctx).find(({ BlockDeviceMappings }) => uses(BlockDeviceMappings, SnapshotId));
  if (user)
    throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${SnapshotId} is currently in use by ${user.ImageId}`);
  removeSnapshot(ctx, SnapshotId);
  return {};
}

/** "Enable Amazon EBS encryption by default": of volumes that are made from then on, in this region. */
export function EnableEbsEncryptionByDefault(ctx: Context) {
  return { EbsEncryptionByDefault: set(ctx, { encryptedByDefault: true }).encryptedByDefault };
}

export function DisableEbsEncryptionByDefault(ctx: Context) {
  return { EbsEncryptionByDefault: set(ctx, { encryptedByDefault: false }).encryptedByDefault };
}

export function GetEbsEncryptionByDefault(ctx: Context) {
  return { EbsEncryptionByDefault: settingsOf(ctx).encryptedByDefault };
}

export function GetEbsDefaultKmsKeyId(ctx: Context) {
  return { KmsKeyId: defaultKey(ctx, settingsOf(ctx)) };
}

export function ModifyEbsDefaultKmsKeyId(ctx: Context, { KmsKeyId = '' }: ModifyEbsDefaultKmsKeyIdCommandInput) {
  return { KmsKeyId: defaultKey(ctx, set(ctx, { KmsKeyId })) };
}

function set(ctx: Context, change: Partial<EbsSettings>): EbsSettings {
  const settings = { ...settingsOf(ctx), ...change };
  ebsSettings(ctx).put('ebs', settings);
  return settings;
}
