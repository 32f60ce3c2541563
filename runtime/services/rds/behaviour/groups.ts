import type { DatabaseGroup, GroupEvent } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import { identifier, literal } from '../../../engines/databases/session.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { arnOf, clusters, domainOf, instances, type Owner } from '../state.ts';
import { recordEvent } from './events.ts';
import { fleet } from './fleet.ts';
import { measurements } from './metrics.ts';
import { settingsOf } from './parameters.ts';

export interface GroupNames {
  writer?: string;
  reader?: string;
}

/** Begins the databases of a cluster or an instance: empty with the master's role and database, or as a backup has them. */
export async function beginGroup(
  ctx: Context,
  owner: Owner,
  options: { member: string; names: string[]; verifier: string; from?: string | undefined },
): Promise<DatabaseGroup> {
  const { member, names, from, verifier } = options;
  const onEvent = listenerOf(ctx, { account: ctx.account, region: ctx.region }, owner.groupId);
  const settings = settingsOf(ctx, owner.parameterGroup);
  ctx.engine(measurements);
  const group = await ctx.engine(databases).create(owner.groupId, {
    member,
    names,
    ...settings,
    onEvent,
    ...(from === undefined ? { archiving: owner.BackupRetentionPeriod > 0 } : { from, consume: true }),
  });
  const master = identifier(owner.MasterUsername);
  const [there] = await group.query(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(owner.MasterUsername)}`);
  if (!there) {
    for (const sql of masterRole(master)) await group.query(sql);
  }
  if (verifier !== '') await group.query(`ALTER ROLE ${master} PASSWORD ${literal(verifier)}`);
  if (!there && owner.DatabaseName !== undefined && owner.DatabaseName !== 'postgres')
    await group.query(`CREATE DATABASE ${identifier(owner.DatabaseName)} OWNER ${master}`);
  return group;
}

/** "Master user account privileges": no superuser, but a member of rds_superuser. */
const masterRole = (master: string): string[] => [
  'CREATE ROLE rds_superuser NOLOGIN',
  'GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_use_reserved_connections TO rds_superuser WITH ADMIN OPTION',
  'CREATE ROLE rds_iam NOLOGIN',
  `CREATE ROLE ${master} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser`,
  `ALTER DATABASE postgres OWNER TO ${master}`,
];

/** What happens to the databases, as RDS tells it: connections are cut, events recorded. */
export function listenerOf(kernel: Kernel, scope: Scope, groupId: string): (event: GroupEvent) => void {
  const tell = (SourceIdentifier: string, SourceType: 'db-cluster' | 'db-instance', Message: string, kind: string) =>
    recordEvent(kernel, scope, {
      SourceIdentifier,
      SourceType,
      Message,
      EventCategories: [kind],
      SourceArn: arnOf(scope, SourceType === 'db-cluster' ? 'cluster' : 'db', SourceIdentifier),
    });
  return (event) => {
    if (event.kind === 'log') return;
    kernel.engine(fleet).cut(groupId);
    const at = { kernel, scope };
    const cluster = clusters(at)
      .values()
      .find((one) => one.groupId === groupId);
    const alone = instances(at)
      .values()
      .find((one) => one.groupId === groupId && one.DBClusterIdentifier === undefined);
    if (event.kind === 'failover') {
      if (cluster)
        tell(cluster.DBClusterIdentifier, 'db-cluster', `Completed failover to DB instance: ${event.to}`, 'failover');
      if (alone) tell(alone.DBInstanceIdentifier, 'db-instance', 'Multi-AZ instance failover completed', 'failover');
      return;
    }
    const id = alone?.DBInstanceIdentifier ?? event.member;
    if (event.kind === 'down') tell(id, 'db-instance', 'DB instance shutdown', 'availability');
    if (event.kind === 'up') tell(id, 'db-instance', 'DB instance restarted', 'availability');
    if (event.kind === 'failed') tell(id, 'db-instance', `DB instance failed: ${event.message ?? ''}`, 'failure');
  };
}

export const clusterNames = (scope: Scope, id: string) => ({
  writer: `${id}.${domainOf(scope, 'cluster-')}`,
  reader: `${id}.${domainOf(scope, 'cluster-ro-')}`,
});
export const instanceName = (scope: Scope, id: string) => `${id}.${domainOf(scope, '')}`;
