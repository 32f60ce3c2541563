import { createHash } from 'node:crypto';
import type {
  TransactGetItemsCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { Capacity, readUnits } from '../behaviour/capacity.ts';
import { collectionMetrics } from '../behaviour/item-collections.ts';
import { stringifyItem } from '../behaviour/item-json.ts';
import { sizeOfItem } from '../behaviour/item-sizes.ts';
import { checkKey } from '../behaviour/keys.ts';
import { admit } from '../behaviour/throughput.ts';
import { canonical, type Item } from '../behaviour/values.ts';
import { readItem, type Stored } from '../behaviour/write-item.ts';
import { applyWrite, checkWrite, deleteWrite, putWrite, updateWrite, type Write } from '../behaviour/writes.ts';
import { constraint, validation } from '../errors.ts';
import { projectionOf } from '../expressions/parameters.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { project } from '../expressions/projection.ts';
import { type Table, tableAt } from '../state.ts';

/** "Amazon DynamoDB transactions": all or nothing; a token makes a repetition within ten minutes harmless. */
const tokenMs = 10 * 60_000;
const mostActions = 100;
const mostBytes = 4 * 1024 * 1024;

interface Token {
  digest: string;
  untilMs: number;
}

export function TransactWriteItems(ctx: Context, input: TransactWriteItemsCommandInput) {
  const entries = input.TransactItems ?? [];
  checkCount(entries.length);
  const repeated = repetition(ctx, input);
  if (repeated) return repeated;
  const writes = entries.map((entry) => transactWrite(ctx, entry));
  const keys = writes.map((write) => `${write.table.id}|${canonical({ M: write.key })}`);
  if (new Set(keys).size !== keys.length)
    throw validation('Transaction request cannot include multiple operations on one item');
  for (const table of new Set(writes.map((write) => write.table))) admit(ctx, table, 'write');
  const attempts = writes.map((write) => attempt(ctx, write));
  if (attempts.some((one) => one instanceof AwsError)) throw cancelled(attempts);
  refuseLarge(attempts);
  const output = commit(ctx, input, {
    writes,
    attempts: attempts.filter((one): one is Attempt => !(one instanceof AwsError)),
  });
  remember(ctx, input);
  return output;
}

interface Attempt {
  before: Stored | undefined;
  after: Item | undefined;
}

function commit(
  ctx: Context,
  input: TransactWriteItemsCommandInput,
  { writes, attempts }: { writes: Write[]; attempts: Attempt[] },
): object {
  const capacities = new Map<Table, Capacity>();
  const ItemCollectionMetrics: Record<string, object[]> = {};
  writes.forEach((write, index) => {
    const { before, after } = attempts[index] ?? {};
    const capacity = capacities.get(write.table) ?? new Capacity(write.table, 'write', { transaction: true });
    capacities.set(write.table, capacity);
    const written = write.change
      ? applyWrite(ctx, write, before, after).written
      : { bytes: before?.size ?? 0, indexes: [] };
    capacity.addWrite(written);
    const collection = collectionMetrics(ctx, write.table, write.key, input.ReturnItemCollectionMetrics);
    const { TableName } = write.table;
    if (collection) ItemCollectionMetrics[TableName] = [...(ItemCollectionMetrics[TableName] ?? []), collection];
  });
  return {
    ...consumption(ctx, capacities, input.ReturnConsumedCapacity),
    ...(Object.keys(ItemCollectionMetrics).length > 0 ? { ItemCollectionMetrics } : {}),
  };
}

function consumption(
  ctx: Context,
  capacities: Map<Table, Capacity>,
  wanted: string | undefined,
): { ConsumedCapacity?: object[] } {
  const ConsumedCapacity = [...capacities.values()].flatMap((capacity) => capacity.spend(ctx, wanted) ?? []);
  return ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {};
}

function checkCount(count: number): void {
  const sentence = `Member must have length ${count === 0 ? 'greater than or equal to 1' : `less than or equal to ${mostActions}`}`;
  if (count === 0 || count > mostActions) throw constraint(`[${count} items]`, 'transactItems', sentence);
}

/** The answer to a request that has been carried out: a repetition reads what it would write, so read units are told. */
function repetition(ctx: Context, input: TransactWriteItemsCommandInput): object | undefined {
  const known = input.ClientRequestToken === undefined ? undefined : tokens(ctx).get(input.ClientRequestToken);
  if (!known || known.untilMs <= ctx.clock.now()) return undefined;
  if (known.digest !== digestOf(input)) {
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.',
    );
  }
  const capacities = new Map<Table, Capacity>();
  for (const entry of input.TransactItems ?? []) {
    const { table, key } = transactWrite(ctx, entry);
    const capacity = capacities.get(table) ?? new Capacity(table, 'read', { transaction: true });
    capacities.set(table, capacity);
    capacity.add(readUnits(readItem(ctx, table, key)?.size ?? 0, { transaction: true }));
  }
  return consumption(ctx, capacities, input.ReturnConsumedCapacity);
}

function remember(ctx: Context, input: TransactWriteItemsCommandInput): void {
  if (input.ClientRequestToken === undefined) return;
  tokens(ctx).put(input.ClientRequestToken, { digest: digestOf(input), untilMs: ctx.clock.now() + tokenMs });
}

function tokens(ctx: Context) {
  return ctx.collection<Token>('dynamodb.transaction-tokens');
}

function digestOf(input: TransactWriteItemsCommandInput): string {
  return createHash('sha256')
    .update(stringifyItem({ L: input.TransactItems } as unknown as Item))
    .digest('hex');
}

function transactWrite(ctx: Context, { Put, Delete, Update, ConditionCheck }: TransactWriteItem): Write {
  const given = [Put, Delete, Update, ConditionCheck].filter((one) => one !== undefined);
  if (given.length !== 1) throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  if (Put) return putWrite(ctx, Put);
  if (Delete) return deleteWrite(ctx, Delete);
  if (Update) return updateWrite(ctx, Update);
  return { ...deleteWrite(ctx, ConditionCheck ?? {}), change: undefined };
}

/** What was there and what comes of it, or why not; updates are tried too, for they may fail by themselves. */
function attempt(ctx: Context, write: Write): Attempt | AwsError {
  try {
    const before = checkWrite(ctx, write);
    return { before, after: write.change?.(before?.item) };
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function refuseLarge(attempts: (Attempt | AwsError)[]): void {
  const bytes = attempts.reduce(
    (sum, one) => sum + (one instanceof AwsError || !one.after ? 0 : sizeOfItem(one.after)),
    0,
  );
  if (bytes > mostBytes) throw validation('Transaction request size has exceeded the maximum of 4 MB');
}

function cancelled(attempts: (Attempt | AwsError)[]): AwsError {
  const CancellationReasons = attempts.map((one) => {
    if (!(one instanceof AwsError)) return { Code: 'None' };
    const Code = one.code === 'ConditionalCheckFailedException' ? 'ConditionalCheckFailed' : 'ValidationError';
    return { Code, Message: one.message, ...(one.members?.Item ? { Item: one.members.Item } : {}) };
  });
  const codes = CancellationReasons.map((reason) => reason.Code).join(', ');
  const sentence = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', sentence, { members: { CancellationReasons } });
}

export function TransactGetItems(ctx: Context, input: TransactGetItemsCommandInput) {
  const entries = input.TransactItems ?? [];
  checkCount(entries.length);
  const reads = entries.map(({ Get = { TableName: '', Key: {} } }) => {
    const placeholders = new Placeholders(Get.ExpressionAttributeNames);
    const paths = projectionOf(Get, placeholders);
    placeholders.checkUsed();
    const table = tableAt(ctx, Get.TableName);
    return { table, key: checkKey(table, Get.Key), paths };
  });
  const keys = reads.map(({ table, key }) => `${table.id}|${canonical({ M: key })}`);
  if (new Set(keys).size !== keys.length)
    throw validation('Transaction request cannot include multiple operations on one item');
  for (const table of new Set(reads.map((read) => read.table))) admit(ctx, table, 'read');
  const capacities = new Map<Table, Capacity>();
  const Responses = reads.map(({ table, key, paths }) => {
    const stored = readItem(ctx, table, key);
    const capacity = capacities.get(table) ?? new Capacity(table, 'read', { transaction: true });
    capacities.set(table, capacity);
    capacity.add(readUnits(stored?.size ?? 0, { transaction: true }));
    return stored ? { Item: paths ? project(stored.item, paths) : stored.item } : {};
  });
  return { Responses, ...consumption(ctx, capacities, input.ReturnConsumedCapacity) };
}
