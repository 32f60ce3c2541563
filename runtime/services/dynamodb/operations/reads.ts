import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { consumed, readUnits } from '../behaviour/capacity.ts';
import { itemTable, type Position, position } from '../behaviour/item-table.ts';
import { keyAttributesOf, placeInIndex, placeOf } from '../behaviour/keys.ts';
import { encodeKey, type Item, sizeOfItem } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { type Condition, holds, parseCondition } from '../expressions/condition.ts';
import { keyRange } from '../expressions/key-condition.ts';
import type { DocumentPath } from '../expressions/paths.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import { parseProjection, project } from '../expressions/projection.ts';
import { type Index, indexesOf, type KeyAttributes, keysOf, type Table, tableAt } from '../state.ts';
import { refuseLegacy } from './items.ts';

/** A page holds at most 1 MB before filtering ("Paginating table query results"). */
const pageBytes = 1024 * 1024;

interface Source {
  table: Table;
  index: Index | undefined;
  /** Of the table's rows in the store. */
  id: string;
  keys: KeyAttributes;
}

function sourceOf(
  ctx: Context,
  input: { TableName?: string | undefined; IndexName?: string | undefined; ConsistentRead?: boolean | undefined },
): Source {
  const table = tableAt(ctx, input.TableName);
  if (input.IndexName === undefined) return { table, index: undefined, id: table.id, keys: keysOf(table) };
  const index = indexesOf(table).find((one) => one.name === input.IndexName);
  if (!index) throw validation(`The table does not have the specified index: ${input.IndexName}`);
  if (index.global && input.ConsistentRead)
    throw validation('Consistent reads are not supported on global secondary indexes');
  return { table, index, id: `${table.id}/${index.name}`, keys: index.keys };
}

export function Query(ctx: Context, input: QueryCommandInput) {
  const source = sourceOf(ctx, input);
  refuseLegacy(input, ['KeyConditions', 'QueryFilter', 'ConditionalOperator', 'AttributesToGet']);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  if (!input.KeyConditionExpression)
    throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const range = keyRange(
    parseCondition(input.KeyConditionExpression, placeholders, 'KeyConditionExpression'),
    source.keys,
  );
  const shape = shapeOf(source, input, placeholders);
  const after = startOf(source, input.ExclusiveStartKey);
  const rows = ctx.engine(itemTable).query(source.id, range, { forward: input.ScanIndexForward ?? true, after });
  return readPage(ctx, source, rows, shape, input);
}

export function Scan(ctx: Context, input: ScanCommandInput) {
  const source = sourceOf(ctx, input);
  refuseLegacy(input, ['ScanFilter', 'ConditionalOperator', 'AttributesToGet']);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const shape = shapeOf(source, input, placeholders);
  const after = startOf(source, input.ExclusiveStartKey);
  return readPage(ctx, source, segment(ctx.engine(itemTable).scan(source.id, after), input), shape, input);
}

/** A parallel scan's share of the partitions. */
function* segment(
  rows: Iterable<Position & { item: Item }>,
  { Segment, TotalSegments }: ScanCommandInput,
): Generator<Position & { item: Item }> {
  if (TotalSegments === undefined) return yield* rows;
  if (Segment === undefined || Segment >= TotalSegments || Segment < 0)
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  for (const row of rows) {
    let hash = 0;
    for (const byte of row.pk) hash = (hash * 31 + byte) >>> 0;
    if (hash % TotalSegments === Segment) yield row;
  }
}

interface PageShape {
  filter: Condition | undefined;
  paths: DocumentPath[] | undefined;
  countOnly: boolean;
}

function shapeOf(source: Source, input: QueryCommandInput | ScanCommandInput, placeholders: Placeholders): PageShape {
  const filter =
    input.FilterExpression === undefined
      ? undefined
      : parseCondition(input.FilterExpression, placeholders, 'FilterExpression');
  const paths =
    input.ProjectionExpression === undefined ? undefined : parseProjection(input.ProjectionExpression, placeholders);
  placeholders.checkUsed();
  if (input.Limit !== undefined && input.Limit < 1) throw validation('Limit must be greater than or equal to 1');
  const select = input.Select ?? (paths ? 'SPECIFIC_ATTRIBUTES' : 'ALL');
  if (select === 'SPECIFIC_ATTRIBUTES' && !paths)
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  if (paths && select !== 'SPECIFIC_ATTRIBUTES')
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${select}`);
  if (select === 'ALL_ATTRIBUTES' && source.index?.global && source.index.projection.type !== 'ALL') {
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${source.index.name} because its projection type is not ALL`,
    );
  }
  return { filter, paths, countOnly: select === 'COUNT' };
}

function readPage(
  ctx: Context,
  source: Source,
  rows: Iterable<Position & { item: Item }>,
  shape: PageShape,
  input: QueryCommandInput | ScanCommandInput,
) {
  const Items: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  let more = false;
  for (const row of rows) {
    if (scanned === input.Limit || bytes >= pageBytes) {
      more = true;
      break;
    }
    scanned += 1;
    bytes += sizeOfItem(row.item);
    last = row.item;
    if (shape.filter && !holds(shape.filter, row.item)) continue;
    count += 1;
    if (!shape.countOnly) Items.push(shape.paths ? project(row.item, shape.paths) : row.item);
  }
  // A page that is full by Limit says where to go on even when nothing follows, as DynamoDB does.
  const full = more || (input.Limit !== undefined && scanned === input.Limit);
  return {
    ...(shape.countOnly ? {} : { Items }),
    Count: count,
    ScannedCount: scanned,
    ...(full && last ? { LastEvaluatedKey: positionKey(source, last) } : {}),
    ...consumed(
      ctx,
      source.table,
      { read: readUnits(bytes, { consistent: input.ConsistentRead }) },
      input.ReturnConsumedCapacity,
    ),
  };
}

function positionKey(source: Source, item: Item): Item {
  const own = keyAttributesOf(keysOf(source.table), item);
  return source.index ? { ...own, ...keyAttributesOf(source.index.keys, item) } : own;
}

function startOf(source: Source, key: Item | undefined): Position | undefined {
  if (!key) return undefined;
  const wanted = Object.keys(positionKey(source, key));
  const tableKeys = keysOf(source.table);
  const needed = new Set(
    [
      tableKeys.partition.name,
      tableKeys.sort?.name,
      source.index?.keys.partition.name,
      source.index?.keys.sort?.name,
    ].filter(Boolean),
  );
  if (wanted.length !== needed.size || Object.keys(key).length !== needed.size)
    throw validation('The provided starting key is invalid: The provided key element does not match the schema');
  const at = placeOf(tableKeys, key);
  if (!source.index) return at;
  const place = placeInIndex(source.index, at, key);
  return place ?? position(encodeKey({ S: '' }));
}
