import { rmSync } from 'node:fs';
import type {
  CreateDBClusterCommandInput,
  DeleteDBClusterCommandInput,
  DescribeDBClustersCommandInput,
  FailoverDBClusterCommandInput,
  ModifyDBClusterCommandInput,
  StartDBClusterCommandInput,
  StopDBClusterCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import { identifier, literal } from '../../../engines/databases/session.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeCluster, membersOf } from '../behaviour/describe.ts';
import { fleet } from '../behaviour/fleet.ts';
import { clusterNames } from '../behaviour/groups.ts';
import { networkOf, regroup } from '../behaviour/housing.ts';
import {
  checkEngine,
  checkMaster,
  checkPassword,
  checkStorageType,
  engineVersion,
  identifierOf,
} from '../behaviour/input-rules.ts';
import { decideMaster, forgetSecret } from '../behaviour/master.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { scramVerifier } from '../behaviour/scram.ts';
import { retire, storageKey } from '../behaviour/storage-key.ts';
import { clusterExists, clusterNotFound, invalidClusterState, invalidCombination } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, instances } from '../state.ts';
import { takeClusterSnapshot } from './snapshots.ts';

/** An Aurora cluster has an address and a master, but nothing runs until its first instance is there. */
export async function CreateDBCluster(ctx: Context, input: CreateDBClusterCommandInput) {
  const DBClusterIdentifier = identifierOf(input.DBClusterIdentifier, 'DBClusterIdentifier');
  if (clusters(ctx).has(DBClusterIdentifier)) throw clusterExists();
  checkEngine(ctx, input.Engine, input.EngineVersion);
  if (input.Engine === 'postgres') throw invalidCombination('DBClusterInstanceClass is needed for engine postgres.');
  const MasterUsername = checkMaster(input.MasterUsername, undefined);
  const parameterGroup = clusterGroup(ctx, input.DBClusterParameterGroupName);
  const master = await decideMaster(ctx, MasterUsername, input, { id: DBClusterIdentifier, kind: 'cluster' });
  const groupId = `cluster-${ctx.ids.upper(26)}`;
  const record: ClusterRecord = {
    DBClusterIdentifier,
    DBClusterArn: arnOf(ctx, 'cluster', DBClusterIdentifier),
    groupId,
    Engine: 'aurora-postgresql',
    EngineVersion: engineVersion,
    DatabaseName: input.DatabaseName,
    MasterUsername,
    ...master,
    Port: input.Port ?? 5432,
    Status: 'available',
    ...(await networkOf(ctx, input)),
    parameterGroup,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? 1,
    StorageEncrypted: input.StorageEncrypted ?? false,
    storageKey: await storageKey(ctx, input, groupId),
    StorageType: checkStorageType(input.StorageType ?? 'aurora', ['aurora', 'aurora-iopt1']),
    DeletionProtection: input.DeletionProtection ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
    serverless: input.ServerlessV2ScalingConfiguration,
  };
  await exposeCluster(ctx, record);
  clusters(ctx).put(DBClusterIdentifier, record);
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
  const password = input.MasterUserPassword;
  if (password !== undefined) checkPassword(password);
  const changed: ClusterRecord = {
    ...record,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? record.BackupRetentionPeriod,
    DeletionProtection: input.DeletionProtection ?? record.DeletionProtection,
    VpcSecurityGroupIds: await securityGroupsAfter(ctx, record, input.VpcSecurityGroupIds),
    parameterGroup: clusterGroup(ctx, input.DBClusterParameterGroupName ?? record.parameterGroup),
    serverless: input.ServerlessV2ScalingConfiguration ?? record.serverless,
    verifier: password === undefined ? record.verifier : scramVerifier(ctx.ids, password),
  };
  clusters(ctx).put(record.DBClusterIdentifier, changed);
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    if (password !== undefined)
      await group?.query(`ALTER ROLE ${identifier(record.MasterUsername)} PASSWORD ${literal(changed.verifier)}`);
  });
  if (changed.parameterGroup !== record.parameterGroup)
    for (const one of membersOf(ctx, record.DBClusterIdentifier))
      instances(ctx).put(one.DBInstanceIdentifier, { ...one, awaitsReboot: true });
  return { DBCluster: describeCluster(ctx, changed) };
}

function clusterGroup(ctx: Context, name: string | undefined): string {
  return parameterGroupFor(ctx, name, { engine: 'aurora-postgresql', kind: 'cluster' });
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
  await forgetSecret(ctx, record.secretArn);
  await retire(ctx, record.storageKey);
  clusters(ctx).delete(record.DBClusterIdentifier);
  return { DBCluster: described };
}

export async function FailoverDBCluster(ctx: Context, input: FailoverDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  const target = input.TargetDBInstanceIdentifier;
  const group = ctx.engine(databases).group(record.groupId);
  if (!group || group.members.length < 2)
    throw invalidClusterState(`Cluster ${record.DBClusterIdentifier} has no instance to fail over to.`);
  if (
    target !== undefined &&
    !membersOf(ctx, record.DBClusterIdentifier).some((one) => one.DBInstanceIdentifier === target)
  )
    throw invalidClusterState(`DBInstance ${target} is not in cluster ${record.DBClusterIdentifier}.`);
  ctx.engine(fleet).begin(record.groupId, () => group.failover(target));
  return { DBCluster: { ...describeCluster(ctx, record), Status: 'failing-over' } };
}

export function StopDBCluster(ctx: Context, input: StopDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  if (record.Status !== 'available')
    throw invalidClusterState(`DbCluster ${record.DBClusterIdentifier} is not in available state.`);
  return { DBCluster: change(ctx, record, 'stopped', 'stopping') };
}

export function StartDBCluster(ctx: Context, input: StartDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  if (record.Status !== 'stopped')
    throw invalidClusterState(`DBCluster ${record.DBClusterIdentifier} is not in stopped state.`);
  return { DBCluster: change(ctx, record, 'available', 'starting') };
}

function change(ctx: Context, record: ClusterRecord, to: 'available' | 'stopped', meanwhile: string) {
  const put = (Status: string): void => {
    clusters(ctx).put(record.DBClusterIdentifier, { ...findCluster(ctx, record.DBClusterIdentifier), Status });
    for (const one of membersOf(ctx, record.DBClusterIdentifier))
      instances(ctx).put(one.DBInstanceIdentifier, { ...one, Status });
  };
  put(meanwhile);
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    if (to === 'stopped') await group?.stop();
    else await group?.start();
    ctx.engine(fleet).cut(record.groupId);
    put(to);
  });
  return describeCluster(ctx, findCluster(ctx, record.DBClusterIdentifier));
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
