import type { AttributeValue, AttributeValueUpdate, ExpectedAttributeValue } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { conditionalCheckFailed, validation } from '../errors.ts';
import { applyUpdate } from '../expressions/apply-update.ts';
import { type Condition, parseCondition } from '../expressions/condition.ts';
import { holds } from '../expressions/evaluate.ts';
import { applyLegacyUpdates, expectationOf } from '../expressions/legacy.ts';
import { checkMixture } from '../expressions/parameters.ts';
import type { DocumentPath } from '../expressions/paths.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { parseUpdate, pathsWritten, type Update } from '../expressions/update.ts';
import { schemaOf, type Table, tableAt } from '../state.ts';
import { checkItem, checkKey, checkStored, keyAttributesOf } from './keys.ts';
import { emitCount } from './metrics.ts';
import type { Item } from './values.ts';
import { readItem, type Stored, type Written, writeItem } from './write-item.ts';

/** One write as PutItem, DeleteItem, UpdateItem, batches and transactions share it: what is there, the condition, what comes of it. */
export interface Write {
  table: Table;
  key: Item;
  condition: Condition | undefined;
  /** What becomes of the item; undefined deletes it. Left out for a check alone. */
  change: ((before: Item | undefined) => Item | undefined) | undefined;
  /** What an update writes, for ReturnValues. */
  paths: DocumentPath[] | undefined;
  returnOnFailure: string | undefined;
}

export interface WriteOutcome {
  before: Item | undefined;
  after: Item | undefined;
  written: Written;
}

/** What the inputs of single writes and of a transaction's entries have in common. */
interface Conditional {
  TableName?: string | undefined;
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
  Expected?: Record<string, ExpectedAttributeValue> | undefined;
  ConditionalOperator?: string | undefined;
  ReturnValuesOnConditionCheckFailure?: string | undefined;
}

const conditional = { expressions: ['ConditionExpression'], legacy: ['Expected', 'ConditionalOperator'] };

export function putWrite(ctx: Context, input: Conditional & { Item?: Item | undefined }): Write {
  checkMixture(input, conditional);
  const parsed = conditionOf(input, placeholdersOf(input));
  const table = tableAt(ctx, input.TableName);
  const item = checkItem(table, input.Item ?? {});
  return { table, key: keyAttributesOf(schemaOf(table), item), change: () => item, paths: undefined, ...parsed };
}

export function deleteWrite(ctx: Context, input: Conditional & { Key?: Item | undefined }): Write {
  checkMixture(input, conditional);
  const parsed = conditionOf(input, placeholdersOf(input));
  const table = tableAt(ctx, input.TableName);
  return { table, key: checkKey(table, input.Key), change: () => undefined, paths: undefined, ...parsed };
}

export function updateWrite(
  ctx: Context,
  input: Conditional & {
    Key?: Item | undefined;
    UpdateExpression?: string | undefined;
    AttributeUpdates?: Record<string, AttributeValueUpdate> | undefined;
  },
): Write {
  checkMixture(input, {
    expressions: ['UpdateExpression', 'ConditionExpression'],
    legacy: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
  });
  const placeholders = placeholdersOf(input);
  const update = input.UpdateExpression === undefined ? undefined : parseUpdate(input.UpdateExpression, placeholders);
  const parsed = conditionOf(input, placeholders);
  const table = tableAt(ctx, input.TableName);
  const key = checkKey(table, input.Key);
  const paths = update ? pathsWritten(update) : Object.keys(input.AttributeUpdates ?? {}).map((name) => [name]);
  refuseKeyChange(table, paths);
  const change = (before: Item | undefined): Item => {
    const item = changed(update, input.AttributeUpdates, before ?? key);
    checkStored(table, item, 'update');
    return item;
  };
  return { table, key, change, paths, ...parsed };
}

function changed(
  update: Update | undefined,
  legacy: Record<string, AttributeValueUpdate> | undefined,
  before: Item,
): Item {
  if (update) return applyUpdate(update, before);
  return legacy ? applyLegacyUpdates(legacy, before) : before;
}

function placeholdersOf(input: Conditional): Placeholders {
  return new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
}

function conditionOf(input: Conditional, placeholders: Placeholders): Pick<Write, 'condition' | 'returnOnFailure'> {
  const { ConditionExpression: text } = input;
  const condition = text === undefined ? undefined : parseCondition(text, placeholders, 'ConditionExpression');
  placeholders.checkUsed();
  return {
    condition: condition ?? (input.Expected && expectationOf(input.Expected, input.ConditionalOperator)),
    returnOnFailure: input.ReturnValuesOnConditionCheckFailure,
  };
}

function refuseKeyChange(table: Table, paths: DocumentPath[]): void {
  for (const { name } of schemaOf(table).all) {
    if (!paths.some((path) => path[0] === name)) continue;
    throw validation(
      `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
    );
  }
}

/** What is there now; ConditionalCheckFailedException before anything is changed. */
export function checkWrite(ctx: Context, write: Write): Stored | undefined {
  const before = readItem(ctx, write.table, write.key);
  if (!write.condition || holds(write.condition, before?.item ?? {})) return before;
  emitCount(ctx, write.table, { name: 'ConditionalCheckFailedRequests', value: 1 });
  throw conditionalCheckFailed(write.returnOnFailure === 'ALL_OLD' ? before?.item : undefined);
}

export function performWrite(ctx: Context, write: Write): WriteOutcome {
  const before = checkWrite(ctx, write);
  return applyWrite(ctx, write, before, write.change?.(before?.item));
}

export function applyWrite(
  ctx: Context,
  write: Write,
  before: Stored | undefined,
  after: Item | undefined,
): WriteOutcome {
  return { before: before?.item, after, written: writeItem(ctx, write.table, before, after) };
}
