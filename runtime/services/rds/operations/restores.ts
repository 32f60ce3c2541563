import { readdirSync } from 'node:fs';
import type {
  RestoreDBClusterFromSnapshotCommandInput,
  RestoreDBClusterToPointInTimeCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceToPointInTimeCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { backupSettings } from '../behaviour/backup-window.ts';
import { describeCluster, describeInstance } from '../behaviour/describe.ts';
import { checkEngine, offerOf } from '../behaviour/engines.ts';
import { checkZone, isPublic, networkOf, takePlaces, zoneFor } from '../behaviour/housing.ts';
import { identifierOf } from '../behaviour/input-rules.ts';
import { checkClass } from '../behaviour/instance-classes.ts';
import { keptClusterSettings, keptSettings } from '../behaviour/kept-settings.ts';
import { beginInstance, restoreCluster } from '../behaviour/lifecycle.ts';
import { logExports } from '../behaviour/log-exports.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { storageKey } from '../behaviour/storage-key.ts';
import { clusterExists, instanceExists, invalidCombination, otherEngine } from '../errors.ts';
import {
  arnOf,
  type ClusterRecord,
  clusters,
  type InstanceRecord,
  instances,
  type Moment,
  type Owner,
  type SnapshotRecord,
} from '../state.ts';
import { exposeCluster } from './clusters.ts';
import { findSnapshot } from './snapshots.ts';

export async function RestoreDBClusterFromSnapshot(ctx: Context, input: RestoreDBClusterFromSnapshotCommandInput) {
  checkEngine(ctx, input.Engine, input.EngineVersion);
  const snapshot = findSnapshot(ctx, 'cluster', input.SnapshotIdentifier);
  if (snapshot.owner.Engine !== input.Engine) throw otherEngine(String(input.Engine), snapshot.owner.Engine);
  return restoredCluster(ctx, input, snapshot.owner as ClusterRecord, snapshot);
}

export async function RestoreDBInstanceFromDBSnapshot(
  ctx: Context,
  input: RestoreDBInstanceFromDBSnapshotCommandInput,
) {
  if (input.DBSnapshotIdentifier === undefined) throw invalidCombination('DBSnapshotIdentifier must be provided.');
  const snapshot = findSnapshot(ctx, 'instance', input.DBSnapshotIdentifier);
  const { DBInstanceIdentifier } = input;
  return restoredInstance(ctx, { ...input, DBInstanceIdentifier }, snapshot.owner as InstanceRecord, snapshot);
}

type Source = Pick<SnapshotRecord, 'folder' | 'moment'> | { moment: Moment };
type ClusterInput = RestoreDBClusterFromSnapshotCommandInput | RestoreDBClusterToPointInTimeCommandInput;
type InstanceInput = Omit<
  RestoreDBInstanceFromDBSnapshotCommandInput & RestoreDBInstanceToPointInTimeCommandInput,
  'TargetDBInstanceIdentifier'
>;

/** A new cluster with the data and the master of another; its instances are created afterwards, as on AWS. */
export async function restoredCluster(ctx: Context, input: ClusterInput, before: ClusterRecord, source: Source) {
  const id = identifierOf(input.DBClusterIdentifier, 'DBClusterIdentifier');
  if (clusters(ctx).has(id)) throw clusterExists();
  const groupId = `cluster-${ctx.ids.upper(26)}`;
  const wantedGroup = input.DBClusterParameterGroupName ?? before.parameterGroup;
  const parameterGroup = parameterGroupFor(ctx, wantedGroup, before, 'cluster');
  const origin = await originFor(ctx, before, { groupId, source });
  const record: ClusterRecord = {
    ...before,
    DBClusterIdentifier: id,
    DBClusterArn: arnOf(ctx, 'cluster', id),
    groupId,
    ...origin,
    verifier: origin.verifier ?? before.verifier,
    secretArn: undefined,
    storageKey: await keyFor(ctx, before, groupId),
    kept: keptClusterSettings(ctx.region, input, before.kept),
    serverless: input.ServerlessV2ScalingConfiguration ?? before.serverless,
    logExports: logExports(before.Engine, input.EnableCloudwatchLogsExports),
    stoppedMs: undefined,
    Status: origin.from ? 'creating' : 'available',
    Port: input.Port ?? before.Port,
    ...(await networkOf(ctx, input)),
    parameterGroup,
    ...backupSettings(input, { least: 1, record: before }),
    DeletionProtection: input.DeletionProtection ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  await exposeCluster(ctx, record);
  clusters(ctx).put(id, record);
  if (record.from) restoreCluster(ctx, record);
  return { DBCluster: { ...describeCluster(ctx, record), Status: 'creating' } };
}

export async function restoredInstance(ctx: Context, input: InstanceInput, before: InstanceRecord, source: Source) {
  const id = identifierOf(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (instances(ctx).has(id)) throw instanceExists();
  checkZone(input);
  const where = await networkOf(ctx, input);
  const groupId = `db-${ctx.ids.upper(26)}`;
  const wantedGroup = input.DBParameterGroupName ?? before.parameterGroup;
  const parameterGroup = parameterGroupFor(ctx, wantedGroup, before, 'instance');
  const begun: InstanceRecord = {
    ...before,
    DBInstanceIdentifier: id,
    DBInstanceArn: arnOf(ctx, 'db', id),
    groupId,
    ...(await originFor(ctx, before, { groupId, source })),
    places: undefined,
    secretArn: undefined,
    awaitsReboot: undefined,
    kept: keptSettings(before.Engine, input, before.kept),
    storageKey: await keyFor(ctx, before, groupId),
    logExports: logExports(before.Engine, input.EnableCloudwatchLogsExports),
    stoppedMs: undefined,
    Status: 'creating',
    Port: input.Port ?? before.Port,
    DBInstanceClass: checkClass(before.Engine, input.DBInstanceClass ?? before.DBInstanceClass),
    MultiAZ: input.MultiAZ ?? false,
    PubliclyAccessible: await isPublic(ctx, where.DBSubnetGroupName, input.PubliclyAccessible),
    AvailabilityZone: input.AvailabilityZone ?? zoneFor(ctx, where.DBSubnetGroupName, 0),
    ...where,
    parameterGroup,
    ...backupSettings(input, { least: 0, record: before }),
    DeletionProtection: input.DeletionProtection ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  const record = { ...begun, places: await takePlaces(ctx, begun) };
  instances(ctx).put(id, record);
  beginInstance(ctx, record);
  return { DBInstance: describeInstance(ctx, record) };
}

/**
 * What it begins from: a copy of its own, so that the snapshot may go; or the moment to replay to. The data brings the
 * master's password along, where there is any.
 */
async function originFor(ctx: Context, { Engine }: Owner, { groupId, source }: { groupId: string; source: Source }) {
  if (source.moment) return { verifier: '', volume: undefined, from: source.moment };
  const folder = 'folder' in source ? source.folder : '';
  if (readdirSync(folder).length === 0) return { volume: undefined, from: undefined };
  const engine = ctx.engine(databases);
  const volume = engine.backupFolder(`volume-${groupId}`);
  await engine.copy(offerOf(Engine).runs, folder, volume);
  return { verifier: '', volume, from: undefined };
}

/** The same key, by a leave of its own: the other's ends with the other. */
async function keyFor(ctx: Context, { StorageEncrypted, storageKey: key }: Owner, groupId: string) {
  return key && storageKey(ctx, { StorageEncrypted, KmsKeyId: key.KmsKeyId }, groupId);
}
