import type {
  CreateBackupCommandInput,
  DeleteBackupCommandInput,
  DescribeBackupCommandInput,
  ListBackupsCommandInput,
  RestoreTableFromBackupCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { type Backup, backups, dropBackup, takeBackup } from '../behaviour/backups.ts';
import { unlock, unpack } from '../behaviour/encryption.ts';
import { itemTable } from '../behaviour/item-table.ts';
import { restoreInto } from '../behaviour/restore.ts';
import { backupNotFound, constraint, tableMissing } from '../errors.ts';
import { findTable, nameOf } from '../state.ts';

/** A backup is taken in the turn it is asked for, so it is AVAILABLE at once. */
export function CreateBackup(ctx: Context, input: CreateBackupCommandInput) {
  const BackupName = input.BackupName ?? '';
  if (!/^[a-zA-Z0-9_.-]+$/.test(BackupName)) {
    throw constraint(BackupName, 'backupName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  }
  if (BackupName.length < 3)
    throw constraint(BackupName, 'backupName', 'Member must have length greater than or equal to 3');
  const table = findTable(ctx, ctx, input.TableName ?? '');
  if (!table) throw tableMissing(nameOf(input.TableName ?? ''));
  return { BackupDetails: detailsOf(takeBackup(ctx, table, { BackupName, BackupType: 'USER' })) };
}

function detailsOf(backup: Backup) {
  const { BackupArn, BackupName, BackupType, createdMs, expiresMs, bytes } = backup;
  return {
    BackupArn,
    BackupName,
    BackupSizeBytes: bytes,
    BackupStatus: 'AVAILABLE',
    BackupType,
    BackupCreationDateTime: new Date(createdMs),
    ...(expiresMs === undefined ? {} : { BackupExpiryDateTime: new Date(expiresMs) }),
  };
}

function describeBackup(backup: Backup) {
  const { table, items, bytes } = backup;
  const { TableName, TableArn, id, KeySchema, BillingMode, ProvisionedThroughput } = table;
  return {
    BackupDetails: detailsOf(backup),
    SourceTableDetails: {
      TableName,
      TableId: id,
      TableArn,
      TableSizeBytes: bytes,
      KeySchema,
      TableCreationDateTime: new Date(table.createdMs),
      ProvisionedThroughput: ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      ...(table.OnDemandThroughput ? { OnDemandThroughput: table.OnDemandThroughput } : {}),
      ItemCount: items,
      BillingMode,
    },
    SourceTableFeatureDetails: {
      ...(table.LocalSecondaryIndexes.length > 0 ? { LocalSecondaryIndexes: table.LocalSecondaryIndexes } : {}),
      ...(table.GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes: table.GlobalSecondaryIndexes } : {}),
      ...(table.stream?.enabled
        ? { StreamDescription: { StreamEnabled: true, StreamViewType: table.stream.StreamViewType } }
        : {}),
      ...(table.timeToLive?.Enabled
        ? { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: table.timeToLive.AttributeName } }
        : {}),
      ...(table.sse
        ? { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: table.sse.KMSMasterKeyArn } }
        : {}),
    },
  };
}

function backupAt(ctx: Context, arn = ''): Backup {
  const backup = backups(ctx, ctx).get(arn);
  if (!backup || (backup.expiresMs ?? Infinity) <= ctx.clock.now()) throw backupNotFound(arn);
  return backup;
}

export function DescribeBackup(ctx: Context, input: DescribeBackupCommandInput) {
  return { BackupDescription: describeBackup(backupAt(ctx, input.BackupArn)) };
}

export function DeleteBackup(ctx: Context, input: DeleteBackupCommandInput) {
  const backup = backupAt(ctx, input.BackupArn);
  const description = describeBackup(backup);
  dropBackup(ctx, backup);
  return {
    BackupDescription: { ...description, BackupDetails: { ...description.BackupDetails, BackupStatus: 'DELETED' } },
  };
}

export function ListBackups(ctx: Context, input: ListBackupsCommandInput) {
  const limit = input.Limit ?? 100;
  if (limit < 1) throw constraint(limit, 'limit', 'Member must have value greater than or equal to 1');
  if (limit > 100) throw constraint(limit, 'limit', 'Member must have value less than or equal to 100');
  const type = input.BackupType ?? 'USER';
  const all = backups(ctx, ctx)
    .values()
    .filter((backup) => (backup.expiresMs ?? Infinity) > ctx.clock.now())
    .filter((backup) => type === 'ALL' || backup.BackupType === type)
    .filter((backup) => input.TableName === undefined || backup.table.TableName === nameOf(input.TableName))
    .filter((backup) => !input.TimeRangeLowerBound || backup.createdMs >= input.TimeRangeLowerBound.getTime())
    .filter((backup) => !input.TimeRangeUpperBound || backup.createdMs < input.TimeRangeUpperBound.getTime())
    .filter((backup) => backup.BackupArn > (input.ExclusiveStartBackupArn ?? ''));
  const page = all.slice(0, limit);
  const BackupSummaries = page.map((backup) => {
    const { TableName, id, TableArn } = backup.table;
    return { TableName, TableId: id, TableArn, ...detailsOf(backup) };
  });
  return { BackupSummaries, ...(all.length > limit ? { LastEvaluatedBackupArn: page.at(-1)?.BackupArn } : {}) };
}

export async function RestoreTableFromBackup(ctx: Context, input: RestoreTableFromBackupCommandInput) {
  const backup = backupAt(ctx, input.BackupArn);
  await unlock(ctx, backup.table);
  return restoreInto(ctx, backup.table, input, {
    *items() {
      for (const row of ctx.engine(itemTable).everything(backup.source)) yield unpack(ctx, backup.table, row.cell);
    },
    restore: { SourceBackupArn: backup.BackupArn, SourceTableArn: backup.table.TableArn, restoredMs: ctx.clock.now() },
  });
}
