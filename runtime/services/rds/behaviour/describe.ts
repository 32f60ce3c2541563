import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeSubnetGroup, findSubnetGroup } from '../operations/subnet-groups.ts';
import { type ClusterRecord, type InstanceRecord, instances, type Owner } from '../state.ts';
import { backupWindow } from './backup-window.ts';
import { restoreWindow } from './backups.ts';
import { clusterNames, instanceName } from './groups.ts';
import { keptClusterSettings, keptSettings } from './kept-settings.ts';
import { type AnyOwner, nameOf, ownerOf, replicasOf } from './owners.ts';

export function membersOf(ctx: Context, clusterId: string): InstanceRecord[] {
  return instances(ctx)
    .values()
    .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === clusterId);
}

export function describeCluster(ctx: Context, record: ClusterRecord): DBCluster {
  const names = clusterNames(ctx, record.DBClusterIdentifier);
  const writer = ctx.engine(databases).group(record.groupId)?.writer;
  const members = membersOf(ctx, record.DBClusterIdentifier);
  return {
    ...shared(record),
    ...restorable(ctx, record),
    DBClusterIdentifier: record.DBClusterIdentifier,
    DBClusterArn: record.DBClusterArn,
    DbClusterResourceId: record.groupId,
    DBClusterParameterGroup: record.parameterGroup,
    ...(record.DBSubnetGroupName === undefined ? {} : { DBSubnetGroup: record.DBSubnetGroupName }),
    ...(record.DatabaseName === undefined ? {} : { DatabaseName: record.DatabaseName }),
    Status: record.Status,
    Endpoint: names.writer,
    ReaderEndpoint: names.reader,
    Port: record.Port,
    MultiAZ: members.length > 1,
    AllocatedStorage: 1,
    ClusterCreateTime: new Date(record.createdMs),
    ...(record.kept ?? keptClusterSettings(ctx.region, {})),
    EngineMode: 'provisioned',
    HttpEndpointEnabled: false,
    DBClusterMembers: members.map(({ DBInstanceIdentifier, PromotionTier, awaitsReboot }) => ({
      DBInstanceIdentifier,
      IsClusterWriter: DBInstanceIdentifier === writer,
      DBClusterParameterGroupStatus: awaitsReboot ? 'pending-reboot' : 'in-sync',
      PromotionTier,
    })),
    ...(record.serverless ? { ServerlessV2ScalingConfiguration: record.serverless } : {}),
  };
}

export function describeInstance(ctx: Context, record: InstanceRecord): DBInstance {
  const group = record.DBSubnetGroupName;
  return {
    ...shared(record),
    IAMDatabaseAuthenticationEnabled: ownerOf(ctx, record.groupId)?.iamAuthentication ?? false,
    ...(record.DBClusterIdentifier === undefined ? latestRestorable(ctx, record) : {}),
    PreferredBackupWindow: windowOf(ctx, record),
    DBInstanceIdentifier: record.DBInstanceIdentifier,
    DBInstanceArn: record.DBInstanceArn,
    DbiResourceId: record.DBClusterIdentifier ? `db-${record.groupId.slice(8)}` : record.groupId,
    DBInstanceClass: record.DBInstanceClass,
    DBInstanceStatus: record.Status,
    Endpoint: { Address: instanceName(ctx, record.DBInstanceIdentifier), Port: record.Port },
    ...(record.DatabaseName === undefined ? {} : { DBName: record.DatabaseName }),
    ...(record.DBClusterIdentifier === undefined ? {} : { DBClusterIdentifier: record.DBClusterIdentifier }),
    ...replication(ctx, record),
    AllocatedStorage: record.AllocatedStorage,
    ...(record.MaxAllocatedStorage === undefined ? {} : { MaxAllocatedStorage: record.MaxAllocatedStorage }),
    InstanceCreateTime: new Date(record.createdMs),
    DBParameterGroups: [
      {
        DBParameterGroupName: record.parameterGroup,
        ParameterApplyStatus: record.awaitsReboot ? 'pending-reboot' : 'in-sync',
      },
    ],
    AvailabilityZone: record.AvailabilityZone,
    MultiAZ: record.MultiAZ,
    PromotionTier: record.PromotionTier,
    ...(record.kept ?? keptSettings(record.Engine, {})),
    PubliclyAccessible: record.PubliclyAccessible,
    ...(group === undefined ? {} : { DBSubnetGroup: describeSubnetGroup(findSubnetGroup(ctx, group)) }),
  };
}

/** "StatusInfos": of a read replica, whether it follows; what stopped doing so would not be available. */
function replication(ctx: Context, { DBInstanceIdentifier, source, Status }: InstanceRecord) {
  const Normal = Status === 'available';
  return {
    ReadReplicaDBInstanceIdentifiers: replicasOf(ctx, DBInstanceIdentifier).map((one) => one.DBInstanceIdentifier),
    ...(source === undefined
      ? {}
      : {
          ReadReplicaSourceDBInstanceIdentifier: source,
          StatusInfos: [{ StatusType: 'read replication', Normal, Status: Normal ? 'replicating' : 'stopped' }],
        }),
  };
}

function restorable(ctx: Context, record: ClusterRecord) {
  const window = restoreWindow(ctx, record);
  return {
    PreferredBackupWindow: windowOf(ctx, record),
    ...(window ? { EarliestRestorableTime: new Date(window.earliestMs) } : {}),
    ...latestRestorable(ctx, record),
  };
}

function latestRestorable(ctx: Context, record: AnyOwner) {
  const window = restoreWindow(ctx, record);
  return window ? { LatestRestorableTime: new Date(window.latestMs) } : {};
}

/** An Aurora instance has its cluster's. */
function windowOf(ctx: Context, record: AnyOwner): string {
  const owner = ownerOf(ctx, record.groupId) ?? record;
  return backupWindow(owner.PreferredBackupWindow, nameOf(owner));
}

function shared(record: Owner) {
  return {
    Engine: record.Engine,
    EngineVersion: record.EngineVersion,
    MasterUsername: record.MasterUsername,
    VpcSecurityGroups: record.VpcSecurityGroupIds.map((VpcSecurityGroupId) => ({
      VpcSecurityGroupId,
      Status: 'active',
    })),
    BackupRetentionPeriod: record.BackupRetentionPeriod,
    StorageEncrypted: record.StorageEncrypted,
    ...(record.StorageType ? { StorageType: record.StorageType } : {}),
    ...(record.storageKey ? { KmsKeyId: record.storageKey.KmsKeyId } : {}),
    DeletionProtection: record.DeletionProtection,
    IAMDatabaseAuthenticationEnabled: record.iamAuthentication ?? false,
    TagList: record.Tags,
    ...(record.logExports?.length ? { EnabledCloudwatchLogsExports: record.logExports } : {}),
    ...(record.secretArn ? { MasterUserSecret: { SecretArn: record.secretArn, SecretStatus: 'active' } } : {}),
  };
}
