import type { AttributeValue, Condition } from '@aws-sdk/client-dynamodb';
import { schemaOf, type Table } from '../state.ts';

type Key = Record<string, AttributeValue>;

/** What authorization looks at in a request, whichever operation it is of. */
export interface ItemRequest {
  TableName?: string | undefined;
  IndexName?: string | undefined;
  Item?: Key | undefined;
  Key?: Key | undefined;
  Keys?: Key[] | undefined;
  Select?: string | undefined;
  ReturnValues?: string | undefined;
  ReturnConsumedCapacity?: string | undefined;
  ProjectionExpression?: string | undefined;
  FilterExpression?: string | undefined;
  ConditionExpression?: string | undefined;
  UpdateExpression?: string | undefined;
  KeyConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Key | undefined;
  AttributesToGet?: string[] | undefined;
  AttributeUpdates?: object | undefined;
  Expected?: object | undefined;
  KeyConditions?: Record<string, Condition> | undefined;
  /** The transaction that it is part of. */
  enclosing?: string;
}

// biome-ignore format: one word a line would say no more
const notAttributes = new Set([
  'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'SET', 'REMOVE', 'ADD', 'DELETE',
  'ATTRIBUTE_EXISTS', 'ATTRIBUTE_NOT_EXISTS', 'ATTRIBUTE_TYPE', 'BEGINS_WITH', 'CONTAINS', 'SIZE', 'IF_NOT_EXISTS', 'LIST_APPEND',
]);

/**
 * Names of the top-level attributes a request reads or writes (`dynamodb:Attributes`). A read without a projection asks
 * for all of them, which no list can say: the key is then left out, and a policy must ask for Select as well.
 */
export function attributesIn(action: string, request: ItemRequest, table: Table): string[] | undefined {
  const names = new Set<string>();
  for (const expression of [
    request.ProjectionExpression,
    request.FilterExpression,
    request.ConditionExpression,
    request.UpdateExpression,
    request.KeyConditionExpression,
  ]) {
    if (expression !== undefined)
      for (const name of topLevelNames(expression, request.ExpressionAttributeNames ?? {})) names.add(name);
  }
  for (const name of request.AttributesToGet ?? []) names.add(name);
  for (const map of [request.Item, request.Key, request.AttributeUpdates, request.Expected, request.KeyConditions]) {
    for (const name of Object.keys(map ?? {})) names.add(name);
  }
  for (const key of request.Keys ?? []) for (const name of Object.keys(key)) names.add(name);
  if (['Query', 'Scan', 'GetItem', 'BatchGetItem'].includes(action))
    for (const { name } of schemaOf(table).all) names.add(name);
  return names.size === 0 ? undefined : [...names];
}

function topLevelNames(expression: string, names: Record<string, string>): string[] {
  return [...expression.matchAll(/(?<![.\w#:])#?[A-Za-z_][A-Za-z0-9_]*/g)]
    .map(([word]) => (word.startsWith('#') ? (names[word] ?? word) : word))
    .filter((word) => !notAttributes.has(word.toUpperCase()));
}
