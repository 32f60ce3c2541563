import { readdirSync } from 'node:fs';
import type {
  RestoreDBClusterFromSnapshotCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
} from '@aws-sdk/client-rds';
import type { Context } from '../../../kernel/service.ts';
import { describeCluster, describeInstance } from '../behaviour/describe.ts';
import { fleet } from '../behaviour/fleet.ts';
import { checkZone, isPublic, networkOf, takePlaces, zoneFor } from '../behaviour/housing.ts';
import { checkEngine, identifierOf } from '../behaviour/input-rules.ts';
import { parameterGroupFor } from '../behaviour/parameters.ts';
import { clusterExists, instanceExists, invalidCombination } from '../errors.ts';
import { arnOf, type ClusterRecord, clusters, type InstanceRecord, instances } from '../state.ts';
import { exposeCluster } from './clusters.ts';
import { beginInstance } from './instances.ts';
import { findSnapshot } from './snapshots.ts';

/** A new cluster with the snapshot's data and master; its instances are created afterwards, as on AWS. */
export async function RestoreDBClusterFromSnapshot(ctx: Context, input: RestoreDBClusterFromSnapshotCommandInput) {
  const id = identifierOf(input.DBClusterIdentifier, 'DBClusterIdentifier');
  if (clusters(ctx).has(id)) throw clusterExists();
  checkEngine(ctx, input.Engine, input.EngineVersion);
  const snapshot = findSnapshot(ctx, 'cluster', input.SnapshotIdentifier);
  const before = snapshot.owner as ClusterRecord;
  const record: ClusterRecord = {
    ...before,
    DBClusterIdentifier: id,
    DBClusterArn: arnOf(ctx, 'cluster', id),
    groupId: `cluster-${ctx.ids.upper(26)}`,
    // The data brings the master's password along, where there is any.
    ...(readdirSync(snapshot.folder).length > 0 ? { verifier: '', volume: snapshot.folder } : { volume: undefined }),
    secretArn: undefined,
    Status: 'available',
    Port: input.Port ?? before.Port,
    ...(await networkOf(ctx, input)),
    parameterGroup: parameterGroupFor(ctx, input.DBClusterParameterGroupName ?? before.parameterGroup, {
      engine: before.Engine,
      kind: 'cluster',
    }),
    DeletionProtection: input.DeletionProtection ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  await exposeCluster(ctx, record);
  clusters(ctx).put(id, record);
  return { DBCluster: { ...describeCluster(ctx, record), Status: 'creating' } };
}

export async function RestoreDBInstanceFromDBSnapshot(
  ctx: Context,
  input: RestoreDBInstanceFromDBSnapshotCommandInput,
) {
  const id = identifierOf(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (instances(ctx).has(id)) throw instanceExists();
  if (input.DBSnapshotIdentifier === undefined) throw invalidCombination('DBSnapshotIdentifier must be provided.');
  const snapshot = findSnapshot(ctx, 'instance', input.DBSnapshotIdentifier);
  const before = snapshot.owner as InstanceRecord;
  checkZone(input);
  const where = await networkOf(ctx, input);
  const begun: InstanceRecord = {
    ...before,
    DBInstanceIdentifier: id,
    DBInstanceArn: arnOf(ctx, 'db', id),
    groupId: `db-${ctx.ids.upper(26)}`,
    secretArn: undefined,
    Status: 'creating',
    Port: input.Port ?? before.Port,
    DBInstanceClass: input.DBInstanceClass ?? before.DBInstanceClass,
    MultiAZ: input.MultiAZ ?? false,
    PubliclyAccessible: await isPublic(ctx, where.DBSubnetGroupName, input.PubliclyAccessible),
    AvailabilityZone: input.AvailabilityZone ?? zoneFor(ctx, where.DBSubnetGroupName, 0),
    ...where,
    parameterGroup: parameterGroupFor(ctx, input.DBParameterGroupName ?? before.parameterGroup, {
      engine: before.Engine,
      kind: 'instance',
    }),
    DeletionProtection: input.DeletionProtection ?? false,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  const record = { ...begun, places: await takePlaces(ctx, begun) };
  instances(ctx).put(id, record);
  ctx.engine(fleet).begin(record.groupId, () => beginInstance(ctx, record, '', snapshot.folder));
  return { DBInstance: describeInstance(ctx, record) };
}
