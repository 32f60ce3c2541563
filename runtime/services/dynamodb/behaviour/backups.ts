import { formatArn } from '../../../kernel/arn.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import type { Table } from '../state.ts';
import { itemTable } from './item-table.ts';

/** A copy of a table's items and settings. */
export interface Backup {
  BackupArn: string;
  BackupName: string;
  BackupType: 'USER' | 'SYSTEM';
  createdMs: number;
  expiresMs?: number | undefined;
  /** Names its rows in the store. */
  source: string;
  items: number;
  bytes: number;
  table: Table;
}

/** "Restoring a deleted table": a table with point-in-time recovery leaves a backup for 35 days. */
const systemBackupMs = 35 * 86_400_000;

export function backups(kernel: Pick<Kernel, 'store'>, scope: Scope): Collection<Backup> {
  return kernel.store.collection<Backup>('dynamodb.backups', { account: scope.account, region: scope.region });
}

/** Items keep the table's key: the backup can be read as long as it can. */
export function takeBackup(
  ctx: Context,
  table: Table,
  about: Pick<Backup, 'BackupName' | 'BackupType' | 'expiresMs'>,
): Backup {
  const id = `${String(Math.floor(ctx.clock.now())).padStart(14, '0')}-${ctx.ids.hex(8)}`;
  const source = `backup:${id}`;
  ctx.engine(itemTable).copy(table.id, source);
  const backup: Backup = {
    ...about,
    BackupArn: formatArn('dynamodb', table.region, table.account, `table/${table.TableName}/backup/${id}`),
    createdMs: ctx.clock.now(),
    source,
    ...ctx.engine(itemTable).count(source),
    table,
  };
  backups(ctx, table).put(backup.BackupArn, backup);
  return backup;
}

export function keepDeleted(ctx: Context, table: Table): void {
  takeBackup(ctx, table, {
    BackupName: `${table.TableName}$DeletedTableBackup`,
    BackupType: 'SYSTEM',
    expiresMs: ctx.clock.now() + systemBackupMs,
  });
}

export function dropBackup(kernel: Kernel, backup: Backup): void {
  kernel.engine(itemTable).dropSource(backup.source);
  backups(kernel, backup.table).delete(backup.BackupArn);
}

export function dropExpiredBackups(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('dynamodb.backups')) {
    for (const backup of backups(kernel, scope).values()) {
      if (backup.expiresMs !== undefined && backup.expiresMs <= kernel.clock.now()) dropBackup(kernel, backup);
    }
  }
}
