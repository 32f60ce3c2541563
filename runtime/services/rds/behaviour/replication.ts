import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, invalidInstanceState } from '../errors.ts';
import { type InstanceRecord, instances, type Owner } from '../state.ts';
import { beginBackups } from './backups.ts';
import { tell } from './events.ts';
import { putStatus, undertake } from './lifecycle.ts';
import { ownerOf, replicasOf } from './owners.ts';

/** Makes a replica an instance of its own, which takes writes. */
export function promote(
  ctx: Context,
  { DBInstanceIdentifier: id, groupId }: InstanceRecord,
  backups: Pick<Owner, 'BackupRetentionPeriod' | 'PreferredBackupWindow'>,
): void {
  putStatus(ctx, id, 'modifying');
  undertake(ctx, [id], groupId, async () => {
    await ctx.engine(databases).group(groupId)?.stand();
    const now = instances(ctx).get(id);
    if (!now) return;
    instances(ctx).put(id, { ...now, ...backups, source: undefined });
    tell(ctx, ctx, 'instancePromoted', id);
    const owner = ownerOf(ctx, groupId);
    if (owner) await beginBackups(ctx, owner, 'with data');
    putStatus(ctx, id, 'available');
  });
}

/** "Deleting a DB instance that has read replicas in the same Region": each is promoted. */
export function promoteAllOf(ctx: Context, id: string): void {
  for (const replica of replicasOf(ctx, id)) {
    const { PreferredBackupWindow } = replica;
    promote(ctx, replica, { BackupRetentionPeriod: 0, PreferredBackupWindow });
  }
}

/** "Stopping an Amazon RDS DB instance temporarily": neither a replica nor what has one. */
export function checkUnreplicated(ctx: Context, record: InstanceRecord): void {
  const id = record.DBInstanceIdentifier;
  if (record.source !== undefined) throw invalidInstanceState(`Cannot stop ${id}: it is a read replica.`);
  if (replicasOf(ctx, id).length > 0) throw invalidInstanceState(`Cannot stop ${id}: it has read replicas.`);
}

/** What a change may not ask of a replica, or of what has replicas. */
export function checkChange(
  ctx: Context,
  record: InstanceRecord,
  input: { BackupRetentionPeriod?: number | undefined; MasterUserPassword?: string | undefined },
): void {
  const { DBInstanceIdentifier: id, source } = record;
  if (source !== undefined && input.MasterUserPassword !== undefined)
    throw invalidCombination(`The master user password of the read replica ${id} is that of its source.`);
  if (source !== undefined && (input.BackupRetentionPeriod ?? 0) > 0)
    throw invalidCombination(`Backups of the read replica ${id} begin when it is promoted.`);
  if (input.BackupRetentionPeriod === 0 && replicasOf(ctx, id).length > 0)
    throw invalidInstanceState('Backups cannot be disabled on a DB instance that has read replicas.');
}
