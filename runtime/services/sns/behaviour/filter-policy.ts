import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import type { Subscription } from '../state.ts';
import { type Condition, compileCondition, type Leaf, malformed } from './match-conditions.ts';
import type { Notification } from './notification.ts';

export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** Why a subscription does not get the message, as the last part of its metric NumberOfNotificationsFilteredOut-…. */
export type FilteredOut =
  | 'NoMessageAttributes'
  | 'InvalidAttributes'
  | 'MessageAttributes'
  | 'MessageBody'
  | 'InvalidMessageBody';

/** "Filter policy constraints in Amazon SNS". */
const mostCombinations = 150;
const mostKeys = 5;
const mostBytes = 256 * 1024;

type Test = (message: Fields) => boolean;
/** Values by key; of a message body also deeper ones. */
interface Fields {
  values(key: string): Leaf[];
  below(key: string): Fields[];
}

const compiled = defineEngine('sns.filter-policies', () => new Map<string, Test>());

/** Undefined when the subscription is to get the message. */
export function filteredOut(
  kernel: Kernel,
  subscription: Subscription,
  notification: Notification,
): FilteredOut | undefined {
  const { FilterPolicy, FilterPolicyScope } = subscription.attributes;
  if (!FilterPolicy || FilterPolicy === '{}') return undefined;
  const test = testOf(kernel, FilterPolicy);
  if (FilterPolicyScope === 'MessageBody') {
    const body = parsedBody(notification.Message);
    if (!body) return 'InvalidMessageBody';
    return test(bodyFields(body)) ? undefined : 'MessageBody';
  }
  const fields = attributeFields(notification);
  if (!fields) return 'InvalidAttributes';
  if (test(fields)) return undefined;
  return Object.keys(notification.attributes).length === 0 ? 'NoMessageAttributes' : 'MessageAttributes';
}

function testOf(kernel: Kernel, policy: string): Test {
  const known = kernel.engine(compiled);
  const cached = known.get(policy);
  if (cached) return cached;
  if (known.size >= 1000) known.clear();
  const test = compile(JSON.parse(policy) as Record<string, unknown>);
  known.set(policy, test);
  return test;
}

/** Throws InvalidParameter unless the text is a filter policy for the scope. */
export function checkFilterPolicy(text: string, scope: string): void {
  if (scope !== 'MessageAttributes' && scope !== 'MessageBody')
    throw invalidParameter(
      `FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
    );
  if (Buffer.byteLength(text) > mostBytes) throw malformed('Filter policy is too large');
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed('failed to parse JSON.');
  }
  if (!isObject(policy)) throw malformed('failed to parse JSON.');
  const size = measure(policy, { scope, depth: 1 });
  if (size.keys > mostKeys) throw malformed(`Filter policy can not have more than ${mostKeys} keys`);
  if (size.combinations > mostCombinations) throw malformed('Filter policy is too complex');
  compile(policy);
}

/** Combinations: the values of each key, times its depth, all multiplied; alternatives of $or are added. */
function measure(
  policy: Record<string, unknown>,
  at: { scope: FilterScope; depth: number },
): { keys: number; combinations: number } {
  let keys = 0;
  let combinations = 1;
  for (const [key, value] of Object.entries(policy)) {
    if (isAlternatives(key, value)) {
      const parts = value.map((part) => measure(part, at));
      keys += Math.max(...parts.map((part) => part.keys));
      combinations *= parts.reduce((sum, part) => sum + part.combinations, 0);
    } else if (Array.isArray(value)) {
      keys += 1;
      combinations *= value.length * at.depth;
    } else if (isObject(value)) {
      if (at.scope === 'MessageAttributes')
        throw invalidParameter('Filter policy scope MessageAttributes does not support nested filter policy');
      const part = measure(value, { ...at, depth: at.depth + 1 });
      keys += part.keys;
      combinations *= part.combinations;
    } else throw malformed(`"${key}" must be an object or an array`);
  }
  return { keys, combinations };
}

/** All keys must hold; of a key's array, one entry. */
function compile(policy: Record<string, unknown>): Test {
  const tests = Object.entries(policy).map(([key, value]): Test => {
    if (isAlternatives(key, value)) {
      const parts = value.map(compile);
      return (fields) => parts.some((part) => part(fields));
    }
    if (Array.isArray(value)) {
      if (value.length === 0) throw malformed('Empty arrays are not allowed');
      const conditions = value.map(compileCondition);
      return (fields) => holds(conditions, fields.values(key));
    }
    if (!isObject(value)) throw malformed(`"${key}" must be an object or an array`);
    const inner = compile(value);
    return (fields) => {
      const below = fields.below(key);
      return below.length === 0 ? inner(nothing) : below.some(inner);
    };
  });
  return (fields) => tests.every((test) => test(fields));
}

const nothing: Fields = { values: () => [], below: () => [] };

function holds(conditions: Condition[], values: Leaf[]): boolean {
  return conditions.some(({ exists, matches }) =>
    exists === undefined ? values.some(matches) : exists === values.length > 0,
  );
}

/** "$or" with two or more objects; anything else under that name is an ordinary key. */
function isAlternatives(key: string, value: unknown): value is Record<string, unknown>[] {
  return key === '$or' && Array.isArray(value) && value.length > 1 && value.every(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** String, String.Array and Number attributes are looked at, Binary ones are not; undefined when one is malformed. */
function attributeFields({ attributes }: Notification): Fields | undefined {
  const values = new Map<string, Leaf[]>();
  for (const [name, { Type, Value }] of Object.entries(attributes)) {
    if (Type === 'String.Array') {
      const list = parsedArray(Value);
      if (!list) return undefined;
      values.set(name, list);
    } else if (Type.startsWith('Number')) values.set(name, [Number(Value)]);
    else if (Type.startsWith('String')) values.set(name, [Value]);
  }
  return { values: (key) => values.get(key) ?? [], below: () => [] };
}

function parsedArray(text: string): Leaf[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isLeaf) : undefined;
  } catch {
    return undefined;
  }
}

function parsedBody(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Of an array every element counts, values and objects alike. */
function bodyFields(body: Record<string, unknown>): Fields {
  const members = (key: string): unknown[] => {
    const value = Object.hasOwn(body, key) ? body[key] : undefined;
    return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  };
  return {
    values: (key) => members(key).filter(isLeaf),
    below: (key) => members(key).filter(isObject).map(bodyFields),
  };
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
