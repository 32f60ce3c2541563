import type {
  CreateDBInstanceCommandInput,
  DeleteDBInstanceCommandInput,
  DescribeDBInstancesCommandInput,
  ModifyDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { backupSettings } from '../behaviour/backup-window.ts';
import { changeBackups, endBackups } from '../behaviour/backups.ts';
import { describeInstance, membersOf } from '../behaviour/describe.ts';
import { checkEngine, offerOf } from '../behaviour/engines.ts';
import { tell } from '../behaviour/events.ts';
import { fleet } from '../behaviour/fleet.ts';
import { instanceName } from '../behaviour/groups.ts';
import {
  checkZone,
  isPublic,
  moveOut,
  networkOf,
  regroup,
  setPublic,
  takePlaces,
  zoneFor,
} from '../behaviour/housing.ts';
import { checkMaster, checkPassword, checkStorageType, identifierOf } from '../behaviour/input-rules.ts';
import { checkClass } from '../behaviour/instance-classes.ts';
import { keptSettings } from '../behaviour/kept-settings.ts';
import { beginInstance } from '../behaviour/lifecycle.ts';
import { changedExports, logExports } from '../behaviour/log-exports.ts';
import { decideMaster, forgetSecret } from '../behaviour/master.ts';
import { replicasOf } from '../behaviour/owners.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { checkChange, promoteAllOf } from '../behaviour/replication.ts';
import { serverLogs } from '../behaviour/server-logs.ts';
import { sqlOf } from '../behaviour/sql.ts';
import { retire, storageKey } from '../behaviour/storage-key.ts';
import { instanceExists, instanceNotFound, invalidClusterState, invalidCombination, otherEngine } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, type InstanceRecord, instances } from '../state.ts';
import { findCluster } from './clusters.ts';
import { takeInstanceSnapshot } from './snapshots.ts';

export async function CreateDBInstance(ctx: Context, input: CreateDBInstanceCommandInput) {
  const id = identifierOf(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (instances(ctx).has(id)) throw instanceExists();
  const { EngineVersion } = checkEngine(ctx, input.Engine, input.EngineVersion);
  const { Engine, aurora } = offerOf(input.Engine);
  const cluster = input.DBClusterIdentifier === undefined ? undefined : findCluster(ctx, input.DBClusterIdentifier);
  if (!cluster && aurora) throw invalidCombination(`The engine ${Engine} needs a DBClusterIdentifier.`);
  if (cluster && cluster.Engine !== Engine) throw otherEngine(Engine, cluster.Engine);
  if (cluster && cluster.Status !== 'available' && cluster.Status !== 'creating')
    throw invalidClusterState(`DbCluster ${cluster.DBClusterIdentifier} is not in available state.`);
  const parameterGroup = instanceGroup(ctx, cluster ?? { Engine, EngineVersion }, input.DBParameterGroupName);
  checkZone(input);
  if (cluster) clusterDecidesTokens(input);
  const where = cluster ?? (await networkOf(ctx, input));
  const own = cluster ? undefined : await standingAlone(ctx, id, { ...input, Engine, EngineVersion });
  const { DBSubnetGroupName, VpcSecurityGroupIds } = where;
  const begun: InstanceRecord = {
    ...(own ?? fromCluster(cluster ?? findCluster(ctx, input.DBClusterIdentifier))),
    DBSubnetGroupName,
    VpcSecurityGroupIds,
    DBInstanceIdentifier: id,
    DBInstanceArn: arnOf(ctx, 'db', id),
    DBInstanceClass: checkClass(Engine, input.DBInstanceClass),
    Status: 'creating',
    parameterGroup,
    AllocatedStorage: input.AllocatedStorage ?? (cluster ? 1 : 20),
    MaxAllocatedStorage: input.MaxAllocatedStorage,
    PromotionTier: input.PromotionTier ?? 1,
    kept: keptSettings(Engine, input),
    MultiAZ: !cluster && (input.MultiAZ ?? false),
    PubliclyAccessible: await isPublic(ctx, DBSubnetGroupName, input.PubliclyAccessible),
    AvailabilityZone:
      input.AvailabilityZone ??
      zoneFor(ctx, DBSubnetGroupName, cluster ? membersOf(ctx, cluster.DBClusterIdentifier).length : 0),
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  const record = { ...begun, places: await takePlaces(ctx, begun) };
  instances(ctx).put(id, record);
  beginInstance(ctx, record);
  return { DBInstance: describeInstance(ctx, record) };
}

function fromCluster(cluster: ClusterRecord) {
  const { groupId, Engine, EngineVersion, DatabaseName, MasterUsername, Port, ...rest } = cluster;
  const { BackupRetentionPeriod, StorageEncrypted, storageKey: key, StorageType, DBClusterIdentifier } = rest;
  const owner = { groupId, Engine, EngineVersion, DatabaseName, MasterUsername, Port };
  const more = { BackupRetentionPeriod, StorageEncrypted, storageKey: key, StorageType, DBClusterIdentifier };
  return { ...owner, ...more, DeletionProtection: false };
}

type Alone = CreateDBInstanceCommandInput & { Engine: string; EngineVersion: string };

async function standingAlone(ctx: Context, id: string, input: Alone) {
  const { Engine, EngineVersion } = input;
  const MasterUsername = checkMaster(Engine, input.MasterUsername);
  const groupId = `db-${ctx.ids.upper(26)}`;
  const key = await storageKey(ctx, input, groupId);
  const { verifier, secretArn } = await decideMaster(ctx, MasterUsername, input, { id, kind: 'db', Engine });
  const owner = {
    groupId,
    Engine,
    EngineVersion,
    DatabaseName: input.DBName,
    MasterUsername,
    Port: input.Port ?? offerOf(Engine).port,
    ...backupSettings(input, { least: 0 }),
    logExports: logExports(Engine, input.EnableCloudwatchLogsExports),
    StorageEncrypted: input.StorageEncrypted ?? false,
    storageKey: key,
    // "gp2" is what CreateDBInstance takes without Iops or StorageThroughput.
    StorageType: checkStorageType(input.StorageType ?? 'gp2', ['gp2', 'gp3', 'standard']),
    DeletionProtection: input.DeletionProtection ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    secretArn,
  };
  return { ...owner, verifier };
}

export function DescribeDBInstances(ctx: Context, input: DescribeDBInstancesCommandInput) {
  const asked = input.DBInstanceIdentifier;
  const found = asked === undefined ? instances(ctx).values() : [findInstance(ctx, asked)];
  const clusterIds = input.Filters?.find(({ Name }) => Name === 'db-cluster-id')?.Values;
  const chosen = clusterIds
    ? found.filter(({ DBClusterIdentifier = '' }) =>
        clusterIds.some((id) => id.replace(/^arn:.*:cluster:/, '') === DBClusterIdentifier),
      )
    : found;
  return { DBInstances: chosen.map((record) => describeInstance(ctx, record)) };
}

export async function ModifyDBInstance(ctx: Context, input: ModifyDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  const password = input.MasterUserPassword;
  if (password !== undefined) checkPassword(record.Engine, password);
  if (password !== undefined && record.DBClusterIdentifier !== undefined)
    throw invalidCombination('The master user password of an Aurora DB instance is managed by its DB cluster.');
  if (record.DBClusterIdentifier !== undefined) clusterDecidesTokens(input);
  checkChange(ctx, record, input);
  const changed: InstanceRecord = {
    ...record,
    DBInstanceClass: checkClass(record.Engine, input.DBInstanceClass ?? record.DBInstanceClass),
    AllocatedStorage: input.AllocatedStorage ?? record.AllocatedStorage,
    ...backupSettings(input, { least: 0, record }),
    logExports: changedExports(record, input.CloudwatchLogsExportConfiguration),
    DeletionProtection: input.DeletionProtection ?? record.DeletionProtection,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? record.iamAuthentication ?? false,
    PromotionTier: input.PromotionTier ?? record.PromotionTier,
    kept: keptSettings(record.Engine, input, record.kept),
    ...(await inNetwork(ctx, record, input)),
    parameterGroup: instanceGroup(ctx, record, input.DBParameterGroupName ?? record.parameterGroup),
  };
  // "Working with parameter groups": another group counts after the next reboot, its dynamic parameters too.
  const awaitsReboot = changed.awaitsReboot || changed.parameterGroup !== record.parameterGroup;
  instances(ctx).put(record.DBInstanceIdentifier, { ...changed, awaitsReboot });
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    if (record.DBClusterIdentifier === undefined) await changeBackups(ctx, record, changed);
    if (password !== undefined && group) {
      const sql = sqlOf(group.engine);
      await sql.setPassword(group, record.MasterUsername, sql.verifier(ctx.ids, password));
    }
  });
  return { DBInstance: describeInstance(ctx, { ...changed, awaitsReboot }) };
}

/** "This setting doesn't apply to Amazon Aurora DB instances" (EnableIAMDatabaseAuthentication of CreateDBInstance). */
function clusterDecidesTokens(input: { EnableIAMDatabaseAuthentication?: boolean | undefined }): void {
  if (input.EnableIAMDatabaseAuthentication !== undefined)
    throw invalidCombination('IAM database authentication of an Aurora DB instance is managed by its DB cluster.');
}

function instanceGroup(ctx: Context, of: Pick<InstanceRecord, 'Engine' | 'EngineVersion'>, name: string | undefined) {
  return parameterGroupFor(ctx, name, of, 'instance');
}

/** What changes where it is reached from, which counts at once. */
async function inNetwork(ctx: Context, record: InstanceRecord, input: ModifyDBInstanceCommandInput) {
  const { DBSubnetGroupName } = record;
  const wanted = input.VpcSecurityGroupIds;
  if (wanted !== undefined && record.DBClusterIdentifier !== undefined)
    throw invalidCombination(
      'The specified DB Instance is a member of a cluster. Modify the VPC security group for the DB Cluster using the ModifyDbCluster API',
    );
  const ids = wanted && (await networkOf(ctx, { DBSubnetGroupName, VpcSecurityGroupIds: wanted })).VpcSecurityGroupIds;
  if (ids) await regroup(ctx, [record], ids);
  const { PubliclyAccessible } = input;
  return {
    ...(ids ? { VpcSecurityGroupIds: ids } : {}),
    ...(PubliclyAccessible === undefined ? {} : await setPublic(ctx, record, PubliclyAccessible)),
  };
}

export async function DeleteDBInstance(ctx: Context, input: DeleteDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  const id = record.DBInstanceIdentifier;
  if (record.DeletionProtection)
    throw invalidCombination('Cannot delete protected DB Instance, please disable deletion protection and try again.');
  const alone = record.DBClusterIdentifier === undefined;
  if (record.source !== undefined && input.FinalDBSnapshotIdentifier !== undefined)
    throw invalidCombination('FinalDBSnapshotIdentifier cannot be specified when deleting a read replica.');
  if (alone && record.source === undefined && !input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier === undefined)
    throw invalidCombination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  await ctx.engine(fleet).settled(record.groupId);
  for (const { groupId } of replicasOf(ctx, id)) await ctx.engine(fleet).settled(groupId);
  promoteAllOf(ctx, id);
  if (alone && input.FinalDBSnapshotIdentifier !== undefined)
    await takeInstanceSnapshot(ctx, record, input.FinalDBSnapshotIdentifier, []);
  const described = { ...describeInstance(ctx, record), DBInstanceStatus: 'deleting' };
  await ctx.engine(fleet).withdraw(instanceName(ctx, id));
  if (alone) {
    await ctx.engine(databases).destroy(record.groupId);
    endBackups(ctx, record, { retain: input.DeleteAutomatedBackups === false });
    await forgetSecret(ctx, record.secretArn);
    await retire(ctx, record.storageKey);
  } else await leaveCluster(ctx, record);
  await moveOut(ctx, record);
  ctx.engine(serverLogs).forget(record);
  instances(ctx).delete(id);
  tell(ctx, ctx, 'instanceDeleted', id);
  return { DBInstance: described };
}

/** The cluster's storage outlives its instances: with the last one gone, it is what the next begins from. */
async function leaveCluster(ctx: Context, record: InstanceRecord): Promise<void> {
  const cluster = findCluster(ctx, record.DBClusterIdentifier);
  const engine = ctx.engine(databases);
  const group = engine.group(cluster.groupId);
  if (!group) return;
  if (group.members.length > 1) {
    if (group.writer === record.DBInstanceIdentifier) await group.failover();
    await group.removeMember(record.DBInstanceIdentifier);
    return;
  }
  const volume = engine.backupFolder(`volume-${cluster.groupId}`);
  clusters(ctx).put(cluster.DBClusterIdentifier, { ...cluster, volume });
  await engine.retire(cluster.groupId, volume);
}

export function findInstance(ctx: Context, id: string | undefined): InstanceRecord {
  const found = instances(ctx).get(
    String(id)
      .replace(/^arn:.*:db:/, '')
      .toLowerCase(),
  );
  if (!found) throw instanceNotFound(String(id));
  return found;
}
