import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { sizeOfNumber } from './numbers.ts';
import type { Item } from './values.ts';

/** "Service, account, and table quotas": an item with its attribute names. */
export const itemSizeLimit = 400 * 1024;

/** Bytes as DynamoDB counts them ("DynamoDB item sizes and formats"). */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const name of Object.keys(item)) size += Buffer.byteLength(name) + sizeOfValue(item[name]);
  return size;
}

function sizeOfValue(value: AttributeValue | undefined): number {
  if (value === undefined) return 0;
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, inner) => sum + 1 + sizeOfValue(inner), 0);
  if (value.SS !== undefined) return value.SS.reduce((sum, element) => sum + Buffer.byteLength(element), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, element) => sum + sizeOfNumber(element), 0);
  if (value.BS !== undefined) return value.BS.reduce((sum, element) => sum + element.length, 0);
  return 1;
}
