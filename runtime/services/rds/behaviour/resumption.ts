import { databases } from '../../../engines/databases/databases.ts';
import { rootOf } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { clusters, type InstanceRecord, instances, retained } from '../state.ts';
import { expireRetained, scheduleBackups } from './backups.ts';
import { fleet } from './fleet.ts';
import { clusterNames, instanceName, listenerOf } from './groups.ts';
import { moveIn } from './housing.ts';
import { beginInstance, restoreCluster, undertake } from './lifecycle.ts';
import { measurements } from './metrics.ts';
import { ownerOf, putOwner } from './owners.ts';
import { putStatuses, startWhenLong } from './power.ts';

/**
 * What an earlier runtime left, however it ended: names answer where they did, databases that ran run again, and what was
 * being made or changed is made or changed to the end.
 */
export async function resumeEverything(kernel: Kernel): Promise<void> {
  for (const scope of kernel.store.scopes('rds.clusters')) await resumeClusters(kernel, scope);
  for (const scope of kernel.store.scopes('rds.instances')) await resumeInstances(kernel, scope);
  for (const scope of kernel.store.scopes('rds.retainedBackups'))
    for (const [groupId, { expiresMs }] of retained({ kernel, scope }).entries())
      expireRetained(kernel, scope, groupId, expiresMs);
}

const contextFor = (kernel: Kernel, { account, region }: Scope): Context =>
  kernel.context({ principal: rootOf(account), region });

async function resumeClusters(kernel: Kernel, scope: Scope): Promise<void> {
  for (const cluster of clusters({ kernel, scope }).values()) {
    const { writer, reader } = clusterNames(scope, cluster.DBClusterIdentifier);
    await kernel.engine(fleet).expose(writer, cluster.groupId, 'writer', cluster.Port);
    await kernel.engine(fleet).expose(reader, cluster.groupId, 'reader', cluster.Port);
    if (cluster.from) restoreCluster(contextFor(kernel, scope), cluster);
  }
}

async function resumeInstances(kernel: Kernel, scope: Scope): Promise<void> {
  const groups = new Map<string, InstanceRecord[]>();
  kernel.engine(measurements);
  for (const record of instances({ kernel, scope }).values()) {
    const { DBInstanceIdentifier, DBClusterIdentifier, groupId, Port } = record;
    const role = DBClusterIdentifier === undefined ? 'writer' : { member: DBInstanceIdentifier };
    await kernel.engine(fleet).expose(instanceName(scope, DBInstanceIdentifier), groupId, role, Port);
    await moveIn(kernel, scope, record);
    groups.set(groupId, [...(groups.get(groupId) ?? []), record]);
  }
  for (const [groupId, records] of groups) resumeGroup(contextFor(kernel, scope), groupId, records);
}

function resumeGroup(ctx: Context, groupId: string, records: readonly InstanceRecord[]): void {
  const begun = records.filter(({ Status }) => Status !== 'creating');
  if (begun.some(({ Status }) => /^stopp/.test(Status))) {
    const stoppedMs = ownerOf(ctx, groupId)?.stoppedMs ?? ctx.clock.now();
    putOwner(ctx, groupId, { stoppedMs });
    putStatuses(ctx, groupId, 'stopped');
    startWhenLong(ctx, ctx, groupId, stoppedMs);
  } else if (begun.length > 0) {
    const ids = begun.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier);
    undertake(ctx, ids, groupId, async () => {
      const { account, region } = ctx;
      await ctx.engine(databases).resume(groupId, listenerOf(ctx, { account, region }, groupId));
      for (const id of ids) {
        const now = instances(ctx).get(id);
        if (now && now.Status !== 'incompatible-network') instances(ctx).put(id, { ...now, Status: 'available' });
      }
      const owner = ownerOf(ctx, groupId);
      if (owner?.Status === 'starting') putOwner(ctx, groupId, { Status: 'available' });
    });
  }
  scheduleBackups(ctx, ctx, groupId);
  for (const record of records) if (record.Status === 'creating') beginInstance(ctx, record);
}
