import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { validation } from '../errors.ts';
import { type Index, type KeyAttributes, keysOf, type Table } from '../state.ts';
import { type Position, position } from './item-table.ts';
import { checkValue, encodeKey, type Item, itemSizeLimit, sizeOfItem, typeOf } from './values.ts';

/** A Key parameter: exactly the key attributes, of their types, and not empty. */
export function checkKey(table: Table, key: Item | undefined): Item {
  const { partition, sort } = keysOf(table);
  const wanted = [partition, ...(sort ? [sort] : [])];
  if (!key || Object.keys(key).length !== wanted.length)
    throw validation('The provided key element does not match the schema');
  for (const { name, type } of wanted) {
    const value = key[name];
    if (value === undefined || typeOf(value) !== type)
      throw validation('The provided key element does not match the schema');
    checkKeyValue(name, value, name === partition.name ? 2048 : 1024);
  }
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, checkValue(value)]));
}

function checkKeyValue(name: string, value: AttributeValue, limit: number): void {
  const length = value.S === undefined ? (value.B?.length ?? 1) : Buffer.byteLength(value.S);
  if (length === 0) {
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === undefined ? 'binary' : 'string'} value. Key: ${name}`,
    );
  }
  if (length > limit) {
    const which = limit === 2048 ? 'hashkey' : 'rangekey';
    throw validation(
      `One or more parameter values were invalid: Size of ${which} has exceeded the maximum size limit of ${limit} bytes`,
    );
  }
}

/** A whole item to be stored: values checked, key attributes there and of their types, index keys of theirs, at most 400 KB. */
export function checkItem(table: Table, given: Item, indexes: Index[]): Item {
  const item = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, checkValue(value)]));
  const { partition, sort } = keysOf(table);
  for (const key of [partition, ...(sort ? [sort] : [])]) {
    const value = item[key.name];
    if (value === undefined)
      throw validation(`One or more parameter values were invalid: Missing the key ${key.name} in the item`);
    checkType(key, value);
    checkKeyValue(key.name, value, key === partition ? 2048 : 1024);
  }
  for (const index of indexes) checkIndexKeys(index, item);
  if (sizeOfItem(item) > itemSizeLimit) throw validation('Item size has exceeded the maximum allowed size');
  return item;
}

function checkType(key: { name: string; type: string }, value: AttributeValue): void {
  const actual = typeOf(value);
  if (actual !== key.type)
    throw validation(
      `One or more parameter values were invalid: Type mismatch for key ${key.name} expected: ${key.type} actual: ${actual}`,
    );
}

function checkIndexKeys(index: Index, item: Item): void {
  for (const key of [index.keys.partition, ...(index.keys.sort ? [index.keys.sort] : [])]) {
    const value = item[key.name];
    if (value === undefined) continue;
    const actual = typeOf(value);
    if (actual !== key.type) {
      throw validation(
        `One or more parameter values were invalid: Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${actual} IndexName: ${index.name}`,
      );
    }
    if ((value.S ?? 'x') === '') {
      throw validation(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.name}, IndexKey: ${key.name}`,
      );
    }
  }
}

/** Where an item of the table stands. */
export function placeOf(keys: KeyAttributes, item: Item): Position {
  const partition = item[keys.partition.name];
  const sort = keys.sort && item[keys.sort.name];
  if (!partition) throw new Error('an item without its partition key');
  return position(encodeKey(partition), sort ? encodeKey(sort) : undefined);
}

/** Where the item stands in an index; undefined when it lacks a key of the index and so is not in it. */
export function placeInIndex(index: Index, at: Position, item: Item): Position | undefined {
  const partition = item[index.keys.partition.name];
  const sort = index.keys.sort && item[index.keys.sort.name];
  if (partition === undefined || (index.keys.sort && sort === undefined)) return undefined;
  return position(encodeKey(partition), sort ? encodeKey(sort) : undefined, at.pk, at.sk);
}

export function keyAttributesOf(keys: KeyAttributes, item: Item): Item {
  const result: Item = {};
  for (const key of [keys.partition, ...(keys.sort ? [keys.sort] : [])]) {
    const value = item[key.name];
    if (value !== undefined) result[key.name] = value;
  }
  return result;
}
