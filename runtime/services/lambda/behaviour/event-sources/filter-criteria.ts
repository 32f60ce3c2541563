import type { FilterCriteria } from '@aws-sdk/client-lambda';
import { invalidParameter } from '../../errors.ts';

type Pattern = { [key: string]: Pattern | unknown[] };

/** "Lambda event filtering": a record passes when one of the patterns matches; without patterns every record does. */
export function passes(criteria: FilterCriteria | undefined, record: unknown): boolean {
  const filters = criteria?.Filters ?? [];
  return (
    filters.length === 0 || filters.some(({ Pattern: text }) => matches(JSON.parse(text ?? '{}') as Pattern, record))
  );
}

/** Refuses patterns that Lambda would refuse. */
export function checkFilters(criteria: FilterCriteria | undefined): void {
  const filters = criteria?.Filters ?? [];
  if (filters.length > 10) throw invalidParameter('Invalid filter pattern definition. At most 10 filters are allowed.');
  for (const { Pattern: text } of filters) {
    try {
      const pattern: unknown = JSON.parse(text ?? '');
      if (!isPattern(pattern)) throw new Error('not a pattern');
    } catch {
      throw invalidParameter('Invalid filter pattern definition.');
    }
  }
}

function isPattern(value: unknown): value is Pattern {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([key, child]) => {
    if (key === '$or') return Array.isArray(child) && child.every(isPattern);
    return Array.isArray(child) ? child.length > 0 && child.every(isRule) : isPattern(child);
  });
}

const operators = new Set(['exists', 'prefix', 'suffix', 'equals-ignore-case', 'anything-but', 'numeric']);

function isRule(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return true;
  const keys = Object.keys(rule);
  return !Array.isArray(rule) && keys.length === 1 && operators.has(keys[0] ?? '');
}

/** A key that a record lacks matches only a rule that says so. */
function matches(pattern: Pattern, record: unknown): boolean {
  return Object.entries(pattern).every(([key, child]) => {
    if (key === '$or' && Array.isArray(child)) return child.some((option) => matches(option as Pattern, record));
    const value = typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[key] : undefined;
    if (!Array.isArray(child)) return matches(child, value);
    const values = Array.isArray(value) ? value : [value];
    return child.some((rule) => values.some((one) => follows(rule, one)));
  });
}

function follows(rule: unknown, value: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === value;
  const [[operator, operand] = []] = Object.entries(rule);
  switch (operator) {
    case 'exists':
      return (value !== undefined) === operand;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(operand));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase();
    case 'anything-but':
      return value !== undefined && !anyOf(operand, value);
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && numeric(operand, value);
    default:
      return false;
  }
}

function anyOf(operand: unknown, value: unknown): boolean {
  if (Array.isArray(operand)) return operand.includes(value);
  return typeof operand === 'object' && operand !== null ? follows(operand, value) : operand === value;
}

/** [">", 0, "<=", 5] */
function numeric(conditions: unknown[], value: number): boolean {
  for (let at = 0; at < conditions.length; at += 2) {
    const bound = Number(conditions[at + 1]);
    const holds = {
      '=': value === bound,
      '>': value > bound,
      '>=': value >= bound,
      '<': value < bound,
      '<=': value <= bound,
    }[String(conditions[at])];
    if (!holds) return false;
  }
  return true;
}
