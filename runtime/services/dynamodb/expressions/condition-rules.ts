import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { compareValues, describeValue, typeNames, typeOf } from '../behaviour/values.ts';
import type { Operand } from './condition.ts';
import { formatPath } from './paths.ts';

type Fail = (sentence: string) => Error;

/** Functions of conditions, by the number of their operands ("Condition and filter expressions, operators, and functions"). */
export const functions: Readonly<Record<string, number>> = lookupTable({
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
});

export function checkFunction(name: string, operands: Operand[], fail: Fail): void {
  const [first, second] = operands;
  if (operands.length !== functions[name]) {
    throw fail(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const needsPath = name === 'attribute_exists' || name === 'attribute_not_exists';
  if (needsPath && first?.kind !== 'path') {
    throw fail(`Operator or function requires a document path; operator or function: ${name}`);
  }
  if (first && second) checkDistinct(name, first, [second], fail);
  if (name === 'attribute_type') checkTypeArgument(second, fail);
  if (name === 'begins_with') for (const operand of operands) checkBeginning(operand, fail);
}

function checkTypeArgument(operand: Operand | undefined, fail: Fail): void {
  if (operand?.kind !== 'value')
    throw incorrectType('attribute_type', operand?.kind === 'size' ? 'N' : '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}', fail);
  const { value } = operand;
  if (value.S === undefined) throw incorrectType('attribute_type', typeOf(value), fail);
  if (!(typeNames as readonly string[]).includes(value.S)) {
    throw fail(`Invalid attribute type name found; type: ${value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`);
  }
}

function checkBeginning(operand: Operand, fail: Fail): void {
  const type = operand.kind === 'value' ? typeOf(operand.value) : operand.kind === 'size' ? 'N' : 'S';
  if (type !== 'S' && type !== 'B') throw incorrectType('begins_with', type, fail);
}

function incorrectType(name: string, type: string, fail: Fail): Error {
  return fail(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`);
}

/** A comparison of something with itself says nothing, so it is refused. */
export function checkDistinct(operator: string, first: Operand, rest: Operand[], fail: Fail): void {
  if (first.kind !== 'path') return;
  const own = formatPath(first.path);
  if (rest.some((operand) => operand.kind === 'path' && formatPath(operand.path) === own)) {
    throw fail(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${own}`,
    );
  }
}

export function checkBetween(low: Operand, high: Operand, fail: Fail): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const bounds = `lower bound operand: AttributeValue: ${describeValue(low.value)}, upper bound operand: AttributeValue: ${describeValue(high.value)}`;
  if (typeOf(low.value) !== typeOf(high.value)) {
    throw fail(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
  }
  if (inverted(low.value, high.value)) {
    throw fail(`The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`);
  }
}

function inverted(low: AttributeValue, high: AttributeValue): boolean {
  return (compareValues(low, high) ?? 0) > 0;
}
