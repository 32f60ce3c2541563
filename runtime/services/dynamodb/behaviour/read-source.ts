import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import type { DocumentPath } from '../expressions/paths.ts';
import { type Index, type KeyAttributes, schemaOf, type Table, tableAt } from '../state.ts';
import { type Position, position } from './item-table.ts';
import { encodePartition, keyAttributesOf } from './keys.ts';
import { checkValue, encodeKey, type Item, typeOf } from './values.ts';

/** What a Query or Scan reads: the table, or one of its indexes. */
export interface Source {
  table: Table;
  index: Index | undefined;
  /** Names its rows in the store. */
  id: string;
  keys: KeyAttributes;
  /** Names of the key attributes of the source and the table: what LastEvaluatedKey holds. */
  keyNames: ReadonlySet<string>;
}

export function sourceOf(
  ctx: Context,
  input: { TableName?: string | undefined; IndexName?: string | undefined; ConsistentRead?: boolean | undefined },
): Source {
  const table = tableAt(ctx, input.TableName);
  const schema = schemaOf(table);
  if (input.IndexName === undefined)
    return { table, index: undefined, id: table.id, keys: schema, keyNames: namesOf(schema) };
  const index = schema.indexes.find((one) => one.name === input.IndexName);
  if (!index) throw validation(`The table does not have the specified index: ${input.IndexName}`);
  if (index.global && input.ConsistentRead)
    throw validation('Consistent reads are not supported on global secondary indexes');
  return { table, index, id: index.source, keys: index.keys, keyNames: namesOf(schema, index.keys) };
}

function namesOf(...keys: KeyAttributes[]): Set<string> {
  return new Set(keys.flatMap((one) => one.all.map((key) => key.name)));
}

/** LastEvaluatedKey for an item of the source. */
export function keyOf(source: Source, item: Item): Item {
  const own = keyAttributesOf(schemaOf(source.table), item);
  return source.index ? { ...own, ...keyAttributesOf(source.keys, item) } : own;
}

/** Where ExclusiveStartKey stands: exactly the key attributes, of their types. */
export function startOf(source: Source, key: Item | undefined): Position | undefined {
  if (!key) return undefined;
  const names = Object.keys(key);
  if (names.length !== source.keyNames.size || !names.every((name) => source.keyNames.has(name)))
    throw validation('The provided starting key is invalid');
  const schema = schemaOf(source.table);
  const checked: Item = {};
  for (const attribute of [...schema.all, ...source.keys.all]) {
    const value = key[attribute.name];
    if (value === undefined || typeOf(value) !== attribute.type) {
      throw validation(
        source.index ? 'The provided starting key is invalid' : 'The provided key element does not match the schema',
      );
    }
    checked[attribute.name] = checkValue(value);
  }
  const own = positionIn(schema, checked);
  return source.index ? { ...positionIn(source.keys, checked), ipk: own.pk, isk: own.sk } : own;
}

function positionIn(keys: KeyAttributes, item: Item): Position {
  const partition = item[keys.partition.name];
  const sort = keys.sort && item[keys.sort.name];
  if (!partition) throw new Error('a key without its partition');
  return position(encodePartition(partition), sort ? encodeKey(sort) : undefined);
}

/** What is told of each item. */
export interface Selection {
  paths: DocumentPath[] | undefined;
  countOnly: boolean;
  /** A local index does not hold all that is wanted: items are read from the table ("Fetching" in its page). */
  fetch: boolean;
}

export function selectionOf(
  source: Source,
  select: string | undefined,
  projection: { paths: DocumentPath[] | undefined; parameter: string },
): Selection {
  const { paths, parameter } = projection;
  const wanted =
    select ?? (paths ? 'SPECIFIC_ATTRIBUTES' : source.index ? 'ALL_PROJECTED_ATTRIBUTES' : 'ALL_ATTRIBUTES');
  if (wanted === 'SPECIFIC_ATTRIBUTES' && !paths) {
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (paths && wanted !== 'SPECIFIC_ATTRIBUTES') {
    const choice = wanted === 'COUNT' ? 'only the Count' : wanted;
    throw validation(`Cannot specify the ${parameter} when choosing to get ${choice}`);
  }
  if (wanted === 'ALL_PROJECTED_ATTRIBUTES' && !source.index) {
    throw validation(
      'One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    );
  }
  return { paths, countOnly: wanted === 'COUNT', fetch: mustFetch(source, wanted, paths) };
}

function mustFetch({ index }: Source, wanted: string, paths: DocumentPath[] | undefined): boolean {
  if (!index || index.projection.type === 'ALL') return false;
  if (wanted === 'ALL_ATTRIBUTES') {
    if (!index.global) return true;
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  const missing = (paths ?? []).map((path) => String(path[0])).filter((name) => !index.projection.attributes.has(name));
  if (missing.length === 0) return false;
  if (!index.global) return true;
  throw validation(
    `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${missing.sort().join(', ')}]`,
  );
}
