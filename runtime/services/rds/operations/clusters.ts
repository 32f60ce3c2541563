import { rmSync } from 'node:fs';
import type {
  CreateDBClusterCommandInput,
  DeleteDBClusterCommandInput,
  DescribeDBClustersCommandInput,
  ModifyDBClusterCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { backupSettings } from '../behaviour/backup-window.ts';
import { changeBackups, endBackups } from '../behaviour/backups.ts';
import { describeCluster, membersOf } from '../behaviour/describe.ts';
import { checkEngine, offerOf } from '../behaviour/engines.ts';
import { tell } from '../behaviour/events.ts';
import { fleet } from '../behaviour/fleet.ts';
import { clusterNames } from '../behaviour/groups.ts';
import { networkOf, regroup } from '../behaviour/housing.ts';
import { checkMaster, checkPassword, checkStorageType, identifierOf } from '../behaviour/input-rules.ts';
import { keptClusterSettings } from '../behaviour/kept-settings.ts';
import { changedExports, logExports } from '../behaviour/log-exports.ts';
import { decideMaster, forgetSecret } from '../behaviour/master.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { sqlOf } from '../behaviour/sql.ts';
import { retire, storageKey } from '../behaviour/storage-key.ts';
import { clusterExists, clusterNotFound, invalidClusterState, invalidCombination } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, instances } from '../state.ts';
import { takeClusterSnapshot } from './snapshots.ts';

/** An Aurora cluster has an address and a master, but nothing runs until its first instance is there. */
export async function CreateDBCluster(ctx: Context, input: CreateDBClusterCommandInput) {
  const DBClusterIdentifier = identifierOf(input.DBClusterIdentifier, 'DBClusterIdentifier');
  if (clusters(ctx).has(DBClusterIdentifier)) throw clusterExists();
  const { EngineVersion } = checkEngine(ctx, input.Engine, input.EngineVersion);
  const { Engine, aurora, port } = offerOf(input.Engine);
  if (!aurora) throw invalidCombination(`DBClusterInstanceClass is needed for engine ${Engine}.`);
  const MasterUsername = checkMaster(Engine, input.MasterUsername);
  const parameterGroup = clusterGroup(ctx, { Engine, EngineVersion }, input.DBClusterParameterGroupName);
  const master = await decideMaster(ctx, MasterUsername, input, { id: DBClusterIdentifier, kind: 'cluster', Engine });
  const groupId = `cluster-${ctx.ids.upper(26)}`;
  const record: ClusterRecord = {
    DBClusterIdentifier,
    DBClusterArn: arnOf(ctx, 'cluster', DBClusterIdentifier),
    groupId,
    Engine,
    EngineVersion,
    DatabaseName: input.DatabaseName,
    MasterUsername,
    ...master,
    Port: input.Port ?? port,
    Status: 'available',
    ...(await networkOf(ctx, input)),
    parameterGroup,
    ...backupSettings(input, { least: 1 }),
    logExports: logExports(Engine, input.EnableCloudwatchLogsExports),
    StorageEncrypted: input.StorageEncrypted ?? false,
    storageKey: await storageKey(ctx, input, groupId),
    StorageType: checkStorageType(input.StorageType ?? 'aurora', ['aurora', 'aurora-iopt1']),
    DeletionProtection: input.DeletionProtection ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
    serverless: input.ServerlessV2ScalingConfiguration,
    kept: keptClusterSettings(ctx.region, input),
  };
  await exposeCluster(ctx, record);
  clusters(ctx).put(DBClusterIdentifier, record);
  tell(ctx, ctx, 'clusterCreated', DBClusterIdentifier);
  return { DBCluster: { ...describeCluster(ctx, record), Status: 'creating' } };
}

export async function exposeCluster(ctx: Context, record: ClusterRecord): Promise<void> {
  const { writer, reader } = clusterNames(ctx, record.DBClusterIdentifier);
  await ctx.engine(fleet).expose(writer, record.groupId, 'writer', record.Port);
  await ctx.engine(fleet).expose(reader, record.groupId, 'reader', record.Port);
}

export function DescribeDBClusters(ctx: Context, input: DescribeDBClustersCommandInput) {
  const asked = input.DBClusterIdentifier;
  const found = asked === undefined ? clusters(ctx).values() : [findCluster(ctx, asked)];
  return { DBClusters: found.map((record) => describeCluster(ctx, record)) };
}

export async function ModifyDBCluster(ctx: Context, input: ModifyDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  const sql = sqlOf(offerOf(record.Engine).runs);
  const password = input.MasterUserPassword;
  if (password !== undefined) checkPassword(record.Engine, password);
  const changed: ClusterRecord = {
    ...record,
    ...backupSettings(input, { least: 1, record }),
    logExports: changedExports(record, input.CloudwatchLogsExportConfiguration),
    DeletionProtection: input.DeletionProtection ?? record.DeletionProtection,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? record.iamAuthentication ?? false,
    VpcSecurityGroupIds: await securityGroupsAfter(ctx, record, input.VpcSecurityGroupIds),
    parameterGroup: clusterGroup(ctx, record, input.DBClusterParameterGroupName ?? record.parameterGroup),
    serverless: input.ServerlessV2ScalingConfiguration ?? record.serverless,
    kept: keptClusterSettings(ctx.region, input, record.kept),
    verifier: password === undefined ? record.verifier : sql.verifier(ctx.ids, password),
  };
  clusters(ctx).put(record.DBClusterIdentifier, changed);
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    await changeBackups(ctx, record, changed);
    if (password !== undefined) if (group) await sql.setPassword(group, record.MasterUsername, changed.verifier);
  });
  if (changed.parameterGroup !== record.parameterGroup)
    for (const one of membersOf(ctx, record.DBClusterIdentifier))
      instances(ctx).put(one.DBInstanceIdentifier, { ...one, awaitsReboot: true });
  return { DBCluster: describeCluster(ctx, changed) };
}

function clusterGroup(ctx: Context, of: Pick<ClusterRecord, 'Engine' | 'EngineVersion'>, name: string | undefined) {
  return parameterGroupFor(ctx, name, of, 'cluster');
}

async function securityGroupsAfter(ctx: Context, record: ClusterRecord, wanted: string[] | undefined) {
  if (wanted === undefined) return record.VpcSecurityGroupIds;
  const { DBSubnetGroupName } = record;
  const { VpcSecurityGroupIds } = await networkOf(ctx, { DBSubnetGroupName, VpcSecurityGroupIds: wanted });
  await regroup(ctx, membersOf(ctx, record.DBClusterIdentifier), VpcSecurityGroupIds);
  return VpcSecurityGroupIds;
}

export async function DeleteDBCluster(ctx: Context, input: DeleteDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  if (record.DeletionProtection)
    throw invalidCombination('Cannot delete protected Cluster, please disable deletion protection and try again.');
  if (membersOf(ctx, record.DBClusterIdentifier).length > 0)
    throw invalidClusterState('Cluster cannot be deleted, it still contains DB instances in non-deleting state.');
  if (!input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier === undefined)
    throw invalidCombination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  await ctx.engine(fleet).settled(record.groupId);
  if (input.FinalDBSnapshotIdentifier !== undefined)
    await takeClusterSnapshot(ctx, findCluster(ctx, record.DBClusterIdentifier), input.FinalDBSnapshotIdentifier, []);
  const described = { ...describeCluster(ctx, record), Status: 'deleting' };
  const { writer, reader } = clusterNames(ctx, record.DBClusterIdentifier);
  await ctx.engine(fleet).withdraw(writer);
  await ctx.engine(fleet).withdraw(reader);
  await ctx.engine(databases).destroy(record.groupId);
  rmSync(ctx.engine(databases).backupFolder(`volume-${record.groupId}`), { recursive: true, force: true });
  endBackups(ctx, record, { retain: input.DeleteAutomatedBackups === false });
  await forgetSecret(ctx, record.secretArn);
  await retire(ctx, record.storageKey);
  clusters(ctx).delete(record.DBClusterIdentifier);
  tell(ctx, ctx, 'clusterDeleted', record.DBClusterIdentifier);
  return { DBCluster: described };
}

/** By identifier or ARN. */
export function findCluster(ctx: Context, id: string | undefined): ClusterRecord {
  const name = String(id)
    .replace(/^arn:.*:cluster:/, '')
    .toLowerCase();
  const found = clusters(ctx).get(name);
  if (!found) throw clusterNotFound(String(id));
  return found;
}
