import type { GlobalSecondaryIndex, LocalSecondaryIndex, TableDescription } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import type { Table, Throughput } from '../state.ts';
import { itemTable } from './item-table.ts';

/** Tables are usable as soon as they are made, so they are never CREATING or UPDATING; waiters see ACTIVE at once. */
export function describe(ctx: Context, table: Table): TableDescription {
  const { items, bytes } = ctx.engine(itemTable).count(table.id);
  return {
    AttributeDefinitions: table.AttributeDefinitions,
    TableName: table.TableName,
    KeySchema: table.KeySchema,
    TableStatus: table.inaccessibleMs === undefined ? 'ACTIVE' : 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    CreationDateTime: new Date(table.createdMs),
    ProvisionedThroughput: throughputOf(table.ProvisionedThroughput),
    TableSizeBytes: bytes,
    ItemCount: items,
    TableArn: table.TableArn,
    TableId: table.id,
    ...billingOf(table),
    ...indexesOf(ctx, table),
    ...streamOf(table),
    ...encryptionMembers(table),
    ...(table.restore ? { RestoreSummary: restoreOf(table.restore) } : {}),
    ...(table.TableClass ? { TableClassSummary: classOf(table) } : {}),
    DeletionProtectionEnabled: table.DeletionProtectionEnabled,
    ...(table.OnDemandThroughput ? { OnDemandThroughput: table.OnDemandThroughput } : {}),
    WarmThroughput: { ...warmthOf(table), Status: 'ACTIVE' },
  };
}

function encryptionMembers({ sse, inaccessibleMs }: Table): Pick<TableDescription, 'SSEDescription'> {
  if (!sse) return {};
  const since = inaccessibleMs === undefined ? {} : { InaccessibleEncryptionDateTime: new Date(inaccessibleMs) };
  return { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: sse.KMSMasterKeyArn, ...since } };
}

function throughputOf(given: Throughput | undefined) {
  return {
    ...(given?.increasedMs ? { LastIncreaseDateTime: new Date(given.increasedMs) } : {}),
    ...(given?.decreasedMs ? { LastDecreaseDateTime: new Date(given.decreasedMs) } : {}),
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: given?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: given?.WriteCapacityUnits ?? 0,
  };
}

function billingOf(table: Table): Partial<TableDescription> {
  if (table.BillingMode === 'PAY_PER_REQUEST') {
    const since = new Date(table.onDemandSinceMs ?? table.createdMs);
    return { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: since } };
  }
  if (table.onDemandSinceMs === undefined) return {};
  return {
    BillingModeSummary: {
      BillingMode: 'PROVISIONED',
      LastUpdateToPayPerRequestDateTime: new Date(table.onDemandSinceMs),
    },
  };
}

/** "Understanding DynamoDB warm throughput": what a new table can take at once. */
function warmthOf(table: Pick<Table, 'BillingMode' | 'WarmThroughput' | 'ProvisionedThroughput'>): {
  ReadUnitsPerSecond: number;
  WriteUnitsPerSecond: number;
} {
  const provisioned = table.BillingMode === 'PROVISIONED';
  const read = provisioned ? (table.ProvisionedThroughput?.ReadCapacityUnits ?? 0) : 12_000;
  const write = provisioned ? (table.ProvisionedThroughput?.WriteCapacityUnits ?? 0) : 4_000;
  return {
    ReadUnitsPerSecond: Math.max(read, table.WarmThroughput?.ReadUnitsPerSecond ?? 0),
    WriteUnitsPerSecond: Math.max(write, table.WarmThroughput?.WriteUnitsPerSecond ?? 0),
  };
}

function indexesOf(ctx: Context, table: Table): Partial<TableDescription> {
  const base = (index: GlobalSecondaryIndex | LocalSecondaryIndex) => {
    const { items, bytes } = ctx.engine(itemTable).count(`${table.id}/${index.IndexName}`);
    const { IndexName, KeySchema, Projection } = index;
    return {
      IndexName,
      KeySchema,
      Projection,
      IndexArn: `${table.TableArn}/index/${IndexName}`,
      ItemCount: items,
      IndexSizeBytes: bytes,
    };
  };
  const global = table.GlobalSecondaryIndexes.map((index) => ({
    ...base(index),
    IndexStatus: 'ACTIVE' as const,
    ProvisionedThroughput: throughputOf(index.ProvisionedThroughput as Throughput | undefined),
    ...(index.OnDemandThroughput ? { OnDemandThroughput: index.OnDemandThroughput } : {}),
    WarmThroughput: {
      ...warmthOf({
        ...table,
        WarmThroughput: index.WarmThroughput,
        ProvisionedThroughput: index.ProvisionedThroughput as Throughput,
      }),
      Status: 'ACTIVE' as const,
    },
  }));
  const local = table.LocalSecondaryIndexes.map(base);
  return {
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
  };
}

function streamOf({ stream }: Table): Partial<TableDescription> {
  if (!stream) return {};
  const { StreamArn, StreamLabel, StreamViewType, enabled } = stream;
  return {
    LatestStreamArn: StreamArn,
    LatestStreamLabel: StreamLabel,
    ...(enabled ? { StreamSpecification: { StreamEnabled: true, StreamViewType } } : {}),
  };
}

function restoreOf(restore: NonNullable<Table['restore']>): NonNullable<TableDescription['RestoreSummary']> {
  const { SourceBackupArn, SourceTableArn, restoredMs } = restore;
  return {
    ...(SourceBackupArn ? { SourceBackupArn } : {}),
    ...(SourceTableArn ? { SourceTableArn } : {}),
    RestoreDateTime: new Date(restoredMs),
    RestoreInProgress: false,
  };
}

function classOf(table: Table): NonNullable<TableDescription['TableClassSummary']> {
  return {
    TableClass: table.TableClass as 'STANDARD',
    ...(table.tableClassChangedMs ? { LastUpdateDateTime: new Date(table.tableClassChangedMs) } : {}),
  };
}
