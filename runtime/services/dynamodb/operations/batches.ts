import { createHash } from 'node:crypto';
import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  TransactGetItemsCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { consumed, readUnits, writeUnits } from '../behaviour/capacity.ts';
import { checkKey } from '../behaviour/keys.ts';
import { canonical, type Item, sizeOfItem, stringifyItem } from '../behaviour/values.ts';
import { readItem, writeItem } from '../behaviour/write-item.ts';
import { validation } from '../errors.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { parseProjection, project } from '../expressions/projection.ts';
import { tableAt } from '../state.ts';
import { checkWrite, deleteWrite, performWrite, putWrite, updateWrite, type Write } from './items.ts';

/** BatchGetItem: 100 items and 16 MB; BatchWriteItem: 25 ("Working with items: batch operations"). */
const batchBytes = 16 * 1024 * 1024;

export function BatchGetItem(ctx: Context, input: BatchGetItemCommandInput) {
  const requests = Object.entries(input.RequestItems ?? {});
  const total = requests.reduce((sum, [, request]) => sum + (request.Keys?.length ?? 0), 0);
  if (total === 0) throw validation('The batch get request list for a table cannot be null or empty');
  if (total > 100) throw validation('Too many items requested for the BatchGetItem call');
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, object> = {};
  const ConsumedCapacity: object[] = [];
  let bytes = 0;
  for (const [name, request] of requests) {
    const table = tableAt(ctx, name);
    const placeholders = new Placeholders(request.ExpressionAttributeNames, undefined);
    const paths =
      request.ProjectionExpression === undefined
        ? undefined
        : parseProjection(request.ProjectionExpression, placeholders);
    placeholders.checkUsed();
    const keys = (request.Keys ?? []).map((key) => checkKey(table, key));
    if (new Set(keys.map((key) => canonical({ M: key }))).size !== keys.length)
      throw validation('Provided list of item keys contains duplicates');
    const found: Item[] = [];
    const rest: Item[] = [];
    let units = 0;
    for (const key of keys) {
      if (bytes > batchBytes) {
        rest.push(key);
        continue;
      }
      const item = readItem(ctx, table, key);
      units += readUnits(item ? sizeOfItem(item) : 0, { consistent: request.ConsistentRead });
      bytes += item ? sizeOfItem(item) : 0;
      if (item) found.push(paths ? project(item, paths) : item);
    }
    Responses[name] = found;
    if (rest.length > 0) UnprocessedKeys[name] = { ...request, Keys: rest };
    const capacity = consumed(ctx, table, { read: units }, input.ReturnConsumedCapacity) as {
      ConsumedCapacity?: object;
    };
    if (capacity.ConsumedCapacity) ConsumedCapacity.push(capacity.ConsumedCapacity);
  }
  return { Responses, UnprocessedKeys, ...(ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {}) };
}

export function BatchWriteItem(ctx: Context, input: BatchWriteItemCommandInput) {
  const requests = Object.entries(input.RequestItems ?? {}).flatMap(([TableName, list]) =>
    list.map((request) => ({ TableName, request })),
  );
  if (requests.length === 0) throw validation('The batch write request list for a table cannot be null or empty');
  if (requests.length > 25) throw validation('Too many items requested for the BatchWriteItem call');
  const writes = requests.map(({ TableName, request }) => {
    if (request.PutRequest) return putWrite(ctx, { TableName, Item: request.PutRequest.Item });
    if (request.DeleteRequest) return deleteWrite(ctx, { TableName, Key: request.DeleteRequest.Key });
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  });
  refuseTwice(writes, 'Provided list of item keys contains duplicates');
  for (const write of writes) {
    const { before, after } = performWrite(ctx, write);
    consumed(
      ctx,
      write.table,
      { write: writeUnits(Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0)) },
      undefined,
    );
  }
  return { UnprocessedItems: {} };
}

function refuseTwice(writes: Write[], message: string): void {
  const keys = writes.map((write) => `${write.table.TableArn}|${canonical({ M: write.key })}`);
  if (new Set(keys).size !== keys.length) throw validation(message);
}

/** "Amazon DynamoDB transactions": all or nothing, a token makes a repetition within ten minutes harmless. */
const tokenMs = 10 * 60_000;

export function TransactWriteItems(ctx: Context, input: TransactWriteItemsCommandInput) {
  const entries = input.TransactItems ?? [];
  if (entries.length === 0 || entries.length > 100)
    throw validation(
      "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100",
    );
  const tokens = ctx.collection<{ digest: string; untilMs: number }>('dynamodb.transaction-tokens');
  const token = input.ClientRequestToken;
  const digest = createHash('sha256')
    .update(stringifyItem(entries as unknown as Item))
    .digest('hex');
  const known = token === undefined ? undefined : tokens.get(token);
  if (known && known.untilMs > ctx.clock.now()) {
    if (known.digest !== digest)
      throw new AwsError(
        'IdempotentParameterMismatchException',
        'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.',
      );
    return {};
  }
  const writes = entries.map((entry) => transactWrite(ctx, entry));
  refuseTwice(writes, 'Transaction request cannot include multiple operations on one item');
  const outcomes = writes.map((write) => attempt(ctx, write));
  if (outcomes.some((outcome) => outcome instanceof AwsError)) throw cancelled(outcomes);
  outcomes.forEach((before, index) => {
    const write = writes[index];
    if (!write?.change || before instanceof AwsError) return;
    const after = write.change(before);
    writeItem(ctx, write.table, before, after);
    consumed(
      ctx,
      write.table,
      {
        write: writeUnits(Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0), {
          transaction: true,
        }),
      },
      undefined,
    );
  });
  if (token !== undefined) tokens.put(token, { digest, untilMs: ctx.clock.now() + tokenMs });
  for (const [old, { untilMs }] of tokens.entries()) if (untilMs <= ctx.clock.now()) tokens.delete(old);
  return {};
}

function transactWrite(ctx: Context, entry: TransactWriteItem): Write {
  const { Put, Delete, Update, ConditionCheck } = entry;
  if ([Put, Delete, Update, ConditionCheck].filter(Boolean).length !== 1)
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  if (Put) return putWrite(ctx, Put);
  if (Delete) return deleteWrite(ctx, Delete);
  if (Update) return updateWrite(ctx, Update);
  const check = deleteWrite(ctx, ConditionCheck ?? ({} as never));
  return { ...check, change: undefined };
}

/** What was there, or why not; updates are tried too, for they may fail by themselves. */
function attempt(ctx: Context, write: Write): Item | undefined | AwsError {
  try {
    const before = checkWrite(ctx, write);
    write.change?.(before);
    return before;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function cancelled(outcomes: (Item | undefined | AwsError)[]): AwsError {
  const CancellationReasons = outcomes.map((outcome) => {
    if (!(outcome instanceof AwsError)) return { Code: 'None' };
    const Code = outcome.code === 'ConditionalCheckFailedException' ? 'ConditionalCheckFailed' : 'ValidationError';
    return { Code, Message: outcome.message, ...(outcome.members?.Item ? { Item: outcome.members.Item } : {}) };
  });
  const codes = CancellationReasons.map((reason) => reason.Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { members: { CancellationReasons } },
  );
}

export function TransactGetItems(ctx: Context, input: TransactGetItemsCommandInput) {
  const entries = input.TransactItems ?? [];
  if (entries.length === 0 || entries.length > 100)
    throw validation(
      "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100",
    );
  const Responses = entries.map(({ Get }) => {
    const table = tableAt(ctx, Get?.TableName);
    const placeholders = new Placeholders(Get?.ExpressionAttributeNames, undefined);
    const paths =
      Get?.ProjectionExpression === undefined ? undefined : parseProjection(Get.ProjectionExpression, placeholders);
    placeholders.checkUsed();
    const item = readItem(ctx, table, checkKey(table, Get?.Key));
    consumed(ctx, table, { read: readUnits(item ? sizeOfItem(item) : 0, { transaction: true }) }, undefined);
    return item ? { Item: paths ? project(item, paths) : item } : {};
  });
  return { Responses };
}
