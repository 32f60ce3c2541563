import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { encodePartition } from '../behaviour/keys.ts';
import { type PageRequest, queryRows, readPage, scanRows } from '../behaviour/pages.ts';
import { type Source, selectionOf, sourceOf, startOf } from '../behaviour/read-source.ts';
import { constraint, validation } from '../errors.ts';
import { type Condition, type Operand, parseCondition } from '../expressions/condition.ts';
import { type KeyCondition, type KeyRange, keyConditions, keyRange } from '../expressions/key-condition.ts';
import { filterOf, legacyKeyConditions } from '../expressions/legacy.ts';
import { checkMixture, projectionOf } from '../expressions/parameters.ts';
import { Placeholders } from '../expressions/placeholders.ts';

const queryParameters = {
  expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  values: ['FilterExpression', 'KeyConditionExpression'],
  legacy: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
};

const scanParameters = {
  expressions: ['ProjectionExpression', 'FilterExpression'],
  values: ['FilterExpression'],
  legacy: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
};

export function Query(ctx: Context, input: QueryCommandInput) {
  checkLimit(input.Limit);
  checkMixture(input, queryParameters);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const keys = keyConditionsOf(input, placeholders);
  const filter =
    parsedFilter(input, placeholders) ?? (input.QueryFilter && filterOf(input.QueryFilter, input.ConditionalOperator));
  const paths = projectionOf(input, placeholders);
  placeholders.checkUsed();
  const source = sourceOf(ctx, input);
  const range = keyRange(keys, source.keys);
  refuseKeyFilter(source, filter, input.QueryFilter ? 'QueryFilter' : 'Filter Expression');
  const start = startOf(source, input.ExclusiveStartKey);
  const pk = encodePartition(range.partition);
  if (start) checkStart(start, pk, range);
  const rows = queryRows(ctx, source, {
    pk,
    forward: input.ScanIndexForward ?? true,
    ...(range.low ? { low: range.low } : {}),
    ...(range.high ? { high: range.high } : {}),
  });
  return readPage(ctx, source, { ...request('Query', source, input, paths), filter, start, rows });
}

function keyConditionsOf(input: QueryCommandInput, placeholders: Placeholders): KeyCondition[] {
  if (input.KeyConditionExpression !== undefined) {
    return keyConditions(parseCondition(input.KeyConditionExpression, placeholders, 'KeyConditionExpression'));
  }
  if (input.KeyConditions) return legacyKeyConditions(input.KeyConditions);
  throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
}

function checkStart(start: { pk: Uint8Array; sk: Uint8Array }, pk: Uint8Array, { low, high }: KeyRange): void {
  if (Buffer.compare(start.pk, pk) !== 0) {
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  }
  const below = low && Buffer.compare(start.sk, low.bytes) < (low.inclusive ? 0 : 1);
  const above = high && Buffer.compare(start.sk, high.bytes) > (high.inclusive ? 0 : -1);
  if (below || above) throw validation('The provided starting key does not match the range key predicate');
}

export function Scan(ctx: Context, input: ScanCommandInput) {
  checkLimit(input.Limit);
  const segment = segmentOf(input);
  checkMixture(input, scanParameters);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const filter =
    parsedFilter(input, placeholders) ?? (input.ScanFilter && filterOf(input.ScanFilter, input.ConditionalOperator));
  const paths = projectionOf(input, placeholders);
  placeholders.checkUsed();
  const source = sourceOf(ctx, input);
  const start = startOf(source, input.ExclusiveStartKey);
  return readPage(ctx, source, {
    ...request('Scan', source, input, paths),
    filter,
    start,
    rows: scanRows(ctx, source, segment),
  });
}

/** "Parallel scan": both parameters or neither. */
function segmentOf({ Segment, TotalSegments }: ScanCommandInput): { number: number; total: number } | undefined {
  if (Segment === undefined && TotalSegments === undefined) return undefined;
  if (TotalSegments === undefined) {
    throw validation(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (Segment === undefined) {
    throw validation(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (TotalSegments < 1)
    throw constraint(TotalSegments, 'totalSegments', 'Member must have value greater than or equal to 1');
  if (TotalSegments > 1_000_000)
    throw constraint(TotalSegments, 'totalSegments', 'Member must have value less than or equal to 1000000');
  if (Segment < 0) throw constraint(Segment, 'segment', 'Member must have value greater than or equal to 0');
  if (Segment >= TotalSegments) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  }
  return { number: Segment, total: TotalSegments };
}

function checkLimit(limit: number | undefined): void {
  if (limit !== undefined && limit < 1)
    throw constraint(limit, 'limit', 'Member must have value greater than or equal to 1');
}

function parsedFilter(input: QueryCommandInput | ScanCommandInput, placeholders: Placeholders): Condition | undefined {
  return input.FilterExpression === undefined
    ? undefined
    : parseCondition(input.FilterExpression, placeholders, 'FilterExpression');
}

function request(
  operation: 'Query' | 'Scan',
  source: Source,
  input: QueryCommandInput | ScanCommandInput,
  paths: ReturnType<typeof projectionOf>,
): Omit<PageRequest, 'filter' | 'start' | 'rows'> {
  const parameter = input.AttributesToGet ? 'AttributesToGet' : 'ProjectionExpression';
  return {
    ...selectionOf(source, input.Select, { paths, parameter }),
    operation,
    limit: input.Limit,
    consistent: input.ConsistentRead,
    returnCapacity: input.ReturnConsumedCapacity,
  };
}

/** A query's filter sees only what its key condition has let through, so key attributes in it are refused. */
function refuseKeyFilter(source: Source, filter: Condition | undefined, what: string): void {
  if (!filter) return;
  const names = new Set(attributesOf(filter));
  const key = source.keys.all.find(({ name }) => names.has(name));
  if (key) throw validation(`${what} can only contain non-primary key attributes: Primary key attribute: ${key.name}`);
}

function attributesOf(condition: Condition): string[] {
  if ('parts' in condition) return condition.parts.flatMap(attributesOf);
  if (condition.kind === 'not') return attributesOf(condition.part);
  return operandsOf(condition).flatMap((operand) => (operand.kind === 'value' ? [] : [String(operand.path[0])]));
}

function operandsOf(condition: Exclude<Condition, { parts: Condition[] } | { kind: 'not' }>): Operand[] {
  if (condition.kind === 'compare') return [condition.left, condition.right];
  if (condition.kind === 'between') return [condition.value, condition.low, condition.high];
  return condition.kind === 'in' ? [condition.value, ...condition.list] : condition.operands;
}
