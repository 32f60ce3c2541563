import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { encodeKey, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import type { Condition, Operand } from './condition.ts';

export interface KeyAttribute {
  name: string;
  type: string;
}

/** A range of encoded sort keys. */
export interface KeyRange {
  partition: AttributeValue;
  low?: { bytes: Buffer; inclusive: boolean };
  high?: { bytes: Buffer; inclusive: boolean };
}

/** "Key condition expressions": equality on the partition key, and at most one condition on the sort key. */
export function keyRange(
  condition: Condition,
  keys: { partition: KeyAttribute; sort: KeyAttribute | undefined },
): KeyRange {
  const parts = condition.kind === 'and' ? condition.parts : [condition];
  let partition: AttributeValue | undefined;
  let sort: Condition | undefined;
  for (const part of parts) {
    const name = attributeOf(part);
    if (name === keys.partition.name && part.kind === 'compare' && part.operator === '=' && !partition)
      partition = valueIn(part.right, part.left, keys.partition);
    else if (name !== undefined && name === keys.sort?.name && !sort) sort = part;
    else if (name === keys.partition.name) throw validation('Query key condition not supported');
    else
      throw validation(
        name === undefined
          ? 'Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression'
          : `Query condition missed key schema element: ${partition ? keys.sort?.name : keys.partition.name}`,
      );
  }
  if (!partition) throw validation(`Query condition missed key schema element: ${keys.partition.name}`);
  return { partition, ...(sort && keys.sort ? sortRange(sort, keys.sort) : {}) };
}

function attributeOf(part: Condition): string | undefined {
  if (part.kind === 'function') return part.path.length === 1 ? String(part.path[0]) : undefined;
  const operands = part.kind === 'compare' ? [part.left, part.right] : part.kind === 'between' ? [part.value] : [];
  const path = operands.find((operand) => operand.kind === 'path');
  return path?.kind === 'path' && path.path.length === 1 ? String(path.path[0]) : undefined;
}

function valueIn(right: Operand, left: Operand, key: KeyAttribute): AttributeValue {
  const value = right.kind === 'value' ? right.value : left.kind === 'value' ? left.value : undefined;
  if (!value) throw validation('Invalid KeyConditionExpression: Invalid operand in KeyConditionExpression');
  if (typeOf(value) !== key.type)
    throw validation('One or more parameter values were invalid: Condition parameter type does not match schema type');
  return value;
}

function sortRange(part: Condition, key: KeyAttribute): Pick<KeyRange, 'low' | 'high'> {
  if (part.kind === 'between') {
    return { low: bound(part.low, key, true), high: bound(part.high, key, true) };
  }
  if (part.kind === 'function' && part.name === 'begins_with' && part.argument) {
    const { bytes } = bound(part.argument, key, true);
    if (key.type === 'N')
      throw validation(
        'Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
      );
    const next = successor(bytes);
    return { low: { bytes, inclusive: true }, ...(next ? { high: { bytes: next, inclusive: false } } : {}) };
  }
  if (part.kind !== 'compare' || part.operator === '<>')
    throw validation('Invalid operator used in KeyConditionExpression: unsupported on the sort key');
  const flipped = part.left.kind === 'value';
  const { bytes } = bound(flipped ? part.left : part.right, key, true);
  const operator = flipped
    ? ({ '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[part.operator] ?? part.operator)
    : part.operator;
  if (operator === '=') return { low: { bytes, inclusive: true }, high: { bytes, inclusive: true } };
  const inclusive = operator.endsWith('=');
  return operator.startsWith('<') ? { high: { bytes, inclusive } } : { low: { bytes, inclusive } };
}

function bound(operand: Operand, key: KeyAttribute, inclusive: boolean): { bytes: Buffer; inclusive: boolean } {
  return { bytes: encodeKey(valueIn(operand, operand, key)), inclusive };
}

/** The least bytes above everything that begins with `bytes`; undefined when there are none. */
function successor(bytes: Buffer): Buffer | undefined {
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    const byte = bytes[index] ?? 255;
    if (byte < 255) return Buffer.concat([bytes.subarray(0, index), Buffer.from([byte + 1])]);
  }
  return undefined;
}
