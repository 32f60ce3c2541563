import { createHash } from 'node:crypto';
import { formatArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import type { SourceType } from './behaviour/event-kinds.ts';
import type { KeptClusterSettings, KeptSettings } from './behaviour/kept-settings.ts';
import type { StorageKey } from './behaviour/storage-key.ts';

export interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** What an Aurora cluster and an instance that stands alone have in common: one group of databases each. */
export interface Owner {
  /** Of the engine's group of databases. */
  groupId: string;
  Engine: string;
  EngineVersion: string;
  DatabaseName?: string | undefined;
  MasterUsername: string;
  Port: number;
  Status: string;
  DBSubnetGroupName?: string | undefined;
  VpcSecurityGroupIds: string[];
  parameterGroup: string;
  BackupRetentionPeriod: number;
  StorageEncrypted: boolean;
  storageKey?: StorageKey | undefined;
  StorageType?: string | undefined;
  DeletionProtection: boolean;
  /** Whether members of rds_iam sign in by tokens. */
  iamAuthentication?: boolean | undefined;
  secretArn?: string | undefined;
  /** Which of its logs go to CloudWatch Logs. */
  logExports?: string[] | undefined;
  /** UTC, hh24:mi-hh24:mi. */
  PreferredBackupWindow?: string | undefined;
  /** What it begins with: SCRAM verifier of the master's password, and the folder of a backup where there is one. */
  verifier?: string | undefined;
  volume?: string | undefined;
  /** A moment of another group of databases that becomes the volume; while this is there, it has not yet. */
  from?: Moment | undefined;
  /** When it was stopped. */
  stoppedMs?: number | undefined;
  createdMs: number;
  Tags: Tag[];
}

export interface ClusterRecord extends Owner {
  DBClusterIdentifier: string;
  DBClusterArn: string;
  verifier: string;
  kept?: KeptClusterSettings | undefined;
  serverless?: { MinCapacity?: number | undefined; MaxCapacity?: number | undefined } | undefined;
}

/** Where a database is in its VPC. */
export interface Place {
  VpcId: string;
  NetworkInterfaceId: string;
  PrivateIpAddress: string;
  zone: string;
  /** Whether it has a public address too. */
  isPublic: boolean;
}

export interface InstanceRecord extends Owner {
  DBInstanceIdentifier: string;
  DBInstanceArn: string;
  DBInstanceClass: string;
  DBClusterIdentifier?: string | undefined;
  MultiAZ: boolean;
  AllocatedStorage: number;
  MaxAllocatedStorage?: number | undefined;
  PromotionTier: number;
  kept?: KeptSettings | undefined;
  AvailabilityZone: string;
  PubliclyAccessible: boolean;
  /** Of a read replica: the instance that it follows. */
  source?: string | undefined;
  /** It was given parameters that only a reboot puts in force. */
  awaitsReboot?: boolean | undefined;
  /** By the engine's member: the instance, and a Multi-AZ instance's standby in another zone. */
  places?: Record<string, Place> | undefined;
}

/** Of a group of databases whose log is archived; by the cloud's time. */
export interface Moment {
  groupId: string;
  cloudMs: number;
}

/** Automated backups whose databases are gone. */
export interface RetainedRecord {
  kind: 'cluster' | 'instance';
  owner: ClusterRecord | InstanceRecord;
  /** Their last moment, and when they go too. */
  deletedMs: number;
  expiresMs: number;
}

/** Who is told of events, by SNS. */
export interface SubscriptionRecord {
  name: string;
  arn: string;
  SnsTopicArn: string;
  SourceType: SourceType | undefined;
  SourceIds: string[];
  EventCategories: string[];
  Enabled: boolean;
  createdMs: number;
  Tags: Tag[];
}

export interface SnapshotRecord {
  id: string;
  arn: string;
  kind: 'cluster' | 'instance';
  of: string;
  createdMs: number;
  /** Where its data is; of an automated one, the moment it is of instead. */
  folder: string;
  moment?: Moment | undefined;
  owner: ClusterRecord | InstanceRecord;
  Tags: Tag[];
}

export interface SubnetGroupRecord {
  DBSubnetGroupName: string;
  DBSubnetGroupDescription: string;
  DBSubnetGroupArn: string;
  VpcId: string;
  Subnets: { SubnetIdentifier: string; zone: string }[];
  Tags: Tag[];
}

export interface ParameterGroupRecord {
  name: string;
  arn: string;
  kind: 'cluster' | 'instance';
  family: string;
  description: string;
  parameters: Record<string, string>;
  Tags: Tag[];
}

const records =
  <T extends object>(name: string) =>
  (of: Context | { kernel: Kernel; scope: Scope }): Collection<T> =>
    'kernel' in of ? of.kernel.store.collection<T>(name, of.scope) : of.collection<T>(name);

export const clusters = records<ClusterRecord>('rds.clusters');
export const instances = records<InstanceRecord>('rds.instances');
export const snapshots = records<SnapshotRecord>('rds.snapshots');
export const retained = records<RetainedRecord>('rds.retainedBackups');
export const eventSubscriptions = records<SubscriptionRecord>('rds.eventSubscriptions');
export const subnetGroups = records<SubnetGroupRecord>('rds.subnetGroups');
export const parameterGroups = records<ParameterGroupRecord>('rds.parameterGroups');

export function arnOf(ctx: { region: string; account: string }, kind: string, id: string): string {
  return formatArn('rds', ctx.region, ctx.account, `${kind}:${id}`);
}

/** "Endpoint connections" (Aurora User Guide): the same for all databases of an account in a region. */
export function domainOf(ctx: { region: string; account: string }, part: '' | 'cluster-' | 'cluster-ro-'): string {
  const hash = BigInt(`0x${createHash('sha256').update(`${ctx.account} ${ctx.region}`).digest('hex').slice(0, 16)}`);
  return `${part}c${hash.toString(36).padStart(11, '0').slice(0, 11)}.${ctx.region}.rds.amazonaws.com`;
}
