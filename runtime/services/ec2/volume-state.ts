import type { VolumeType } from '@aws-sdk/client-ec2';
import { noun, type Tagged, type Where } from './behaviour/noun.ts';
import { notFound } from './errors.ts';

/** A volume beside root volumes, which are kept with their instances. */
export interface Volume extends Tagged {
  VolumeId: string;
  AvailabilityZone: string;
  Size: number;
  VolumeType: VolumeType;
  Iops?: number;
  Throughput?: number;
  Encrypted: boolean;
  KmsKeyId?: string;
  SnapshotId: string;
  State: 'available' | 'in-use';
  createdMs: number;
  Attachment?:
    | {
        InstanceId: string;
        Device: string;
        State: 'attached' | 'busy' | 'detaching';
        DeleteOnTermination: boolean;
        attachedMs: number;
      }
    | undefined;
  modification?: {
    before: { Size: number; VolumeType: VolumeType; Iops?: number; Throughput?: number };
    startedMs: number;
  };
}

export interface Snapshot extends Tagged {
  SnapshotId: string;
  VolumeId: string;
  VolumeSize: number;
  Description: string;
  Encrypted: boolean;
  KmsKeyId?: string;
  OwnerId: string;
  State: 'pending' | 'completed' | 'error';
  StateMessage?: string;
  Progress: string;
  startedMs: number;
  /** Of a root volume: folders, which no device can be made of. */
  ofRoot?: boolean;
}

/** What an account has for EBS in a region. Key: ebs. */
export interface EbsSettings {
  encryptedByDefault: boolean;
  KmsKeyId?: string;
}

export const volumes = noun<Volume>({
  prefix: 'vol',
  type: 'volume',
  collection: 'ec2.volumes',
  id: 'VolumeId',
  missing: (id) => notFound('InvalidVolume.NotFound', `The volume '${id}' does not exist.`),
});
export const snapshots = noun<Snapshot>({
  prefix: 'snap',
  type: 'snapshot',
  collection: 'ec2.snapshots',
  id: 'SnapshotId',
  missing: (id) => notFound('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`),
});
export const ebsSettings = (where: Where) => where.store.collection<EbsSettings>('ec2.ebs-settings', where);
