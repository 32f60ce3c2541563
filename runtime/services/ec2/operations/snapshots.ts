import type {
  CreateSnapshotCommandInput,
  DeleteSnapshotCommandInput,
  DescribeSnapshotsCommandInput,
  ModifyEbsDefaultKmsKeyIdCommandInput,
} from '@aws-sdk/client-ec2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { volumeOwner } from '../behaviour/root-volume.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { volumeDevices } from '../behaviour/volume-devices.ts';
import { defaultKey, settingsOf } from '../behaviour/volume-rules.ts';
import { type EbsSettings, ebsSettings, instances, type Snapshot, snapshots, volumes } from '../state.ts';

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
  const volume = volumes.records(ctx).get(VolumeId);
  if (!volume) {
    volumeOwner(instances.all(ctx), VolumeId);
    throw refused(
      'ec2 CreateSnapshot of a root volume',
      'the root of an instance is folders here, and no block device.',
    );
  }
  const snapshot = snapshots.put(ctx, {
    SnapshotId: snapshots.newId(ctx),
    VolumeId,
    VolumeSize: volume.Size,
    Description: input.Description ?? '',
    Encrypted: volume.Encrypted,
    ...(volume.KmsKeyId ? { KmsKeyId: volume.KmsKeyId } : {}),
    OwnerId: ctx.account,
    State: 'pending',
    Progress: '0%',
    startedMs: ctx.clock.now(),
    Tags: tagsFor(input.TagSpecifications, 'snapshot'),
  });
  void ctx.clock.track(complete(ctx, snapshot));
  return described(snapshot);
}

async function complete(ctx: Context, { SnapshotId, VolumeId }: Snapshot): Promise<void> {
  let change: Partial<Snapshot> = { State: 'completed', Progress: '100%' };
  try {
    await ctx.engine(volumeDevices).snapshot(VolumeId, SnapshotId);
  } catch (error) {
    change = { State: 'error', StateMessage: (error as Error).message };
  }
  const now = snapshots.records(ctx).get(SnapshotId);
  if (now) snapshots.put(ctx, { ...now, ...change });
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

function described({ startedMs, ...snapshot }: Snapshot) {
  return { ...snapshot, StartTime: new Date(startedMs), StorageTier: 'standard' as const };
}

export function DeleteSnapshot(ctx: Context, { SnapshotId = '' }: DeleteSnapshotCommandInput) {
  snapshots.find(ctx, SnapshotId);
  snapshots.delete(ctx, SnapshotId);
  ctx.engine(volumeDevices).forgetSnapshot(SnapshotId);
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
