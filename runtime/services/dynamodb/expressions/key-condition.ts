import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { checkKeyValue } from '../behaviour/keys.ts';
import { encodeKey, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import type { KeyAttribute, KeyAttributes } from '../state.ts';
import type { Condition, Operand } from './condition.ts';

/** A range of encoded sort keys within one partition. */
export interface KeyRange {
  partition: AttributeValue;
  low?: Bound;
  high?: Bound;
}

interface Bound {
  bytes: Buffer;
  inclusive: boolean;
}

/** One condition on one key attribute, its value operands in order. */
export interface KeyCondition {
  name: string;
  operator: '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with';
  values: AttributeValue[];
}

/** "Key condition expressions": its shape, before the table's keys are looked at. */
export function keyConditions(condition: Condition): KeyCondition[] {
  const parts = flatten(condition);
  const found = parts.map(keyCondition);
  if (new Set(found.map((one) => one.name)).size !== found.length) {
    throw validation('KeyConditionExpressions must only contain one condition per key');
  }
  return found;
}

function flatten(condition: Condition): Condition[] {
  if (condition.kind === 'and') return condition.parts.flatMap(flatten);
  const unsupported = operatorRefused(condition);
  if (unsupported) throw validation(`Invalid operator used in KeyConditionExpression: ${unsupported}`);
  return [condition];
}

function operatorRefused(condition: Condition): string | undefined {
  if (condition.kind === 'or' || condition.kind === 'not' || condition.kind === 'in')
    return condition.kind.toUpperCase();
  if (condition.kind === 'function' && condition.name !== 'begins_with') return condition.name;
  return condition.kind === 'compare' && condition.operator === '<>' ? '<>' : undefined;
}

function keyCondition(part: Condition): KeyCondition {
  if (part.kind === 'compare' && part.operator !== '<>') {
    const flipped = part.left.kind !== 'path' && part.right.kind === 'path';
    const [own, other] = flipped ? [part.right, part.left] : [part.left, part.right];
    const operator = flipped ? mirrored[part.operator] : part.operator;
    return { name: attributeOf([own, other], undefined), operator, values: valuesIn([other]) };
  }
  if (part.kind === 'between') {
    return {
      name: attributeOf([part.value, part.low, part.high], 'BETWEEN'),
      operator: 'BETWEEN',
      values: valuesIn([part.low, part.high]),
    };
  }
  if (part.kind !== 'function') throw new Error('a key condition that flatten let through');
  return {
    name: attributeOf(part.operands, 'begins_with'),
    operator: 'begins_with',
    values: valuesIn(part.operands.slice(1)),
  };
}

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function attributeOf(operands: Operand[], operator: string | undefined): string {
  const paths = operands.filter((operand) => operand.kind === 'path');
  if (operator && operands[0]?.kind === 'value') {
    throw validation(
      `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
    );
  }
  if (operands.some((operand) => operand.kind === 'size')) {
    throw validation('KeyConditionExpressions cannot contain nested operations');
  }
  if (paths.length > 1)
    throw validation('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
  const [path] = paths;
  if (!path) throw validation('Invalid condition in KeyConditionExpression: No key attribute specified');
  if (path.path.length > 1) throw validation('KeyConditionExpressions cannot have conditions on nested attributes');
  return String(path.path[0]);
}

function valuesIn(operands: Operand[]): AttributeValue[] {
  return operands.flatMap((operand) => (operand.kind === 'value' ? [operand.value] : []));
}

/** The rows a query reads: equality on the partition key, and at most one condition on the sort key. */
export function keyRange(conditions: KeyCondition[], keys: KeyAttributes): KeyRange {
  const { partition, sort } = keys;
  const own = conditions.find((condition) => condition.name === partition.name);
  if (conditions.length > 2) throw validation('Conditions can be of length 1 or 2 only');
  if (!own) throw missed(partition);
  if (own.operator !== '=') throw validation('Query key condition not supported');
  const rest = conditions.find((condition) => condition !== own);
  if (rest && rest.name !== sort?.name) {
    if (!sort) throw validation('Query key condition not supported');
    throw missed(sort);
  }
  for (const condition of conditions) checkTypes(condition, condition === own ? partition : sort);
  const [value] = own.values;
  if (!value) throw new Error('an equality without a value');
  checkKeyValue(partition, value, 2048);
  return { partition: value, ...(rest ? sortRange(rest) : {}) };
}

function missed(key: KeyAttribute): Error {
  return validation(`Query condition missed key schema element: ${key.name}`);
}

function checkTypes(condition: KeyCondition, key: KeyAttribute | undefined): void {
  if (condition.values.every((value) => typeOf(value) === key?.type)) return;
  throw validation('One or more parameter values were invalid: Condition parameter type does not match schema type');
}

function sortRange({ operator, values }: KeyCondition): Pick<KeyRange, 'low' | 'high'> {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = values.map(encodeKey);
  const low = { bytes: first, inclusive: operator !== '>' };
  const high = { bytes: first, inclusive: operator !== '<' };
  if (operator === '=') return { low, high };
  if (operator === '>' || operator === '>=') return { low };
  if (operator === '<' || operator === '<=') return { high };
  if (operator === 'BETWEEN') return { low, high: { bytes: second, inclusive: true } };
  const next = successor(first);
  return { low, ...(next ? { high: { bytes: next, inclusive: false } } : {}) };
}

/** The least bytes above everything that begins with `bytes`; undefined when there are none. */
function successor(bytes: Buffer): Buffer | undefined {
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    const byte = bytes[index] ?? 255;
    if (byte < 255) return Buffer.concat([bytes.subarray(0, index), Buffer.from([byte + 1])]);
  }
  return undefined;
}
