import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { Capacity, readUnits } from '../behaviour/capacity.ts';
import { collectionMetrics } from '../behaviour/item-collections.ts';
import { checkKey } from '../behaviour/keys.ts';
import { checkReturnValues, returned } from '../behaviour/return-values.ts';
import { admit } from '../behaviour/throughput.ts';
import { readItem } from '../behaviour/write-item.ts';
import {
  deleteWrite,
  performWrite,
  putWrite,
  updateWrite,
  type Write,
  type WriteOutcome,
} from '../behaviour/writes.ts';
import { checkMixture, projectionOf } from '../expressions/parameters.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { project } from '../expressions/projection.ts';
import { tableAt } from '../state.ts';

export function GetItem(ctx: Context, input: GetItemCommandInput) {
  checkMixture(input, { expressions: ['ProjectionExpression'], legacy: ['AttributesToGet'] });
  const placeholders = new Placeholders(input.ExpressionAttributeNames);
  const paths = projectionOf(input, placeholders);
  placeholders.checkUsed();
  const table = tableAt(ctx, input.TableName);
  const key = checkKey(table, input.Key);
  admit(ctx, table, 'read');
  const found = readItem(ctx, table, key);
  const capacity = new Capacity(table, 'read');
  capacity.add(readUnits(found?.size ?? 0, { consistent: input.ConsistentRead }));
  const ConsumedCapacity = capacity.spend(ctx, input.ReturnConsumedCapacity);
  return {
    ...(found ? { Item: paths ? project(found.item, paths) : found.item } : {}),
    ...(ConsumedCapacity ? { ConsumedCapacity } : {}),
  };
}

export function PutItem(ctx: Context, input: PutItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const write = putWrite(ctx, input);
  const outcome = perform(ctx, write);
  return { ...returned(input.ReturnValues, outcome, undefined), ...accounts(ctx, write, outcome, input) };
}

export function DeleteItem(ctx: Context, input: DeleteItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const write = deleteWrite(ctx, input);
  const outcome = perform(ctx, write);
  return { ...returned(input.ReturnValues, outcome, undefined), ...accounts(ctx, write, outcome, input) };
}

export function UpdateItem(ctx: Context, input: UpdateItemCommandInput) {
  checkReturnValues(input.ReturnValues, ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']);
  const write = updateWrite(ctx, input);
  const outcome = perform(ctx, write);
  return { ...returned(input.ReturnValues, outcome, write.paths), ...accounts(ctx, write, outcome, input) };
}

function perform(ctx: Context, write: Write): WriteOutcome {
  admit(ctx, write.table, 'write');
  return performWrite(ctx, write);
}

function accounts(
  ctx: Context,
  write: Write,
  outcome: WriteOutcome,
  input: PutItemCommandInput | UpdateItemCommandInput | DeleteItemCommandInput,
): object {
  const capacity = new Capacity(write.table, 'write');
  capacity.addWrite(outcome.written);
  const ConsumedCapacity = capacity.spend(ctx, input.ReturnConsumedCapacity);
  const ItemCollectionMetrics = collectionMetrics(ctx, write.table, write.key, input.ReturnItemCollectionMetrics);
  return {
    ...(ConsumedCapacity ? { ConsumedCapacity } : {}),
    ...(ItemCollectionMetrics ? { ItemCollectionMetrics } : {}),
  };
}
