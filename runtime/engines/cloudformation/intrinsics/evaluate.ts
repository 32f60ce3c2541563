import { type Path, TemplateError } from '../template/template.ts';
import { conditionFunctions, evaluateCondition } from './conditions.ts';
import { functions } from './functions.ts';
import { noValue, type Scope } from './scope.ts';

/**
 * A template's value with its intrinsic functions worked out. `path` is where it stands, for errors. What is
 * AWS::NoValue vanishes from maps and lists; at the top it is undefined.
 */
export function evaluate(value: unknown, scope: Scope, path: Path): unknown {
  const result = evaluateValue(value, scope, path);
  return result === noValue ? undefined : result;
}

export function evaluateValue(value: unknown, scope: Scope, path: Path): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return evaluateList(value, scope, path);
  const call = intrinsicCall(value as Record<string, unknown>);
  if (call) return callFunction(call, scope, path);
  const result: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const evaluated = evaluateValue(entry, scope, [...path, key]);
    if (evaluated !== noValue) result.push([key, evaluated]);
  }
  // Assigned one by one, a key called __proto__ would be none.
  return Object.fromEntries(result);
}

function evaluateList(list: unknown[], scope: Scope, path: Path): unknown[] {
  const result: unknown[] = [];
  list.forEach((entry, index) => {
    const evaluated = evaluateValue(entry, scope, [...path, index]);
    if (evaluated !== noValue) result.push(evaluated);
  });
  return result;
}

export interface IntrinsicCall {
  name: string;
  argument: unknown;
}

/**
 * A map with the one key `Ref` or `Fn::…`. `Condition` is a function only inside conditions: elsewhere it is a key of
 * IAM policies.
 */
export function intrinsicCall(value: Record<string, unknown>): IntrinsicCall | undefined {
  const keys = Object.keys(value);
  const [name] = keys;
  if (keys.length !== 1 || name === undefined || (name !== 'Ref' && !name.startsWith('Fn::'))) return undefined;
  return { name, argument: value[name] };
}

function callFunction({ name, argument }: IntrinsicCall, scope: Scope, path: Path): unknown {
  const at = [...path, name];
  if (conditionFunctions.has(name)) return evaluateCondition({ [name]: argument }, scope, path);
  const apply = functions[name];
  if (!apply) throw new TemplateError(`Template error: ${name} is not a valid intrinsic function`, { path: at });
  return apply(argument, {
    scope,
    path: at,
    evaluate: (value, ...keys) => evaluateValue(value, scope, [...at, ...keys]),
  });
}
