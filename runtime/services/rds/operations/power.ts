import type {
  FailoverDBClusterCommandInput,
  RebootDBInstanceCommandInput,
  StartDBClusterCommandInput,
  StartDBInstanceCommandInput,
  StopDBClusterCommandInput,
  StopDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeCluster, describeInstance, membersOf } from '../behaviour/describe.ts';
import { putStatus, undertake } from '../behaviour/lifecycle.ts';
import { configurationOf, notePending } from '../behaviour/parameters.ts';
import { startGroup, stopGroup } from '../behaviour/power.ts';
import { checkUnreplicated } from '../behaviour/replication.ts';
import { invalidClusterState, invalidCombination, invalidInstanceState } from '../errors.ts';
import { findCluster } from './clusters.ts';
import { findInstance } from './instances.ts';
import { takeInstanceSnapshot } from './snapshots.ts';

export function FailoverDBCluster(ctx: Context, input: FailoverDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  const target = input.TargetDBInstanceIdentifier;
  const group = ctx.engine(databases).group(record.groupId);
  if (record.Status !== 'available' || !group || group.members.length < 2)
    throw invalidClusterState(`Cluster ${record.DBClusterIdentifier} has no instance to fail over to.`);
  const members = membersOf(ctx, record.DBClusterIdentifier).map((one) => one.DBInstanceIdentifier);
  if (target !== undefined && !members.includes(target))
    throw invalidClusterState(`DBInstance ${target} is not in cluster ${record.DBClusterIdentifier}.`);
  undertake(ctx, [group.writer], record.groupId, async () => {
    // The writer may have gone to another since it was asked for.
    if (group.writer !== target) await group.failover(target);
  });
  return { DBCluster: { ...describeCluster(ctx, record), Status: 'failing-over' } };
}

export function StopDBCluster(ctx: Context, input: StopDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  if (record.Status !== 'available')
    throw invalidClusterState(`DbCluster ${record.DBClusterIdentifier} is not in available state.`);
  stopGroup(ctx, record);
  return { DBCluster: describeCluster(ctx, findCluster(ctx, record.DBClusterIdentifier)) };
}

export function StartDBCluster(ctx: Context, input: StartDBClusterCommandInput) {
  const record = findCluster(ctx, input.DBClusterIdentifier);
  if (record.Status !== 'stopped')
    throw invalidClusterState(`DBCluster ${record.DBClusterIdentifier} is not in stopped state.`);
  startGroup(ctx, record);
  return { DBCluster: describeCluster(ctx, findCluster(ctx, record.DBClusterIdentifier)) };
}

export async function StopDBInstance(ctx: Context, input: StopDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  inNoCluster(record.DBClusterIdentifier);
  if (record.Status !== 'available')
    throw invalidInstanceState(`Instance ${record.DBInstanceIdentifier} is not in available state.`);
  checkUnreplicated(ctx, record);
  if (input.DBSnapshotIdentifier !== undefined) await takeInstanceSnapshot(ctx, record, input.DBSnapshotIdentifier, []);
  stopGroup(ctx, record);
  return { DBInstance: describeInstance(ctx, findInstance(ctx, record.DBInstanceIdentifier)) };
}

export function StartDBInstance(ctx: Context, input: StartDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  inNoCluster(record.DBClusterIdentifier);
  if (record.Status !== 'stopped')
    throw invalidInstanceState(
      `Instance ${record.DBInstanceIdentifier} is not stopped, storage-full, inaccessible-encryption-credentials-recoverable or incompatible-network.`,
    );
  startGroup(ctx, record);
  return { DBInstance: describeInstance(ctx, findInstance(ctx, record.DBInstanceIdentifier)) };
}

export function RebootDBInstance(ctx: Context, input: RebootDBInstanceCommandInput) {
  const record = findInstance(ctx, input.DBInstanceIdentifier);
  const id = record.DBInstanceIdentifier;
  // What does not run for its parameters is rebooted once they are mended ("incompatible-parameters").
  if (!/^(available|incompatible-parameters|failed)$/.test(record.Status))
    throw invalidInstanceState(`DB Instance ${id} is not in available state.`);
  if (input.ForceFailover && !record.MultiAZ)
    throw invalidCombination('Cannot force failover since the instance is not configured for Multi-AZ');
  putStatus(ctx, id, 'rebooting');
  undertake(ctx, [id], record.groupId, async () => {
    const group = ctx.engine(databases).group(record.groupId);
    const member = record.DBClusterIdentifier === undefined ? group?.writer : id;
    await group?.configure(configurationOf(ctx, findInstance(ctx, id)));
    if (record.DBClusterIdentifier !== undefined)
      await group?.configure(configurationOf(ctx, findCluster(ctx, record.DBClusterIdentifier)));
    if (input.ForceFailover) await group?.failover();
    else if (member !== undefined) await group?.reboot(member);
    putStatus(ctx, id, 'available');
    await notePending(ctx, { account: ctx.account, region: ctx.region }, record.groupId);
  });
  return { DBInstance: { ...describeInstance(ctx, record), DBInstanceStatus: 'rebooting' } };
}

function inNoCluster(cluster: string | undefined): void {
  if (cluster !== undefined)
    throw invalidCombination('The specified instance is a member of a cluster; stop and start the cluster instead.');
}
