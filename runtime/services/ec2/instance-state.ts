import type { RequestLaunchTemplateData, Tag, VolumeType } from '@aws-sdk/client-ec2';
import type { AskedOfInstance } from './behaviour/asked-of-instance.ts';
import { noun, type Tagged } from './behaviour/noun.ts';
import { noneWithId, notFound } from './errors.ts';

export interface Instance extends Tagged {
  InstanceId: string;
  ImageId: string;
  InstanceType: string;
  KeyName?: string;
  SubnetId: string;
  VpcId: string;
  AvailabilityZone: string;
  NetworkInterfaceId: string;
  PrivateIpAddress: string;
  ReservationId: string;
  AmiLaunchIndex: number;
  launchedMs: number;
  state: InstanceState;
  StateReason?: { Code: string; Message: string };
  StateTransitionReason?: string;
  terminatedMs?: number;
  profile?: { Arn: string; Name: string; AssociationId: string };
  userData?: string;
  httpTokens: 'required' | 'optional';
  httpEndpoint: 'enabled' | 'disabled';
  hopLimit: number;
  httpProtocolIpv6?: 'enabled' | 'disabled';
  metadataTags?: 'enabled' | 'disabled';
  shutdownBehavior: 'stop' | 'terminate';
  terminationProtected: boolean;
  stopProtected?: boolean;
  cpuCredits?: string;
  ebsOptimized?: boolean;
  /** What was asked of it, which has no effect beyond being told. */
  asked?: AskedOfInstance;
  detailedMonitoring: boolean;
  RootVolumeId: string;
  /** What was asked of it, which has no effect beyond being told; absent of instances from before it was kept. */
  rootVolume?: RootVolume;
  /** The snapshot its root volume was made from; absent where a public image's was. */
  rootSnapshotId?: string | undefined;
  Architecture?: 'x86_64' | 'arm64';
  volumeTags?: Tag[];
  /** It is given a public address of Amazon's pool at each start. */
  takesPublicAddress?: boolean;
  /** UserData has run: it does so only at the first boot. */
  initialized: boolean;
}

export interface RootVolume {
  Size: number;
  VolumeType: VolumeType;
  Iops?: number | undefined;
  Throughput?: number | undefined;
  Encrypted: boolean;
  KmsKeyId?: string | undefined;
  DeleteOnTermination: boolean;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface KeyPair extends Tagged {
  KeyPairId: string;
  KeyName: string;
  KeyType: 'rsa' | 'ed25519';
  KeyFingerprint: string;
  PublicKey: string;
  createdMs: number;
}

export interface LaunchTemplate extends Tagged {
  LaunchTemplateId: string;
  LaunchTemplateName: string;
  DefaultVersionNumber: number;
  createdMs: number;
  CreatedBy: string;
  versions: {
    VersionNumber: number;
    VersionDescription?: string | undefined;
    createdMs: number;
    data: RequestLaunchTemplateData;
  }[];
}

export const instances = noun<Instance>({
  prefix: 'i',
  type: 'instance',
  collection: 'ec2.instances',
  id: 'InstanceId',
  missing: noneWithId('InvalidInstanceID.NotFound', 'instance ID'),
});
export const keyPairs = noun<KeyPair>({
  prefix: 'key',
  type: 'key-pair',
  collection: 'ec2.key-pairs',
  id: 'KeyPairId',
  missing: noneWithId('InvalidKeyPair.NotFound', 'key pair'),
});
export const launchTemplates = noun<LaunchTemplate>({
  prefix: 'lt',
  type: 'launch-template',
  collection: 'ec2.launch-templates',
  id: 'LaunchTemplateId',
  missing: (id) =>
    notFound(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    ),
});
