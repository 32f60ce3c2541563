import type { ConditionKeys } from './condition-keys.ts';
import { type Comparison, operators } from './condition-operators.ts';
import { MalformedPolicy } from './malformed-policy.ts';

export type Condition = (keys: ConditionKeys) => boolean;

/**
 * A statement's Condition block. All of it must hold: operators and keys are joined by AND, the values of one key by OR,
 * or by NOR where the operator is negated ("Conditions with multiple context keys or values", IAM User Guide).
 */
export function compileConditions(block: unknown, variables: boolean): Condition[] {
  if (block === undefined) return [];
  if (!isRecord(block)) throw new MalformedPolicy('Syntax errors in policy.');
  const conditions: Condition[] = [];
  for (const [operator, tests] of Object.entries(block)) {
    if (!isRecord(tests)) throw new MalformedPolicy('Syntax errors in policy.');
    for (const [key, values] of Object.entries(tests))
      conditions.push(compileCondition(operator, key, values, variables));
  }
  return conditions;
}

function compileCondition(operatorText: string, key: string, values: unknown, variables: boolean): Condition {
  const parsed = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/i.exec(operatorText);
  const name = parsed?.[2]?.toLowerCase() ?? '';
  const wanted = textsOf(values);
  const keyName = key.toLowerCase();
  // A vendor is a service's prefix, or an identity provider's host and path.
  if (!/^[^:\s]+:./.test(key)) {
    throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (name === 'null' && !parsed?.[3]) return compileNull(keyName, wanted);
  const operator = operators.get(name);
  if (!operator) throw new MalformedPolicy(`Invalid Condition type : ${operatorText}`);
  const comparisons = wanted.map((text) => operator.compile(text, variables));
  const rule = { keyName, negated: operator.negated, comparisons, ifExists: parsed?.[3] !== undefined };
  const quantifier = parsed?.[1]?.toLowerCase();
  if (quantifier === 'forallvalues') return forAllValues(rule);
  return quantifier === 'foranyvalue' ? forAnyValue(rule) : single(rule);
}

interface Rule {
  keyName: string;
  negated: boolean;
  comparisons: Comparison[];
  ifExists: boolean;
}

function single({ keyName, negated, comparisons, ifExists }: Rule): Condition {
  return (keys) => {
    const present = keys.get(keyName);
    if (present === undefined || present.length === 0) return ifExists || negated;
    const matched = present.some((value) => comparisons.some((compare) => compare(value, keys)));
    return matched !== negated;
  };
}

/** Holds also when the request has no such key ("Set operators for multivalued context keys", IAM User Guide). */
function forAllValues({ keyName, negated, comparisons }: Rule): Condition {
  return (keys) => {
    const present = keys.get(keyName) ?? [];
    return present.every((value) => comparisons.some((compare) => compare(value, keys)) !== negated);
  };
}

function forAnyValue({ keyName, negated, comparisons, ifExists }: Rule): Condition {
  return (keys) => {
    const present = keys.get(keyName);
    if (present === undefined) return ifExists;
    return present.some((value) => comparisons.some((compare) => compare(value, keys)) !== negated);
  };
}

/** `true`: the key must be absent. `false`: it must be there. */
function compileNull(keyName: string, wanted: string[]): Condition {
  const answers = wanted.map((text) => text.toLowerCase() === 'true');
  return (keys) => answers.includes((keys.get(keyName)?.length ?? 0) === 0);
}

function textsOf(values: unknown): string[] {
  const list = Array.isArray(values) ? values : [values];
  return list.map((value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new MalformedPolicy('Syntax errors in policy.');
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
