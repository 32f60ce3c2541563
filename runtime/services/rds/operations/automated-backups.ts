import type {
  DBClusterAutomatedBackup,
  DBInstanceAutomatedBackup,
  DeleteDBClusterAutomatedBackupCommandInput,
  DeleteDBInstanceAutomatedBackupCommandInput,
  DescribeDBClusterAutomatedBackupsCommandInput,
  DescribeDBInstanceAutomatedBackupsCommandInput,
} from '@aws-sdk/client-rds';
import type { Context } from '../../../kernel/service.ts';
import { backupWindow } from '../behaviour/backup-window.ts';
import { forgetBackups, restoreWindow } from '../behaviour/backups.ts';
import { type AnyOwner, hasBackups, nameOf } from '../behaviour/owners.ts';
import { automatedBackupNotFound } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, type InstanceRecord, instances, retained } from '../state.ts';

interface Backups<T extends AnyOwner> {
  owner: T;
  Status: 'creating' | 'active' | 'retained';
}

export function DescribeDBClusterAutomatedBackups(ctx: Context, input: DescribeDBClusterAutomatedBackupsCommandInput) {
  const { DbClusterResourceId: resource, DBClusterIdentifier: id } = input;
  const found = ofClusters(ctx)
    .filter(({ owner }) => resource === undefined || owner.groupId === resource)
    .filter(({ owner }) => id === undefined || owner.DBClusterIdentifier === id.replace(/^arn:.*:cluster:/, ''));
  if (resource !== undefined && found.length === 0) throw automatedBackupNotFound('cluster', resource);
  return { DBClusterAutomatedBackups: found.map((one) => describeCluster(ctx, one)) };
}

export function DescribeDBInstanceAutomatedBackups(
  ctx: Context,
  input: DescribeDBInstanceAutomatedBackupsCommandInput,
) {
  const { DbiResourceId: resource, DBInstanceIdentifier: id, DBInstanceAutomatedBackupsArn: arn } = input;
  const found = ofInstances(ctx)
    .filter(({ owner }) => resource === undefined || owner.groupId === resource)
    .filter(({ owner }) => arn === undefined || backupArn(ctx, owner) === arn)
    .filter(({ owner }) => id === undefined || owner.DBInstanceIdentifier === id.replace(/^arn:.*:db:/, ''));
  if ((resource ?? arn) !== undefined && found.length === 0)
    throw automatedBackupNotFound('instance', String(resource ?? arn));
  return { DBInstanceAutomatedBackups: found.map((one) => describeInstance(ctx, one)) };
}

/** Only of databases that are gone. */
export function DeleteDBClusterAutomatedBackup(ctx: Context, input: DeleteDBClusterAutomatedBackupCommandInput) {
  const id = String(input.DbClusterResourceId);
  const found = ofClusters(ctx).find(({ owner, Status }) => owner.groupId === id && Status === 'retained');
  if (!found) throw automatedBackupNotFound('cluster', id);
  const described = describeCluster(ctx, found);
  forgetBackups(ctx, id);
  return { DBClusterAutomatedBackup: { ...described, Status: 'deleting' } };
}

export function DeleteDBInstanceAutomatedBackup(ctx: Context, input: DeleteDBInstanceAutomatedBackupCommandInput) {
  const { DbiResourceId: resource, DBInstanceAutomatedBackupsArn: arn } = input;
  const found = ofInstances(ctx).find(
    ({ owner, Status }) =>
      Status === 'retained' && (resource === undefined ? backupArn(ctx, owner) === arn : owner.groupId === resource),
  );
  if (!found) throw automatedBackupNotFound('instance', String(resource ?? arn));
  const described = describeInstance(ctx, found);
  forgetBackups(ctx, found.owner.groupId);
  return { DBInstanceAutomatedBackup: { ...described, Status: 'deleting' } };
}

function ofClusters(ctx: Context): Backups<ClusterRecord>[] {
  const kept = retained(ctx)
    .values()
    .filter(({ kind }) => kind === 'cluster');
  return [
    ...withBackups(ctx, clusters(ctx).values()),
    ...kept.map(({ owner }) => ({ owner: owner as ClusterRecord, Status: 'retained' as const })),
  ];
}

function ofInstances(ctx: Context): Backups<InstanceRecord>[] {
  const alone = instances(ctx)
    .values()
    .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === undefined);
  const kept = retained(ctx)
    .values()
    .filter(({ kind }) => kind === 'instance');
  return [
    ...withBackups(ctx, alone),
    ...kept.map(({ owner }) => ({ owner: owner as InstanceRecord, Status: 'retained' as const })),
  ];
}

function withBackups<T extends AnyOwner>(ctx: Context, owners: T[]): Backups<T>[] {
  return owners
    .filter(hasBackups)
    .map((owner) => ({ owner, Status: restoreWindow(ctx, owner) ? 'active' : 'creating' }));
}

/** "arn:…:auto-backup:ab-…": of the resource, not of the name, which another may get. */
function backupArn(ctx: Context, { groupId }: AnyOwner): string {
  return arnOf(ctx, 'auto-backup', `ab-${groupId.replace(/^(db|cluster)-/, '').toLowerCase()}`);
}

function describeCluster(ctx: Context, { owner, Status }: Backups<ClusterRecord>): DBClusterAutomatedBackup {
  return {
    ...shared(ctx, owner),
    Status: Status === 'active' ? 'available' : Status,
    DBClusterAutomatedBackupsArn: backupArn(ctx, owner).replace(':auto-backup:', ':cluster-auto-backup:'),
    DBClusterIdentifier: owner.DBClusterIdentifier,
    DBClusterArn: owner.DBClusterArn,
    DbClusterResourceId: owner.groupId,
    ClusterCreateTime: new Date(owner.createdMs),
    StorageEncrypted: owner.StorageEncrypted,
    EngineMode: 'provisioned',
  };
}

function describeInstance(ctx: Context, { owner, Status }: Backups<InstanceRecord>): DBInstanceAutomatedBackup {
  return {
    ...shared(ctx, owner),
    Status,
    DBInstanceAutomatedBackupsArn: backupArn(ctx, owner),
    DBInstanceIdentifier: owner.DBInstanceIdentifier,
    DBInstanceArn: owner.DBInstanceArn,
    DbiResourceId: owner.groupId,
    InstanceCreateTime: new Date(owner.createdMs),
    Encrypted: owner.StorageEncrypted,
    AllocatedStorage: owner.AllocatedStorage,
    AvailabilityZone: owner.AvailabilityZone,
  };
}

function shared(ctx: Context, owner: AnyOwner) {
  const window = restoreWindow(ctx, owner);
  return {
    Engine: owner.Engine,
    EngineVersion: owner.EngineVersion,
    MasterUsername: owner.MasterUsername,
    Port: owner.Port,
    Region: ctx.region,
    BackupRetentionPeriod: owner.BackupRetentionPeriod,
    PreferredBackupWindow: backupWindow(owner.PreferredBackupWindow, nameOf(owner)),
    ...(window
      ? { RestoreWindow: { EarliestTime: new Date(window.earliestMs), LatestTime: new Date(window.latestMs) } }
      : {}),
  };
}
