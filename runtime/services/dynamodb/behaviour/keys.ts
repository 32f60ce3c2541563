import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { validation } from '../errors.ts';
import { type Index, type KeyAttribute, type KeyAttributes, schemaOf, type Table } from '../state.ts';
import { itemSizeLimit, sizeOfItem } from './item-sizes.ts';
import { type Position, position } from './item-table.ts';
import { checkMap, checkValue, encodeKey, type Item, typeOf } from './values.ts';

const partitionLimit = 2048;
const sortLimit = 1024;

/** A Key parameter: exactly the key attributes, of their types, and not empty. */
export function checkKey(table: Table, key: Item | undefined): Item {
  const schema = schemaOf(table);
  const checked: Item = {};
  if (!key || Object.keys(key).length !== schema.all.length) throw keyMismatch();
  for (const attribute of schema.all) {
    const value = Object.hasOwn(key, attribute.name) ? key[attribute.name] : undefined;
    if (value === undefined || typeOf(value) !== attribute.type) throw keyMismatch();
    checked[attribute.name] = checkValue(value);
    checkKeyValue(attribute, value, attribute === schema.partition ? partitionLimit : sortLimit);
  }
  return checked;
}

function keyMismatch(): Error {
  return validation('The provided key element does not match the schema');
}

export function checkKeyValue(key: KeyAttribute, value: AttributeValue, limit: number): void {
  if (value.N !== undefined) return;
  const length = value.S === undefined ? (value.B?.length ?? 1) : Buffer.byteLength(value.S);
  if (length === 0) {
    const word = value.S === undefined ? 'binary' : 'string';
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${word} value. Key: ${key.name}`,
    );
  }
  if (length <= limit) return;
  // The missing space is the service's.
  const sentence =
    limit === partitionLimit
      ? `Size of hashkey has exceeded the maximum size limit of${limit} bytes`
      : `Aggregated size of all range keys has exceeded the size limit of ${limit} bytes`;
  throw validation(`One or more parameter values were invalid: ${sentence}`);
}

/** A whole item to be stored: values checked, key attributes there and of their types, index keys of theirs, at most 400 KB. */
export function checkItem(table: Table, given: Item): Item {
  const item = checkMap(given);
  checkStored(table, item, 'put');
  return item;
}

/** The same for what an update makes of an item, whose values have been checked. */
export function checkStored(table: Table, item: Item, how: 'put' | 'update'): void {
  const schema = schemaOf(table);
  for (const key of schema.all) {
    const value = Object.hasOwn(item, key.name) ? item[key.name] : undefined;
    if (value === undefined)
      throw validation(`One or more parameter values were invalid: Missing the key ${key.name} in the item`);
    const actual = typeOf(value);
    if (actual !== key.type) {
      throw validation(
        `One or more parameter values were invalid: Type mismatch for key ${key.name} expected: ${key.type} actual: ${actual}`,
      );
    }
    checkKeyValue(key, value, key === schema.partition ? partitionLimit : sortLimit);
  }
  for (const index of schema.indexes) checkIndexKeys(index, item, how);
  if (sizeOfItem(item) > itemSizeLimit) {
    throw validation(`Item size ${how === 'update' ? 'to update ' : ''}has exceeded the maximum allowed size`);
  }
}

function checkIndexKeys(index: Index, item: Item, how: 'put' | 'update'): void {
  for (const key of index.keys.all) {
    const value = item[key.name];
    if (value === undefined) continue;
    const actual = typeOf(value);
    if (actual !== key.type) {
      const sentence = `Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${actual} IndexName: ${index.name}`;
      throw validation(`One or more parameter values were invalid: ${sentence}`);
    }
    if (value.S !== '' && value.B?.length !== 0) continue;
    const word = value.S === '' ? 'string' : 'binary';
    const lead =
      how === 'put'
        ? 'A value specified for a secondary index key is not supported.'
        : 'The update expression attempted to update a secondary index key to a value that is not supported.';
    const rest = how === 'put' ? ` IndexName: ${index.name}, IndexKey: ${key.name}` : '';
    throw validation(
      `One or more parameter values are not valid. ${lead} The AttributeValue for a key attribute cannot contain an empty ${word} value.${rest}`,
    );
  }
}

/** Where an item of the table stands. */
export function placeOf(keys: KeyAttributes, item: Item): Position {
  const partition = item[keys.partition.name];
  const sort = keys.sort && item[keys.sort.name];
  if (!partition) throw new Error('an item without its partition key');
  return position(encodePartition(partition), sort ? encodeKey(sort) : undefined);
}

/** Where the item stands in an index; undefined when it lacks a key of the index and so is not in it. */
export function placeInIndex(index: Index, at: Position, item: Item): Position | undefined {
  const partition = item[index.keys.partition.name];
  const sort = index.keys.sort && item[index.keys.sort.name];
  if (partition === undefined || (index.keys.sort && sort === undefined)) return undefined;
  return position(encodePartition(partition), sort ? encodeKey(sort) : undefined, at.pk, at.sk);
}

/**
 * A partition key behind four bytes of its hash, so that a scan has DynamoDB's order (none that an application could
 * rely on) and a segment of a parallel scan is one range of hashes.
 */
export function encodePartition(value: AttributeValue): Buffer {
  const key = encodeKey(value);
  const bytes = Buffer.allocUnsafe(4 + key.length);
  bytes.writeUInt32BE(hashOf(key), 0);
  key.copy(bytes, 4);
  return bytes;
}

/** FNV-1a, its bits mixed once more because keys that differ in their last byte alone must spread over all segments. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index += 1) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function keyAttributesOf(keys: KeyAttributes, item: Item): Item {
  const result: Item = {};
  for (const key of keys.all) {
    const value = item[key.name];
    if (value !== undefined) result[key.name] = value;
  }
  return result;
}
