import type { Kernel } from '../../../kernel/service.ts';
import { gigabyte, type Standing } from '../../../kernel/usage.ts';
import { type Table, tableArn, tables } from '../state.ts';
import { backups } from './backups.ts';
import { itemTable } from './item-table.ts';

/** "Amazon DynamoDB pricing", data storage: each item is counted with 100 bytes of indexing data. */
const indexingBytes = 100;

/** What tables and backups are paid for by time: storage, point-in-time recovery, provisioned throughput. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('dynamodb.tables'))
    for (const table of tables(kernel, scope).values()) yield* ofTable(kernel, table);
  for (const scope of kernel.store.scopes('dynamodb.backups'))
    for (const { BackupArn, bytes } of backups(kernel, scope).values())
      yield { usageType: 'TimedBackupStorage-ByteHrs', amount: bytes / gigabyte, resource: BackupArn, ...scope };
}

function* ofTable(kernel: Kernel, table: Table): Generator<Standing> {
  const { account, region, TableName } = table;
  const about = { resource: tableArn(region, account, TableName), account, region };
  const infrequent = table.TableClass === 'STANDARD_INFREQUENT_ACCESS' ? 'IA-' : '';
  const { items, bytes } = kernel.engine(itemTable).count(table.id);
  const gigabytes = (bytes + items * indexingBytes) / gigabyte;
  if (items > 0) yield { ...about, usageType: `${infrequent}TimedStorage-ByteHrs`, amount: gigabytes };
  if (items > 0 && table.recovery) yield { ...about, usageType: 'TimedPITRStorage-ByteHrs', amount: gigabytes };
  if (table.BillingMode !== 'PROVISIONED') return;
  for (const { ProvisionedThroughput: given } of [table, ...table.GlobalSecondaryIndexes]) {
    yield { ...about, usageType: `${infrequent}ReadCapacityUnit-Hrs`, amount: given?.ReadCapacityUnits ?? 0 };
    yield { ...about, usageType: `${infrequent}WriteCapacityUnit-Hrs`, amount: given?.WriteCapacityUnits ?? 0 };
  }
}
