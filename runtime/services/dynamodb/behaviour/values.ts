import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { validation } from '../errors.ts';
import { compareNumbers, encodeNumber, normalizeNumber } from './numbers.ts';

export type Item = Record<string, AttributeValue>;
export type TypeName = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'NULL' | 'BOOL';

export const typeNames: readonly TypeName[] = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL'];

/** "Service, account, and table quotas": nested attributes. */
const depthLimit = 32;

export function typeOf(value: AttributeValue): TypeName {
  for (const name in value) {
    if ((value as unknown as Record<string, unknown>)[name] !== undefined && name !== '$unknown')
      return name as TypeName;
  }
  throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

/** Checked as DynamoDB does; numbers in their normal form. */
export function checkValue(value: AttributeValue, depth = 0): AttributeValue {
  const type = typeOf(value);
  let given = 0;
  for (const name in value) if ((value as unknown as Record<string, unknown>)[name] !== undefined) given += 1;
  if (given > 1) {
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (depth > depthLimit) {
    throw validation(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
  }
  if (type === 'S' || type === 'BOOL' || type === 'B') return value;
  if (type === 'N') return { N: normalizeNumber(value.N ?? '') };
  if (type === 'M') return { M: checkMap(value.M ?? {}, depth + 1) };
  if (type === 'L') return { L: (value.L ?? []).map((inner) => checkValue(inner, depth + 1)) };
  if (type !== 'NULL') return checkSet(value, type);
  if (value.NULL !== true) {
    throw validation(
      'One or more parameter values were invalid: Null attribute value types must have the value of true',
    );
  }
  return value;
}

export function checkMap(given: Item, depth = 0): Item {
  const map: Item = {};
  for (const name of Object.keys(given)) map[name] = checkValue(given[name] ?? ({} as AttributeValue), depth);
  return map;
}

function checkSet(value: AttributeValue, type: 'SS' | 'NS' | 'BS'): AttributeValue {
  const elements = setElements(value);
  if (elements.length === 0) {
    if (type === 'BS') throw validation('One or more parameter values were invalid: Binary sets should not be empty');
    const word = type === 'SS' ? 'string' : 'number';
    throw validation(`One or more parameter values were invalid: An ${word} set  may not be empty`);
  }
  const normal = type === 'NS' ? elements.map((element) => normalizeNumber(element as string)) : elements;
  const keys = normal.map((element) => (typeof element === 'string' ? element : base64(element)));
  if (new Set(keys).size === keys.length) return { [type]: normal } as unknown as AttributeValue;
  if (type === 'NS') throw validation('Input collection contains duplicates');
  const list = `[${keys.join(', ')}]`;
  const rest = type === 'BS' ? `${list}of type BS contains duplicates.` : `${list} contains duplicates.`;
  throw validation(`One or more parameter values were invalid: Input collection ${rest}`);
}

export function setElements(value: AttributeValue): (string | Uint8Array)[] {
  return value.SS ?? value.NS ?? value.BS ?? [];
}

/** -1, 0 or 1; undefined when the types differ or have no order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.S !== undefined && b.S !== undefined)
    return a.S === b.S ? 0 : Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B);
  return undefined;
}

export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a.S !== undefined) return a.S === b.S;
  return canonical(a) === canonical(b);
}

/** One text for equal values: members of maps and sets in one order. */
export function canonical(value: AttributeValue): string {
  const type = typeOf(value);
  if (type === 'N') return `N${normalizeNumber(value.N ?? '')}`;
  if (type === 'B') return `B${base64(value.B ?? new Uint8Array())}`;
  if (type === 'L') return `L[${(value.L ?? []).map(canonical).join(',')}]`;
  if (type === 'M') {
    const entries = Object.entries(value.M ?? {}).map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
    return `M{${entries.sort().join(',')}}`;
  }
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const texts = setElements(value).map((element) => elementText(element, type));
    return `${type}${JSON.stringify(texts.sort())}`;
  }
  return `${type}${JSON.stringify(value[type])}`;
}

function elementText(element: string | Uint8Array, type: string): string {
  if (typeof element !== 'string') return base64(element);
  return type === 'NS' ? normalizeNumber(element) : element;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Bytes that sort as DynamoDB sorts keys of the type. */
export function encodeKey(value: AttributeValue): Buffer {
  if (value.S !== undefined) return Buffer.from(value.S);
  if (value.N !== undefined) return encodeNumber(value.N);
  return Buffer.from(value.B ?? []);
}

/** How DynamoDB writes a value in its sentences: {S:abc}. */
export function describeValue(value: AttributeValue): string {
  const type = typeOf(value);
  const inner = value[type];
  return `{${type}:${inner instanceof Uint8Array ? base64(inner) : typeof inner === 'object' ? JSON.stringify(inner) : String(inner)}}`;
}
