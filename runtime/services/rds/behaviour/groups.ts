import type { DatabaseGroup, GroupEvent } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { clusters, domainOf, instances, type Owner } from '../state.ts';
import { offerOf } from './engines.ts';
import { tell } from './events.ts';
import { fleet } from './fleet.ts';
import { measurements } from './metrics.ts';
import { hasBackups } from './owners.ts';
import { settingsOf } from './parameters.ts';
import { serverLogs } from './server-logs.ts';
import { sqlOf } from './sql.ts';

export interface GroupNames {
  writer?: string;
  reader?: string;
}

/** Begins the databases of a cluster or an instance: empty with the master's role and database, or as a backup has them. */
export async function beginGroup(
  ctx: Context,
  owner: Owner,
  options: {
    member: string;
    names: string[];
    verifier: string;
    from?: string | undefined;
    follows?: string | undefined;
  },
): Promise<DatabaseGroup> {
  const { member, names, from, verifier, follows } = options;
  const onEvent = listenerOf(ctx, { account: ctx.account, region: ctx.region }, owner.groupId);
  const { runs } = offerOf(owner.Engine);
  const settings = settingsOf(ctx, owner);
  ctx.engine(measurements);
  const group = await ctx.engine(databases).create(owner.groupId, {
    engine: runs,
    member,
    names,
    ...settings,
    onEvent,
    ...(follows === undefined ? {} : { follows }),
    ...(from === undefined ? { archiving: hasBackups(owner) } : { from, consume: true }),
  });
  // It has its source's roles and databases.
  if (follows !== undefined) return group;
  await sqlOf(runs).begin(group, owner, verifier);
  return group;
}

/** What happens to the databases, as RDS tells it: connections are cut, events recorded. */
export function listenerOf(kernel: Kernel, scope: Scope, groupId: string): (event: GroupEvent) => void {
  return (event) => {
    if (event.kind === 'log') {
      kernel.engine(serverLogs).take(scope, event.member.replace(/-standby$/, ''), event.line);
      return;
    }
    kernel.engine(fleet).cut(groupId);
    const at = { kernel, scope };
    const cluster = clusters(at)
      .values()
      .find((one) => one.groupId === groupId);
    const alone = instances(at)
      .values()
      .find((one) => one.groupId === groupId && one.DBClusterIdentifier === undefined);
    if (event.kind === 'failover') {
      if (cluster) tell(kernel, scope, 'clusterFailedOver', cluster.DBClusterIdentifier, event.to);
      if (alone) tell(kernel, scope, 'instanceFailedOver', alone.DBInstanceIdentifier);
      return;
    }
    const id = alone?.DBInstanceIdentifier ?? event.member;
    if (event.kind === 'down') tell(kernel, scope, 'instanceShutDown', id);
    if (event.kind === 'up') tell(kernel, scope, 'instanceRestarted', id);
    if (event.kind === 'failed') {
      const failed = instances(at).get(id);
      if (failed) instances(at).put(id, { ...failed, Status: 'failed' });
      tell(kernel, scope, 'instanceFailed', id, event.message);
    }
  };
}

export const clusterNames = (scope: Scope, id: string) => ({
  writer: `${id}.${domainOf(scope, 'cluster-')}`,
  reader: `${id}.${domainOf(scope, 'cluster-ro-')}`,
});
export const instanceName = (scope: Scope, id: string) => `${id}.${domainOf(scope, '')}`;
