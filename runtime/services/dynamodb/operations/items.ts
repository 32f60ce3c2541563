import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { consumed, readUnits, writeUnits } from '../behaviour/capacity.ts';
import { checkItem, checkKey } from '../behaviour/keys.ts';
import { type Item, sizeOfItem } from '../behaviour/values.ts';
import { readItem, writeItem } from '../behaviour/write-item.ts';
import { conditionalCheckFailed, validation } from '../errors.ts';
import { holds, parseCondition } from '../expressions/condition.ts';
import { type DocumentPath, resolvePath } from '../expressions/paths.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { parseProjection, project } from '../expressions/projection.ts';
import { applyUpdate, parseUpdate, type Update } from '../expressions/update.ts';
import { indexesOf, keysOf, type Table, tableAt } from '../state.ts';

export function GetItem(ctx: Context, input: GetItemCommandInput) {
  const table = tableAt(ctx, input.TableName);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, undefined);
  const paths =
    input.ProjectionExpression === undefined ? undefined : parseProjection(input.ProjectionExpression, placeholders);
  placeholders.checkUsed();
  const item = readItem(ctx, table, checkKey(table, input.Key));
  const units = readUnits(item ? sizeOfItem(item) : 0, { consistent: input.ConsistentRead });
  return {
    ...(item ? { Item: paths ? project(item, paths) : item } : {}),
    ...consumed(ctx, table, { read: units }, input.ReturnConsumedCapacity),
  };
}

/** One write as PutItem, DeleteItem, UpdateItem and transactions share it: what is there, the condition, what comes of it. */
export interface Write {
  table: Table;
  key: Item;
  /** Undefined deletes; never called for a check alone. */
  change: ((before: Item | undefined) => Item | undefined) | undefined;
  condition: {
    text: string | undefined;
    names: Record<string, string> | undefined;
    values: PutItemCommandInput['ExpressionAttributeValues'];
    placeholders?: Placeholders;
  };
  returnOnFailure: string | undefined;
}

export interface WriteOutcome {
  before: Item | undefined;
  after: Item | undefined;
}

/** Throws ConditionalCheckFailedException before anything is changed. */
export function checkWrite(ctx: Context, write: Write): Item | undefined {
  const { text, names, values, placeholders = new Placeholders(names, values) } = write.condition;
  const condition = text === undefined ? undefined : parseCondition(text, placeholders, 'ConditionExpression');
  placeholders.checkUsed();
  const before = readItem(ctx, write.table, write.key);
  if (condition && !holds(condition, before ?? {})) {
    ctx.events.emit('metric', {
      namespace: 'AWS/DynamoDB',
      name: 'ConditionalCheckFailedRequests',
      dimensions: { TableName: write.table.TableName },
      value: 1,
      unit: 'Count',
      timeMs: ctx.clock.now(),
      region: write.table.region,
      account: write.table.account,
    });
    throw conditionalCheckFailed(write.returnOnFailure === 'ALL_OLD' ? before : undefined);
  }
  return before;
}

export function performWrite(ctx: Context, write: Write): WriteOutcome {
  const before = checkWrite(ctx, write);
  const after = write.change?.(before);
  writeItem(ctx, write.table, before, after);
  return { before, after };
}

export function putWrite(ctx: Context, input: Omit<PutItemCommandInput, 'ReturnValues'>): Write {
  const table = tableAt(ctx, input.TableName);
  refuseLegacy(input, ['Expected', 'ConditionalOperator']);
  const item = checkItem(table, input.Item ?? {}, indexesOf(table));
  const keys = keysOf(table);
  const key = Object.fromEntries(
    [keys.partition, ...(keys.sort ? [keys.sort] : [])].map(({ name }) => [name, item[name]]),
  ) as Item;
  return {
    table,
    key,
    change: () => item,
    condition: conditionOf(input),
    returnOnFailure: input.ReturnValuesOnConditionCheckFailure,
  };
}

export function deleteWrite(ctx: Context, input: Omit<DeleteItemCommandInput, 'ReturnValues'>): Write {
  const table = tableAt(ctx, input.TableName);
  refuseLegacy(input, ['Expected', 'ConditionalOperator']);
  return {
    table,
    key: checkKey(table, input.Key),
    change: () => undefined,
    condition: conditionOf(input),
    returnOnFailure: input.ReturnValuesOnConditionCheckFailure,
  };
}

export function updateWrite(
  ctx: Context,
  input: Omit<UpdateItemCommandInput, 'ReturnValues'>,
): Write & { update: Update | undefined } {
  const table = tableAt(ctx, input.TableName);
  refuseLegacy(input, ['Expected', 'ConditionalOperator', 'AttributeUpdates']);
  const key = checkKey(table, input.Key);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const update = input.UpdateExpression === undefined ? undefined : parseUpdate(input.UpdateExpression, placeholders);
  if (update) refuseKeyChange(table, update);
  const change = (before: Item | undefined): Item =>
    checkItem(table, update ? applyUpdate(update, before ?? key) : (before ?? key), indexesOf(table));
  return {
    table,
    key,
    update,
    change,
    condition: { ...conditionOf(input), placeholders },
    returnOnFailure: input.ReturnValuesOnConditionCheckFailure,
  };
}

function conditionOf(input: {
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: PutItemCommandInput['ExpressionAttributeValues'];
}): Write['condition'] {
  return {
    text: input.ConditionExpression,
    names: input.ExpressionAttributeNames,
    values: input.ExpressionAttributeValues,
  };
}

/** Parameters from before expressions existed ("Legacy conditional parameters"). */
export function refuseLegacy(input: object, names: string[]): void {
  for (const name of names) {
    if ((input as Record<string, unknown>)[name] !== undefined)
      throw validation(`${name} is a legacy parameter that Orrery refuses; use the expression that replaces it.`);
  }
}

function refuseKeyChange(table: Table, update: Update): void {
  const { partition, sort } = keysOf(table);
  const paths: DocumentPath[] = [...update.set, ...update.add, ...update.delete]
    .map((one) => one.path)
    .concat(update.remove);
  const touched = paths.find((path) => path[0] === partition.name || path[0] === sort?.name);
  if (touched)
    throw validation(
      `One or more parameter values were invalid: Cannot update attribute ${touched[0]}. This attribute is part of the key`,
    );
}

export function PutItem(ctx: Context, input: PutItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const write = putWrite(ctx, input);
  const { before, after } = performWrite(ctx, write);
  return {
    ...(input.ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {}),
    ...writeCapacity(ctx, write.table, before, after, input.ReturnConsumedCapacity),
  };
}

export function DeleteItem(ctx: Context, input: DeleteItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const write = deleteWrite(ctx, input);
  const { before } = performWrite(ctx, write);
  return {
    ...(input.ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {}),
    ...writeCapacity(ctx, write.table, before, undefined, input.ReturnConsumedCapacity),
  };
}

export function UpdateItem(ctx: Context, input: UpdateItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']);
  const write = updateWrite(ctx, input);
  const { before, after } = performWrite(ctx, write);
  return {
    ...returnedAttributes(input.ReturnValues, write.update, { before, after }),
    ...writeCapacity(ctx, write.table, before, after, input.ReturnConsumedCapacity),
  };
}

function checkReturnValues(value: string | undefined, allowed: string[]): void {
  if (value !== undefined && !allowed.includes(value)) throw validation('Return values set to invalid value');
}

function returnedAttributes(
  wanted: string | undefined,
  update: Update | undefined,
  { before, after }: WriteOutcome,
): object {
  if (wanted === 'ALL_OLD') return before ? { Attributes: before } : {};
  if (wanted === 'ALL_NEW') return { Attributes: after };
  if (wanted !== 'UPDATED_OLD' && wanted !== 'UPDATED_NEW') return {};
  const source = wanted === 'UPDATED_OLD' ? before : after;
  const paths = update
    ? [...update.set, ...update.add, ...update.delete].map((one) => one.path).concat(update.remove)
    : [];
  if (!source) return {};
  const Attributes = project(
    source,
    paths.filter((path) => resolvePath(source, path) !== undefined),
  );
  return Object.keys(Attributes).length > 0 ? { Attributes } : {};
}

function writeCapacity(
  ctx: Context,
  table: Table,
  before: Item | undefined,
  after: Item | undefined,
  wanted: string | undefined,
): object {
  const bytes = Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0);
  return consumed(ctx, table, { write: writeUnits(bytes) }, wanted);
}
