import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeTableCommandInput,
  ListTablesCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { keepDeleted } from '../behaviour/backups.ts';
import { forgetKey, newEncryption } from '../behaviour/encryption.ts';
import { itemTable } from '../behaviour/item-table.ts';
import { checkPolicy } from '../behaviour/resource-policies.ts';
import { disableStream, newStream } from '../behaviour/stream-records.ts';
import { describe } from '../behaviour/table-description.ts';
import { checkShape, checkTableName } from '../behaviour/table-rules.ts';
import { cancelExpiry } from '../behaviour/time-to-live.ts';
import { constraint, tableInUse, tableNotFound, validation } from '../errors.ts';
import { findTable, nameOf, type Table, tableArn, tables } from '../state.ts';

export function CreateTable(ctx: Context, input: CreateTableCommandInput) {
  const TableName = nameOf(input.TableName ?? '');
  checkShape({ ...input, TableName });
  const collection = tables(ctx, ctx);
  if (collection.has(TableName)) throw tableInUse(TableName);
  const viewType = viewTypeOf(input.StreamSpecification);
  if (input.ResourcePolicy !== undefined) checkPolicy(input.ResourcePolicy);
  const sse = encryptionOf(ctx, TableName, input.SSESpecification);
  const finish = (encryption: Table['sse']) => {
    if (collection.has(TableName)) throw tableInUse(TableName);
    const table: Table = { ...newTable(ctx, TableName, input), sse: encryption };
    const stream = viewType && newStream(ctx, table, viewType);
    const made = stream ? { ...table, stream } : table;
    collection.put(TableName, made);
    return { TableDescription: describe(ctx, made) };
  };
  return sse ? sse.then(finish) : finish(undefined);
}

function newTable(ctx: Context, TableName: string, input: CreateTableCommandInput): Table {
  const { ProvisionedThroughput: given } = input;
  return {
    TableName,
    TableArn: tableArn(ctx.region, ctx.account, TableName),
    id: ctx.ids.uuid(),
    account: ctx.account,
    region: ctx.region,
    createdMs: ctx.clock.now(),
    AttributeDefinitions: input.AttributeDefinitions ?? [],
    KeySchema: input.KeySchema ?? [],
    BillingMode: input.BillingMode === 'PAY_PER_REQUEST' ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...(input.BillingMode === 'PAY_PER_REQUEST' ? { onDemandSinceMs: ctx.clock.now() } : {}),
    ProvisionedThroughput: given && {
      ReadCapacityUnits: given.ReadCapacityUnits ?? 1,
      WriteCapacityUnits: given.WriteCapacityUnits ?? 1,
    },
    OnDemandThroughput: input.OnDemandThroughput,
    WarmThroughput: input.WarmThroughput,
    GlobalSecondaryIndexes: input.GlobalSecondaryIndexes ?? [],
    LocalSecondaryIndexes: input.LocalSecondaryIndexes ?? [],
    timeToLive: undefined,
    sse: undefined,
    DeletionProtectionEnabled: input.DeletionProtectionEnabled ?? false,
    TableClass: input.TableClass,
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    resourcePolicy:
      input.ResourcePolicy === undefined
        ? undefined
        : { Policy: input.ResourcePolicy, RevisionId: String(Math.floor(ctx.clock.now())) },
  };
}

export function viewTypeOf(specification: CreateTableCommandInput['StreamSpecification']) {
  if (!specification) return undefined;
  const { StreamEnabled, StreamViewType } = specification;
  if (StreamEnabled && !StreamViewType) {
    throw validation(
      'One or more parameter values were invalid: StreamViewType is required when StreamEnabled is true',
    );
  }
  if (!StreamEnabled && StreamViewType) {
    throw validation(
      'One or more parameter values were invalid: StreamViewType cannot be specified when StreamEnabled is false',
    );
  }
  return StreamEnabled ? StreamViewType : undefined;
}

/** Undefined: the AWS owned key, which nobody sees. */
export function encryptionOf(
  ctx: Context,
  TableName: string,
  specification: CreateTableCommandInput['SSESpecification'],
) {
  if (!specification?.Enabled) {
    if (specification?.KMSMasterKeyId !== undefined) {
      throw validation(
        'One or more parameter values were invalid: KMSMasterKeyId can only be specified when SSE is enabled',
      );
    }
    return undefined;
  }
  if (specification.SSEType === 'AES256') {
    throw validation('One or more parameter values were invalid: SSEType AES256 is not supported');
  }
  return newEncryption(ctx, TableName, specification.KMSMasterKeyId);
}

export function DescribeTable(ctx: Context, input: DescribeTableCommandInput) {
  return { Table: describe(ctx, tableNamed(ctx, input.TableName)) };
}

/** Operations on tables say which one is missing. */
export function tableNamed(ctx: Context, given: string | undefined): Table {
  const name = nameOf(given ?? '');
  checkTableName(name);
  const table = findTable(ctx, ctx, given ?? '');
  if (!table) throw tableNotFound(name);
  return table;
}

export function ListTables(ctx: Context, input: ListTablesCommandInput) {
  const limit = input.Limit ?? 100;
  if (limit < 1) throw constraint(limit, 'limit', 'Member must have value greater than or equal to 1');
  if (limit > 100) throw constraint(limit, 'limit', 'Member must have value less than or equal to 100');
  const after = input.ExclusiveStartTableName ?? '';
  const names = tables(ctx, ctx)
    .values()
    .map((table) => table.TableName)
    .filter((name) => name > after);
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > limit ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

export function DeleteTable(ctx: Context, input: DeleteTableCommandInput) {
  const table = tableNamed(ctx, input.TableName);
  if (table.DeletionProtectionEnabled) {
    throw validation(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  const { TableName, TableArn, TableId, ItemCount, TableSizeBytes, ProvisionedThroughput } = describe(ctx, table);
  if (table.recovery) keepDeleted(ctx, table);
  if (table.stream?.enabled) disableStream(ctx, table);
  cancelExpiry(ctx, table);
  forgetKey(ctx, table);
  tables(ctx, table).delete(table.TableName);
  ctx.engine(itemTable).drop(table.id);
  return {
    TableDescription: {
      TableName,
      TableArn,
      TableId,
      ItemCount,
      TableSizeBytes,
      ProvisionedThroughput,
      TableStatus: 'DELETING',
      DeletionProtectionEnabled: false,
    },
  };
}
