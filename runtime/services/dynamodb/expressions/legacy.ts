import type {
  AttributeValue,
  AttributeValueUpdate,
  ExpectedAttributeValue,
  Condition as LegacyCondition,
} from '@aws-sdk/client-dynamodb';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { checkValue, type Item, typeOf } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { added, without } from './apply-update.ts';
import type { Condition, Operand } from './condition.ts';
import type { KeyCondition } from './key-condition.ts';

/** "Legacy conditional parameters" (DynamoDB Developer Guide), turned into what expressions are turned into. */
export type Comparison = { ComparisonOperator?: string | undefined; AttributeValueList?: AttributeValue[] | undefined };

const counts: Record<string, [number, number]> = lookupTable({
  EQ: [1, 1],
  NE: [1, 1],
  LE: [1, 1],
  LT: [1, 1],
  GE: [1, 1],
  GT: [1, 1],
  CONTAINS: [1, 1],
  NOT_CONTAINS: [1, 1],
  BEGINS_WITH: [1, 1],
  NULL: [0, 0],
  NOT_NULL: [0, 0],
  IN: [1, 100],
  BETWEEN: [2, 2],
});

const comparators = { EQ: '=', NE: '<>', LE: '<=', LT: '<', GE: '>=', GT: '>' } as const;

/** ScanFilter and QueryFilter. */
export function filterOf(filter: Record<string, LegacyCondition>, operator: string | undefined): Condition | undefined {
  return joined(
    Object.entries(filter).map(([name, comparison]) => comparisonOf(name, comparison)),
    operator,
  );
}

/** Expected: `Value` and `Exists` are its older form. */
export function expectationOf(
  expected: Record<string, ExpectedAttributeValue>,
  operator: string | undefined,
): Condition | undefined {
  const parts = Object.entries(expected).map(([name, one]) => {
    if (one.ComparisonOperator !== undefined) return comparisonOf(name, one);
    if (one.AttributeValueList !== undefined) {
      throw validation(
        `One or more parameter values were invalid: AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`,
      );
    }
    if (one.Exists === false) {
      if (one.Value)
        throw validation(
          `One or more parameter values were invalid: Value cannot be used when Exists is set to false for Attribute: ${name}`,
        );
      return comparisonOf(name, { ComparisonOperator: 'NULL' });
    }
    if (!one.Value) {
      throw validation(
        `One or more parameter values were invalid: Value must be provided when Exists is ${one.Exists ?? 'null'} for Attribute: ${name}`,
      );
    }
    return comparisonOf(name, { ComparisonOperator: 'EQ', AttributeValueList: [one.Value] });
  });
  return joined(parts, operator);
}

function joined(parts: Condition[], operator: string | undefined): Condition | undefined {
  if (parts.length < 2) return parts[0];
  return { kind: operator === 'OR' ? 'or' : 'and', parts };
}

function comparisonOf(name: string, comparison: Comparison): Condition {
  const operator = comparison.ComparisonOperator ?? '';
  const values = checkedValues(operator, comparison);
  const path: Operand = { kind: 'path', path: [name] };
  const operands = values.map((value): Operand => ({ kind: 'value', value }));
  const [first, second] = operands;
  if (operator === 'NULL') return { kind: 'function', name: 'attribute_not_exists', operands: [path] };
  if (operator === 'NOT_NULL') return { kind: 'function', name: 'attribute_exists', operands: [path] };
  if (operator === 'IN') return { kind: 'in', value: path, list: operands };
  if (!first) throw new Error('a comparison whose values were not counted');
  if (operator === 'BETWEEN' && second) return { kind: 'between', value: path, low: first, high: second };
  if (operator === 'BEGINS_WITH') return { kind: 'function', name: 'begins_with', operands: [path, first] };
  if (operator === 'CONTAINS') return { kind: 'function', name: 'contains', operands: [path, first] };
  if (operator === 'NOT_CONTAINS') {
    const present: Condition = { kind: 'function', name: 'attribute_exists', operands: [path] };
    return {
      kind: 'and',
      parts: [present, { kind: 'not', part: { kind: 'function', name: 'contains', operands: [path, first] } }],
    };
  }
  return { kind: 'compare', operator: comparators[operator as keyof typeof comparators], left: path, right: first };
}

function checkedValues(operator: string, { AttributeValueList = [] }: Comparison): AttributeValue[] {
  const [least, most] = counts[operator] ?? [];
  if (least === undefined || most === undefined) {
    const known = 'IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS';
    throw validation(
      `1 validation error detected: Value '${operator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [${known}]`,
    );
  }
  if (AttributeValueList.length < least || AttributeValueList.length > most) {
    throw validation(
      `One or more parameter values were invalid: Invalid number of argument(s) for the ${operator} ComparisonOperator`,
    );
  }
  return AttributeValueList.map((value) => checkValue(value));
}

/** KeyConditions of a Query. */
export function legacyKeyConditions(conditions: Record<string, LegacyCondition>): KeyCondition[] {
  return Object.entries(conditions).map(([name, condition]) => {
    const operator = condition.ComparisonOperator ?? '';
    const values = checkedValues(operator, condition);
    if (operator === 'BETWEEN') return { name, operator, values };
    if (operator === 'BEGINS_WITH') return { name, operator: 'begins_with', values };
    const comparator = comparators[operator as keyof typeof comparators];
    if (comparator === undefined || comparator === '<>')
      throw validation('Attempted conditional constraint is not an indexable operation');
    return { name, operator: comparator, values };
  });
}

/** AttributeUpdates: PUT, ADD and DELETE on whole attributes. */
export function applyLegacyUpdates(updates: Record<string, AttributeValueUpdate>, before: Item): Item {
  const after: Item = { ...before };
  for (const [name, { Action = 'PUT', Value }] of Object.entries(updates)) {
    const value = Value && checkValue(Value);
    if (!value) {
      if (Action !== 'DELETE')
        throw validation(
          `One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified`,
        );
      delete after[name];
    } else if (Action === 'PUT') after[name] = value;
    else if (Action === 'ADD')
      after[name] = value.L ? { L: [...(after[name]?.L ?? []), ...value.L] } : addedChecked(after[name], value);
    else {
      const rest = without(after[name], value);
      if (rest === undefined) delete after[name];
      else if (rest !== 'untouched') after[name] = rest;
    }
  }
  return after;
}

function addedChecked(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  const type = typeOf(value);
  if (!['N', 'SS', 'NS', 'BS'].includes(type)) {
    throw validation(`One or more parameter values were invalid: ADD action is not supported for the type ${type}`);
  }
  if (old !== undefined && typeOf(old) !== type) throw validation('Type mismatch for attribute to update');
  return added(old, value);
}
