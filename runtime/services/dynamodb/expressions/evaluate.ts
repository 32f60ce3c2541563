import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compareValues, equalValues, type Item, setElements, typeOf } from '../behaviour/values.ts';
import type { Comparator, Condition, Operand } from './condition.ts';
import { resolvePath } from './paths.ts';

/** Whether the item (empty when there is none) fulfils the condition. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, item));
    case 'or':
      return condition.parts.some((part) => holds(part, item));
    case 'not':
      return !holds(condition.part, item);
    case 'compare':
      return compare(condition.operator, operandValue(condition.left, item), operandValue(condition.right, item));
    case 'between': {
      const value = operandValue(condition.value, item);
      return (
        compare('>=', value, operandValue(condition.low, item)) &&
        compare('<=', value, operandValue(condition.high, item))
      );
    }
    case 'in': {
      const value = operandValue(condition.value, item);
      return condition.list.some((one) => compare('=', value, operandValue(one, item)));
    }
    case 'function':
      return applyFunction(
        condition.name,
        operandValue(condition.operands[0], item),
        operandValue(condition.operands[1], item),
      );
  }
}

function operandValue(operand: Operand | undefined, item: Item): AttributeValue | undefined {
  if (operand === undefined) return undefined;
  if (operand.kind === 'value') return operand.value;
  const value = resolvePath(item, operand.path);
  if (operand.kind === 'path' || value === undefined) return value;
  const size = sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** What `size` gives: bytes, or the number of elements; numbers, booleans and nulls have none. */
function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return Object.keys(value.M).length;
  if (value.L !== undefined) return value.L.length;
  const elements = setElements(value);
  return elements.length > 0 ? elements.length : undefined;
}

/** An attribute that is not there is unequal to everything, and in no order with it. */
function compare(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (operator === '<>') return left === undefined || right === undefined || !equalValues(left, right);
  if (left === undefined || right === undefined) return false;
  if (operator === '=') return equalValues(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function applyFunction(name: string, value: AttributeValue | undefined, argument: AttributeValue | undefined): boolean {
  if (name === 'attribute_exists') return value !== undefined;
  if (name === 'attribute_not_exists') return value === undefined;
  if (value === undefined || argument === undefined) return false;
  if (name === 'attribute_type') return typeOf(value) === argument.S;
  return name === 'begins_with' ? beginsWith(value, argument) : contains(value, argument);
}

function beginsWith(value: AttributeValue, start: AttributeValue): boolean {
  if (value.S !== undefined && start.S !== undefined) return value.S.startsWith(start.S);
  if (value.B === undefined || start.B === undefined) return false;
  return Buffer.compare(value.B.subarray(0, start.B.length), start.B) === 0;
}

/** A part of a string or of bytes, or an element of a set or list. */
export function contains(value: AttributeValue, part: AttributeValue): boolean {
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined) return part.B !== undefined && Buffer.from(value.B).includes(Buffer.from(part.B));
  if (value.L !== undefined) return value.L.some((element) => equalValues(element, part));
  if (value.SS !== undefined) return part.S !== undefined && value.SS.includes(part.S);
  if (value.NS !== undefined) return part.N !== undefined && value.NS.some((N) => equalValues({ N }, part));
  return part.B !== undefined && (value.BS ?? []).some((B) => equalValues({ B }, part));
}
