import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { validation } from '../errors.ts';
import { compareNumbers, encodeNumber, normalizeNumber } from './numbers.ts';

export type Item = Record<string, AttributeValue>;
export type TypeName = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'NULL' | 'BOOL';

const typeNames: readonly TypeName[] = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL'];

/** Sizes and depths of "Service, account, and table quotas". */
export const itemSizeLimit = 400 * 1024;
const depthLimit = 32;

export function typeOf(value: AttributeValue): TypeName {
  for (const name of typeNames) if ((value as unknown as Record<string, unknown>)[name] !== undefined) return name;
  throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

/** Checked as DynamoDB does, numbers in their normal form, bytes as Buffers. */
export function checkValue(value: AttributeValue, depth = 0): AttributeValue {
  const given = Object.keys(value).filter((name) => (value as unknown as Record<string, unknown>)[name] !== undefined);
  if (given.length > 1)
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const type = typeOf(value);
  if (depth > depthLimit)
    throw validation(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
  if (type === 'N') return { N: normalizeNumber(value.N ?? '') };
  if (type === 'NULL' && value.NULL !== true)
    throw validation(
      'One or more parameter values were invalid: Null attribute value types must have the value of true',
    );
  if (type === 'M')
    return {
      M: Object.fromEntries(Object.entries(value.M ?? {}).map(([name, inner]) => [name, checkValue(inner, depth + 1)])),
    };
  if (type === 'L') return { L: (value.L ?? []).map((inner) => checkValue(inner, depth + 1)) };
  if (type === 'SS' || type === 'NS' || type === 'BS') return checkSet(value, type);
  return value;
}

function checkSet(value: AttributeValue, type: 'SS' | 'NS' | 'BS'): AttributeValue {
  const elements = setElements(value);
  const names = { SS: 'string', NS: 'number', BS: 'binary' };
  if (elements.length === 0)
    throw validation(`One or more parameter values were invalid: An ${names[type]} set  may not be empty`);
  const normal = type === 'NS' ? elements.map((element) => normalizeNumber(element as string)) : elements;
  const keys = normal.map((element) =>
    typeof element === 'string' ? element : Buffer.from(element).toString('base64'),
  );
  if (new Set(keys).size !== keys.length)
    throw validation(
      `One or more parameter values were invalid: Input collection [${keys.join(', ')}] contains duplicates.`,
    );
  return { [type]: normal } as unknown as AttributeValue;
}

export function setElements(value: AttributeValue): (string | Uint8Array)[] {
  return value.SS ?? value.NS ?? value.BS ?? [];
}

/** -1, 0 or 1; undefined when the types differ or have no order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(Buffer.from(a.B), Buffer.from(b.B));
  return undefined;
}

export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  return canonical(a) === canonical(b);
}

/** One text for equal values: members of maps and sets in one order. */
export function canonical(value: AttributeValue): string {
  const type = typeOf(value);
  if (type === 'N') return `N${normalizeNumber(value.N ?? '')}`;
  if (type === 'B') return `B${Buffer.from(value.B ?? []).toString('base64')}`;
  if (type === 'M') {
    const entries = Object.entries(value.M ?? {}).map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
    return `M{${entries.sort().join(',')}}`;
  }
  if (type === 'L') return `L[${(value.L ?? []).map(canonical).join(',')}]`;
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const elements = setElements(value).map((element) =>
      type === 'BS'
        ? Buffer.from(element as Uint8Array).toString('base64')
        : type === 'NS'
          ? normalizeNumber(element as string)
          : (element as string),
    );
    return `${type}${JSON.stringify(elements.sort())}`;
  }
  return `${type}${JSON.stringify(value[type])}`;
}

/** Bytes as DynamoDB counts them ("DynamoDB item sizes and formats"). */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + sizeOfValue(value);
  return size;
}

function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, inner) => sum + 1 + sizeOfValue(inner), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, N) => sum + sizeOfValue({ N }), 0);
  const elements = value.SS ?? value.BS;
  if (elements)
    return (elements as (string | Uint8Array)[]).reduce(
      (sum, element) => sum + (typeof element === 'string' ? Buffer.byteLength(element) : element.length),
      0,
    );
  return 1;
}

/** Bytes that sort as DynamoDB sorts keys of the type. */
export function encodeKey(value: AttributeValue): Buffer {
  if (value.S !== undefined) return Buffer.from(value.S);
  if (value.N !== undefined) return encodeNumber(value.N);
  return Buffer.from(value.B ?? []);
}

/** For the store: bytes as base64. */
export function stringifyItem(item: Item): string {
  return JSON.stringify(item, function replace(this: unknown, key: string, value: unknown) {
    const raw = (this as Record<string, unknown>)[key];
    return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value;
  });
}

export function parseItem(text: string): Item {
  const item = JSON.parse(text) as Item;
  return text.includes('"B') ? (reviveMap(item) as Item) : item;
}

function reviveMap(map: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, revive(value)]));
}

function revive(value: AttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: Buffer.from(value.B as unknown as string, 'base64') };
  if (value.BS !== undefined)
    return { BS: value.BS.map((element) => Buffer.from(element as unknown as string, 'base64')) };
  if (value.M !== undefined) return { M: reviveMap(value.M) };
  return value.L === undefined ? value : { L: value.L.map(revive) };
}
