import type {
  AttributeDefinition,
  CreateGlobalSecondaryIndexAction,
  GlobalSecondaryIndexUpdate,
  UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { forgetKey, unlock } from '../behaviour/encryption.ts';
import { itemTable } from '../behaviour/item-table.ts';
import { disableStream, newStream } from '../behaviour/stream-records.ts';
import { describe } from '../behaviour/table-description.ts';
import { checkGlobalIndex, checkThroughput } from '../behaviour/table-rules.ts';
import { backfill, repack } from '../behaviour/write-item.ts';
import { validation } from '../errors.ts';
import { schemaOf, type Table, type Throughput, tables } from '../state.ts';
import { encryptionOf, tableNamed, viewTypeOf } from './tables.ts';

export async function UpdateTable(ctx: Context, input: UpdateTableCommandInput) {
  refuseNothing(input);
  const encryption = await encryptionAfter(ctx, input);
  // Nothing is waited for from here on, so that no other change of the table is lost.
  const table = tableNamed(ctx, input.TableName);
  const changed: Table = { ...table, ...settings(ctx, table, input), ...indexChanges(table, input), ...encryption };
  changed.AttributeDefinitions = definitionsAfter(table, changed, input.AttributeDefinitions ?? []);
  checkUpdatedShape(changed, input);
  Object.assign(changed, streamChange(ctx, changed, input));
  const [before, after] = [schemaOf(table).indexes, schemaOf(changed).indexes];
  for (const index of before)
    if (!after.some(({ name }) => name === index.name)) ctx.engine(itemTable).dropSource(index.source);
  if (encryption) {
    repack(ctx, table, changed);
    forgetKey(ctx, table);
  }
  tables(ctx, table).put(table.TableName, changed);
  for (const index of after) if (!before.some(({ name }) => name === index.name)) backfill(ctx, changed, index);
  return { TableDescription: describe(ctx, changed) };
}

/** Another key, opened together with the one before it: every item is sealed anew. */
async function encryptionAfter(ctx: Context, input: UpdateTableCommandInput): Promise<Pick<Table, 'sse'> | undefined> {
  const table = tableNamed(ctx, input.TableName);
  await unlock(ctx, table);
  if (!input.SSESpecification) return undefined;
  const sse = await encryptionOf(ctx, table.TableName, input.SSESpecification);
  await unlock(ctx, { ...table, sse });
  return { sse };
}

function refuseNothing(input: UpdateTableCommandInput): void {
  const { TableName: _name, AttributeDefinitions: _definitions, ...changes } = input;
  if (Object.values(changes).some((value) => value !== undefined)) return;
  throw validation(
    'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
  );
}

function settings(ctx: Context, table: Table, input: UpdateTableCommandInput): Partial<Table> {
  const nowMs = ctx.clock.now();
  const BillingMode = input.BillingMode === undefined ? table.BillingMode : input.BillingMode;
  if (input.ProvisionedThroughput) checkThroughput(input.ProvisionedThroughput, 'provisionedThroughput');
  const given = input.ProvisionedThroughput as Throughput | undefined;
  const old = table.ProvisionedThroughput;
  if (given && BillingMode === 'PROVISIONED' && old && input.BillingMode === undefined && sameUnits(given, old)) {
    throw validation(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${old.ReadCapacityUnits}. Requested ReadCapacityUnits: ${given.ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${old.WriteCapacityUnits}. Requested WriteCapacityUnits: ${given.WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  }
  const toOnDemand = BillingMode === 'PAY_PER_REQUEST' && table.BillingMode !== 'PAY_PER_REQUEST';
  return {
    BillingMode,
    ...(toOnDemand ? { onDemandSinceMs: nowMs } : {}),
    ProvisionedThroughput: BillingMode === 'PAY_PER_REQUEST' ? undefined : throughputAfter(old, given, nowMs),
    OnDemandThroughput: input.OnDemandThroughput ?? table.OnDemandThroughput,
    WarmThroughput: input.WarmThroughput ?? table.WarmThroughput,
    DeletionProtectionEnabled: input.DeletionProtectionEnabled ?? table.DeletionProtectionEnabled,
    ...(input.TableClass && input.TableClass !== table.TableClass
      ? { TableClass: input.TableClass, tableClassChangedMs: nowMs }
      : {}),
  };
}

function sameUnits(a: Throughput, b: Throughput): boolean {
  return a.ReadCapacityUnits === b.ReadCapacityUnits && a.WriteCapacityUnits === b.WriteCapacityUnits;
}

function throughputAfter(
  old: Throughput | undefined,
  given: Throughput | undefined,
  nowMs: number,
): Throughput | undefined {
  if (!given) return old;
  const more =
    !old || given.ReadCapacityUnits > old.ReadCapacityUnits || given.WriteCapacityUnits > old.WriteCapacityUnits;
  const less =
    old && (given.ReadCapacityUnits < old.ReadCapacityUnits || given.WriteCapacityUnits < old.WriteCapacityUnits);
  const { ReadCapacityUnits, WriteCapacityUnits } = given;
  return {
    ...old,
    ReadCapacityUnits,
    WriteCapacityUnits,
    ...(more ? { increasedMs: nowMs } : {}),
    ...(less ? { decreasedMs: nowMs } : {}),
  };
}

function checkUpdatedShape(table: Table, input: UpdateTableCommandInput): void {
  if (table.BillingMode === 'PAY_PER_REQUEST' && input.ProvisionedThroughput) {
    throw validation(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (table.BillingMode === 'PROVISIONED' && !table.ProvisionedThroughput) {
    throw validation(
      'One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED',
    );
  }
}

/** What keys are made of after the change: an attribute that is a key already keeps its type. */
function definitionsAfter(before: Table, after: Table, given: AttributeDefinition[]): AttributeDefinition[] {
  const indexes = [...after.GlobalSecondaryIndexes, ...after.LocalSecondaryIndexes];
  const used = new Set(
    [after.KeySchema, ...indexes.map((index) => index.KeySchema ?? [])].flat().map((key) => key.AttributeName),
  );
  const known = before.AttributeDefinitions.filter((one) => used.has(one.AttributeName));
  const fresh = given.filter(
    (one) => used.has(one.AttributeName) && !known.some((old) => old.AttributeName === one.AttributeName),
  );
  return [...known, ...fresh];
}

function indexChanges(table: Table, input: UpdateTableCommandInput): Partial<Table> {
  const updates = input.GlobalSecondaryIndexUpdates;
  const onDemand = (input.BillingMode ?? table.BillingMode) === 'PAY_PER_REQUEST';
  let indexes = table.GlobalSecondaryIndexes;
  // "You can create or delete only one global secondary index per UpdateTable operation."
  if ((updates ?? []).filter((one) => one.Create || one.Delete).length > 1) {
    throw new AwsError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  for (const update of updates ?? []) indexes = changedIndexes(table, indexes, input, update);
  if (!onDemand) return { GlobalSecondaryIndexes: indexes };
  return { GlobalSecondaryIndexes: indexes.map(({ ProvisionedThroughput: _units, ...index }) => index) };
}

type Indexes = Table['GlobalSecondaryIndexes'];

function changedIndexes(
  table: Table,
  indexes: Indexes,
  input: UpdateTableCommandInput,
  change: GlobalSecondaryIndexUpdate,
): Indexes {
  if (change.Create) return [...indexes, created(table, indexes, input, change.Create)];
  const name = change.Delete?.IndexName ?? change.Update?.IndexName;
  if (!indexes.some((index) => index.IndexName === name)) {
    if (change.Delete) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`);
  }
  if (change.Delete) return indexes.filter((index) => index.IndexName !== name);
  const { ProvisionedThroughput, OnDemandThroughput, WarmThroughput } = change.Update ?? {};
  if (ProvisionedThroughput)
    checkThroughput(ProvisionedThroughput, 'globalSecondaryIndexUpdates.1.member.update.provisionedThroughput');
  return indexes.map((index) =>
    index.IndexName !== name
      ? index
      : {
          ...index,
          ...(ProvisionedThroughput ? { ProvisionedThroughput } : {}),
          ...(OnDemandThroughput ? { OnDemandThroughput } : {}),
          ...(WarmThroughput ? { WarmThroughput } : {}),
        },
  );
}

function created(
  table: Table,
  indexes: Indexes,
  input: UpdateTableCommandInput,
  index: CreateGlobalSecondaryIndexAction,
): Indexes[number] {
  if (
    schemaOf(table).indexes.some((one) => one.name === index.IndexName) ||
    indexes.some((one) => one.IndexName === index.IndexName)
  ) {
    throw validation('Attempting to create an index which already exists');
  }
  checkGlobalIndex(index, input.BillingMode ?? table.BillingMode, [
    ...table.AttributeDefinitions,
    ...(input.AttributeDefinitions ?? []),
  ]);
  if (indexes.length >= 20)
    throw validation(
      'One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20',
    );
  return index;
}

function streamChange(ctx: Context, table: Table, input: UpdateTableCommandInput): Partial<Table> {
  if (!input.StreamSpecification) return {};
  const viewType = viewTypeOf(input.StreamSpecification);
  const on = table.stream?.enabled ?? false;
  if (viewType) {
    if (on) throw validation(`Table already has an enabled stream: TableName: ${table.TableName}`);
    return { stream: newStream(ctx, table, viewType) };
  }
  if (!on || !table.stream) throw validation(`Table is already disabled for streams: TableName: ${table.TableName}`);
  disableStream(ctx, table);
  return { stream: { ...table.stream, enabled: false } };
}
