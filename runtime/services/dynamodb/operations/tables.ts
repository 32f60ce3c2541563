import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeContinuousBackupsCommandInput,
  DescribeTableCommandInput,
  DescribeTimeToLiveCommandInput,
  ListTablesCommandInput,
  ListTagsOfResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateContinuousBackupsCommandInput,
  UpdateTableCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { backfill } from '../behaviour/backfill.ts';
import { itemTable } from '../behaviour/item-table.ts';
import { checkSchema } from '../behaviour/table-rules.ts';
import { reindexExpiry } from '../behaviour/time-to-live.ts';
import { tableInUse, tableNotFound, validation } from '../errors.ts';
import { indexesOf, nameOf, type Table, tableArn, tableAt, tables } from '../state.ts';

export function CreateTable(ctx: Context, input: CreateTableCommandInput) {
  const TableName = nameOf(input.TableName ?? '');
  checkSchema(input);
  if (input.StreamSpecification?.StreamEnabled) throw refused('dynamodb CreateTable parameter StreamSpecification');
  const collection = tables(ctx, ctx);
  if (collection.has(TableName)) throw tableInUse(TableName);
  const provisioned = input.BillingMode !== 'PAY_PER_REQUEST';
  const table: Table = {
    TableName,
    TableArn: tableArn(ctx.region, ctx.account, TableName),
    id: ctx.ids.uuid(),
    account: ctx.account,
    region: ctx.region,
    createdMs: ctx.clock.now(),
    AttributeDefinitions: input.AttributeDefinitions ?? [],
    KeySchema: input.KeySchema ?? [],
    BillingMode: provisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST',
    ProvisionedThroughput: provisioned
      ? {
          ReadCapacityUnits: input.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
          WriteCapacityUnits: input.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
        }
      : undefined,
    GlobalSecondaryIndexes: input.GlobalSecondaryIndexes ?? [],
    LocalSecondaryIndexes: input.LocalSecondaryIndexes ?? [],
    timeToLive: undefined,
    sse: sseOf(ctx, input.SSESpecification),
    pointInTimeRecovery: false,
    DeletionProtectionEnabled: input.DeletionProtectionEnabled ?? false,
    TableClass: input.TableClass,
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  collection.put(TableName, table);
  return { TableDescription: describe(ctx, table) };
}

function sseOf(ctx: Context, specification: CreateTableCommandInput['SSESpecification']): Table['sse'] {
  if (!specification?.Enabled) return undefined;
  if (specification.SSEType === 'AES256')
    throw validation('One or more parameter values were invalid: SSEType AES256 is not supported');
  const key = specification.KMSMasterKeyId ?? 'alias/aws/dynamodb';
  return {
    SSEType: 'KMS',
    KMSMasterKeyArn: key.startsWith('arn:')
      ? key
      : `arn:aws:kms:${ctx.region}:${ctx.account}:${key.startsWith('alias/') ? key : `key/${key}`}`,
  };
}

/** Tables are usable as soon as they are made, so they are never CREATING; waiters see ACTIVE at once. */
function describe(ctx: Context, table: Table) {
  const { items, bytes } = ctx.engine(itemTable).count(table.id);
  const throughput = {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: table.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: table.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
  };
  const index = (
    one: { IndexName?: string | undefined; KeySchema?: object | undefined; Projection?: object | undefined },
    global: boolean,
  ) => {
    const count = ctx.engine(itemTable).count(`${table.id}/${one.IndexName}`);
    return {
      IndexName: one.IndexName,
      KeySchema: one.KeySchema,
      Projection: one.Projection,
      IndexArn: `${table.TableArn}/index/${one.IndexName}`,
      ItemCount: count.items,
      IndexSizeBytes: count.bytes,
      ...(global ? { IndexStatus: 'ACTIVE', ProvisionedThroughput: throughput } : {}),
    };
  };
  return {
    TableName: table.TableName,
    TableArn: table.TableArn,
    TableId: table.id,
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date(table.createdMs),
    AttributeDefinitions: table.AttributeDefinitions,
    KeySchema: table.KeySchema,
    ItemCount: items,
    TableSizeBytes: bytes,
    ProvisionedThroughput: throughput,
    ...(table.BillingMode === 'PAY_PER_REQUEST'
      ? {
          BillingModeSummary: {
            BillingMode: 'PAY_PER_REQUEST',
            LastUpdateToPayPerRequestDateTime: new Date(table.createdMs),
          },
        }
      : {}),
    ...(table.GlobalSecondaryIndexes.length > 0
      ? { GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map((one) => index(one, true)) }
      : {}),
    ...(table.LocalSecondaryIndexes.length > 0
      ? { LocalSecondaryIndexes: table.LocalSecondaryIndexes.map((one) => index(one, false)) }
      : {}),
    ...(table.sse ? { SSEDescription: { Status: 'ENABLED', ...table.sse } } : {}),
    ...(table.TableClass ? { TableClassSummary: { TableClass: table.TableClass } } : {}),
    DeletionProtectionEnabled: table.DeletionProtectionEnabled,
  };
}

export function DescribeTable(ctx: Context, input: DescribeTableCommandInput) {
  const table = tables(ctx, ctx).get(nameOf(input.TableName ?? ''));
  if (!table) throw tableNotFound(nameOf(input.TableName ?? ''));
  return { Table: describe(ctx, table) };
}

export function ListTables(ctx: Context, input: ListTablesCommandInput) {
  const limit = input.Limit ?? 100;
  if (limit < 1 || limit > 100)
    throw validation(
      "1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value between 1 and 100",
    );
  const names = tables(ctx, ctx)
    .values()
    .map((table) => table.TableName)
    .filter((name) => name > (input.ExclusiveStartTableName ?? ''));
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > limit ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

export function DeleteTable(ctx: Context, input: DeleteTableCommandInput) {
  const table = tableAt(ctx, input.TableName);
  if (table.DeletionProtectionEnabled)
    throw validation(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  tables(ctx, ctx).delete(table.TableName);
  ctx.engine(itemTable).drop(table.id);
  return { TableDescription: { ...describe(ctx, table), TableStatus: 'DELETING' } };
}

export function UpdateTable(ctx: Context, input: UpdateTableCommandInput) {
  let table = tableAt(ctx, input.TableName);
  if (input.StreamSpecification?.StreamEnabled) throw refused('dynamodb UpdateTable parameter StreamSpecification');
  if (input.ReplicaUpdates) throw refused('dynamodb UpdateTable parameter ReplicaUpdates');
  const before = table;
  table = {
    ...table,
    AttributeDefinitions: input.AttributeDefinitions ?? table.AttributeDefinitions,
    BillingMode: input.BillingMode ?? table.BillingMode,
    ProvisionedThroughput: input.ProvisionedThroughput
      ? {
          ReadCapacityUnits: input.ProvisionedThroughput.ReadCapacityUnits ?? 0,
          WriteCapacityUnits: input.ProvisionedThroughput.WriteCapacityUnits ?? 0,
        }
      : input.BillingMode === 'PAY_PER_REQUEST'
        ? undefined
        : table.ProvisionedThroughput,
    sse: input.SSESpecification ? sseOf(ctx, input.SSESpecification) : table.sse,
    DeletionProtectionEnabled: input.DeletionProtectionEnabled ?? table.DeletionProtectionEnabled,
    TableClass: input.TableClass ?? table.TableClass,
    GlobalSecondaryIndexes: changedIndexes(ctx, table, input),
  };
  tables(ctx, ctx).put(table.TableName, table);
  const known = new Set(indexesOf(before).map((index) => index.name));
  for (const index of indexesOf(table)) if (!known.has(index.name)) backfill(ctx, table, index);
  return { TableDescription: describe(ctx, table) };
}

function changedIndexes(ctx: Context, table: Table, input: UpdateTableCommandInput): Table['GlobalSecondaryIndexes'] {
  let indexes = table.GlobalSecondaryIndexes;
  for (const change of input.GlobalSecondaryIndexUpdates ?? []) {
    if (change.Create) {
      if (indexes.some((index) => index.IndexName === change.Create?.IndexName))
        throw validation(`Attempting to create an index which already exists`);
      indexes = [...indexes, change.Create];
    }
    if (change.Delete) {
      const name = change.Delete.IndexName;
      if (!indexes.some((index) => index.IndexName === name)) throw resourceIndexMissing();
      indexes = indexes.filter((index) => index.IndexName !== name);
      ctx.engine(itemTable).dropIndex(`${table.id}/${name}`);
    }
  }
  return indexes;
}

function resourceIndexMissing(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

export function UpdateTimeToLive(ctx: Context, input: UpdateTimeToLiveCommandInput) {
  const table = tableAt(ctx, input.TableName);
  const { AttributeName = '', Enabled = false } = input.TimeToLiveSpecification ?? {};
  if (Enabled && table.timeToLive?.Enabled) throw validation('TimeToLive is already enabled');
  if (!Enabled && !table.timeToLive?.Enabled) throw validation('TimeToLive is already disabled');
  if (!Enabled && table.timeToLive?.AttributeName !== AttributeName)
    throw validation(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${table.timeToLive?.AttributeName}`,
    );
  const changed = { ...table, timeToLive: { AttributeName, Enabled } };
  tables(ctx, ctx).put(table.TableName, changed);
  reindexExpiry(ctx, changed);
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

export function DescribeTimeToLive(ctx: Context, input: DescribeTimeToLiveCommandInput) {
  const { timeToLive } = tableAt(ctx, input.TableName);
  if (!timeToLive?.Enabled) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
  return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName } };
}

/** Kept and told, not carried out: RestoreTableToPointInTime is refused by not being there (`orrery fidelity` says stored). */
export function UpdateContinuousBackups(ctx: Context, input: UpdateContinuousBackupsCommandInput) {
  const table = tableAt(ctx, input.TableName);
  tables(ctx, ctx).put(table.TableName, {
    ...table,
    pointInTimeRecovery: input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false,
  });
  return DescribeContinuousBackups(ctx, input);
}

export function DescribeContinuousBackups(ctx: Context, input: DescribeContinuousBackupsCommandInput) {
  const { pointInTimeRecovery } = tableAt(ctx, input.TableName);
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: pointInTimeRecovery ? 'ENABLED' : 'DISABLED' },
    },
  };
}

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const table = tableAt(ctx, input.ResourceArn);
  const tags = {
    ...table.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  tables(ctx, ctx).put(table.TableName, { ...table, tags });
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const table = tableAt(ctx, input.ResourceArn);
  const tags = Object.fromEntries(Object.entries(table.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)));
  tables(ctx, ctx).put(table.TableName, { ...table, tags });
}

export function ListTagsOfResource(ctx: Context, input: ListTagsOfResourceCommandInput) {
  return { Tags: Object.entries(tableAt(ctx, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function DescribeLimits() {
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
}
