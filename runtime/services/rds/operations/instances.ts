import type {
  CreateDBInstanceCommandInput,
  DeleteDBInstanceCommandInput,
  DescribeDBInstancesCommandInput,
  ModifyDBInstanceCommandInput,
  RebootDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import { identifier, literal } from '../../../engines/databases/session.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeInstance, membersOf } from '../behaviour/describe.ts';
import { fleet } from '../behaviour/fleet.ts';
import { beginGroup, clusterNames, instanceName } from '../behaviour/groups.ts';
import {
  checkZone,
  isPublic,
  moveIn,
  moveOut,
  networkOf,
  regroup,
  setPublic,
  standbyOf,
  takePlaces,
  zoneFor,
} from '../behaviour/housing.ts';
import {
  checkEngine,
  checkMaster,
  checkPassword,
  checkStorageType,
  engineVersion,
  identifierOf,
} from '../behaviour/input-rules.ts';
import { decideMaster, forgetSecret } from '../behaviour/master.ts';
import { configurationOf, notePending, parameterGroupFor } from '../behaviour/parameters.ts';
import { scramVerifier } from '../behaviour/scram.ts';
import { retire, storageKey } from '../behaviour/storage-key.ts';
import { instanceExists, instanceNotFound, invalidCombination, invalidInstanceState } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, type InstanceRecord, instances } from '../state.ts';
import { findCluster } from './clusters.ts';
import { takeInstanceSnapshot } from './snapshots.ts';

export async function CreateDBInstance(ctx: Context, input: CreateDBInstanceCommandInput) {
  const id = identifierOf(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (instances(ctx).has(id)) throw instanceExists();
  checkEngine(ctx, input.Engine, input.EngineVersion);
  const cluster = input.DBClusterIdentifier === undefined ? undefined : findCluster(ctx, input.DBClusterIdentifier);
  if (!cluster && input.Engine !== 'postgres')
    throw invalidCombination(`The engine ${input.Engine} needs a DBClusterIdentifier.`);
  const parameterGroup = instanceGroup(ctx, input.Engine, input.DBParameterGroupName);
  checkZone(input);
  const where = cluster ?? (await networkOf(ctx, input));
  const own = cluster ? undefined : await standingAlone(ctx, id, input);
  const { DBSubnetGroupName, VpcSecurityGroupIds } = where;
  const begun: InstanceRecord = {
    ...(own?.owner ?? fromCluster(cluster ?? findCluster(ctx, input.DBClusterIdentifier))),
    DBSubnetGroupName,
    VpcSecurityGroupIds,
    DBInstanceIdentifier: id,
    DBInstanceArn: arnOf(ctx, 'db', id),
    DBInstanceClass: String(input.DBInstanceClass),
    Status: 'creating',
    parameterGroup,
    AllocatedStorage: input.AllocatedStorage ?? (cluster ? 1 : 20),
    MaxAllocatedStorage: input.MaxAllocatedStorage,
    PromotionTier: input.PromotionTier ?? 1,
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
  ctx
    .engine(fleet)
    .begin(record.groupId, () =>
      cluster ? joinCluster(ctx, record) : beginInstance(ctx, record, own?.verifier ?? ''),
    );
  return { DBInstance: describeInstance(ctx, record) };
}

/** A cluster's first instance begins its databases; each other one is a standby that answers reads. */
async function joinCluster(ctx: Context, record: InstanceRecord): Promise<void> {
  const member = record.DBInstanceIdentifier;
  const cluster = findCluster(ctx, record.DBClusterIdentifier);
  const group = ctx.engine(databases).group(cluster.groupId);
  if (group) await group.addMember(member);
  else {
    const names = Object.values(clusterNames(ctx, cluster.DBClusterIdentifier));
    const { verifier, volume } = cluster;
    await beginGroup(ctx, cluster, { member, names: [...names, everyInstance(ctx, member)], verifier, from: volume });
  }
  await configureOwn(ctx, record);
  await ctx.engine(fleet).expose(instanceName(ctx, member), cluster.groupId, { member }, record.Port);
  await begun(ctx, record);
}

/** What the instance's own parameter group says beyond the cluster's, in force when it is available. */
async function configureOwn(ctx: Context, record: InstanceRecord): Promise<void> {
  const { own } = configurationOf(ctx, record);
  const group = ctx.engine(databases).group(record.groupId);
  if (!own || Object.keys(own.parameters).length === 0 || !group) return;
  await group.configure({ own });
  if (await group.awaitsRestart(own.member)) await group.reboot(own.member);
}

export async function beginInstance(
  ctx: Context,
  record: InstanceRecord,
  verifier: string,
  from?: string,
): Promise<void> {
  const member = record.DBInstanceIdentifier;
  const name = instanceName(ctx, member);
  const group = await beginGroup(ctx, record, { member, names: [name], verifier, from });
  if (record.MultiAZ) await group.addMember(standbyOf(member));
  await ctx.engine(fleet).expose(name, record.groupId, 'writer', record.Port);
  await begun(ctx, record);
}

/** "incompatible-network": its interface cannot be used ("Viewing DB instance status"). */
async function begun(ctx: Context, { DBInstanceIdentifier: id }: InstanceRecord): Promise<void> {
  const record = instances(ctx).get(id);
  if (!record) return;
  const answers = await moveIn(ctx, { account: ctx.account, region: ctx.region }, record);
  const now = instances(ctx).get(id);
  if (now) instances(ctx).put(id, { ...now, Status: answers ? 'available' : 'incompatible-network' });
}

function fromCluster(cluster: ClusterRecord) {
  const { groupId, Engine, EngineVersion, DatabaseName, MasterUsername, Port, ...rest } = cluster;
  const { BackupRetentionPeriod, StorageEncrypted, storageKey: key, StorageType, DBClusterIdentifier } = rest;
  const owner = { groupId, Engine, EngineVersion, DatabaseName, MasterUsername, Port };
  const more = { BackupRetentionPeriod, StorageEncrypted, storageKey: key, StorageType, DBClusterIdentifier };
  return { ...owner, ...more, DeletionProtection: false };
}

async function standingAlone(ctx: Context, id: string, input: CreateDBInstanceCommandInput) {
  const MasterUsername = checkMaster(input.MasterUsername, undefined);
  const groupId = `db-${ctx.ids.upper(26)}`;
  const key = await storageKey(ctx, input, groupId);
  const { verifier, secretArn } = await decideMaster(ctx, MasterUsername, input, { id, kind: 'db' });
  const owner = {
    groupId,
    Engine: 'postgres',
    EngineVersion: engineVersion,
    DatabaseName: input.DBName,
    MasterUsername,
    Port: input.Port ?? 5432,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? 1,
    StorageEncrypted: input.StorageEncrypted ?? false,
    storageKey: key,
    // "gp2" is what CreateDBInstance takes without Iops or StorageThroughput.
    StorageType: checkStorageType(input.StorageType ?? 'gp2', ['gp2', 'gp3', 'standard']),
    DeletionProtection: input.DeletionProtection ?? false,
    secretArn,
  };
  return { verifier, owner };
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
  if (password !== undefined) checkPassword(password);
  if (password !== undefined && record.DBClusterIdentifier !== undefined)
    throw invalidCombination('The master user password of an Aurora DB instance is managed by its DB cluster.');
  const changed: InstanceRecord = {
    ...record,
    DBInstanceClass: input.DBInstanceClass ?? record.DBInstanceClass,
    AllocatedStorage: input.AllocatedStorage ?? record.AllocatedStorage,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? record.BackupRetentionPeriod,
    DeletionProtection: input.DeletionProtection ?? record.DeletionProtection,
    PromotionTier: input.PromotionTier ?? record.PromotionTier,
    ...(await inNetwork(ctx, record, input)),
    parameterGroup: instanceGroup(ctx, record.Engine, input.DBParameterGroupName ?? record.parameterGroup),
  };
  // "Working with parameter groups": another group counts after the next reboot, its dynamic parameters too.
  const awaitsReboot = changed.awaitsReboot || changed.parameterGroup !== record.parameterGroup;
  instances(ctx).put(record.DBInstanceIdentifier, { ...changed, awaitsReboot });
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    if (password !== undefined)
      await group?.query(
        `ALTER ROLE ${identifier(record.MasterUsername)} PASSWORD ${literal(scramVerifier(ctx.ids, password))}`,
      );
  });
  return { DBInstance: describeInstance(ctx, { ...changed, awaitsReboot }) };
}

function instanceGroup(ctx: Context, engine: string | undefined, name: string | undefined): string {
  return parameterGroupFor(ctx, name, { engine: String(engine), kind: 'instance' });
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
  if (alone && !input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier === undefined)
    throw invalidCombination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  await ctx.engine(fleet).settled(record.groupId);
  if (alone && input.FinalDBSnapshotIdentifier !== undefined)
    await takeInstanceSnapshot(ctx, record, input.FinalDBSnapshotIdentifier, []);
  const described = { ...describeInstance(ctx, record), DBInstanceStatus: 'deleting' };
  await ctx.engine(fleet).withdraw(instanceName(ctx, id));
  if (alone) {
    await ctx.engine(databases).destroy(record.groupId);
    await forgetSecret(ctx, record.secretArn);
    await retire(ctx, record.storageKey);
  } else await leaveCluster(ctx, record);
  await moveOut(ctx, record);
  instances(ctx).delete(id);
  return { DBInstance: described };
}

/** The cluster's storage outlives its instances: with the last one gone, a backup of it is what the next begins from. */
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
  await group.backup(volume);
  clusters(ctx).put(cluster.DBClusterIdentifier, { ...cluster, volume });
  await engine.destroy(cluster.groupId);
}

export function RebootDBInstance(ctx: Context, input: RebootDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  if (record.Status !== 'available')
    throw invalidInstanceState(`DB Instance ${record.DBInstanceIdentifier} is not in available state.`);
  if (input.ForceFailover && !record.MultiAZ)
    throw invalidCombination('Cannot force failover since the instance is not configured for Multi-AZ');
  const put = (Status: string): void =>
    instances(ctx).put(record.DBInstanceIdentifier, { ...findInstance(ctx, record.DBInstanceIdentifier), Status });
  put('rebooting');
  ctx.engine(fleet).begin(record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    const member = record.DBClusterIdentifier === undefined ? group?.writer : record.DBInstanceIdentifier;
    await group?.configure(configurationOf(ctx, findInstance(ctx, record.DBInstanceIdentifier)));
    if (record.DBClusterIdentifier !== undefined)
      await group?.configure(configurationOf(ctx, findCluster(ctx, record.DBClusterIdentifier)));
    if (input.ForceFailover) await group?.failover();
    else if (member !== undefined) await group?.reboot(member);
    put('available');
    await notePending(ctx, { account: ctx.account, region: ctx.region }, record.groupId);
  });
  return { DBInstance: { ...describeInstance(ctx, record), DBInstanceStatus: 'rebooting' } };
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

/** Readers come later and have the cluster's certificate: `*.…` stands for the name of any of its instances. */
function everyInstance(ctx: Context, member: string): string {
  return instanceName(ctx, member).replace(/^[^.]+/, '*');
}
