import { eventPatterns } from '../../../engines/event-patterns/event-pattern.ts';
import { InvalidEventPattern } from '../../../engines/event-patterns/invalid-event-pattern.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import type { Subscription } from '../state.ts';
import type { Notification } from './notification.ts';

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

/** Undefined when the subscription is to get the message. */
export function filteredOut(
  kernel: Kernel,
  subscription: Subscription,
  notification: Notification,
): FilteredOut | undefined {
  const { FilterPolicy, FilterPolicyScope } = subscription.attributes;
  if (!FilterPolicy || isEmpty(FilterPolicy)) return undefined;
  const pattern = kernel.engine(eventPatterns).compile(FilterPolicy);
  if (FilterPolicyScope === 'MessageBody') {
    const body = parsed(notification.Message);
    if (!isObject(body)) return 'InvalidMessageBody';
    return pattern.matches(body) ? undefined : 'MessageBody';
  }
  const values = attributeValues(notification);
  if (!values) return 'InvalidAttributes';
  if (pattern.matches(values)) return undefined;
  return Object.keys(notification.attributes).length === 0 ? 'NoMessageAttributes' : 'MessageAttributes';
}

/** String, String.Array and Number attributes are looked at, Binary ones are not; undefined when one is malformed. */
function attributeValues({ attributes }: Notification): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const [name, { Type, Value }] of Object.entries(attributes)) {
    if (Type === 'String.Array') {
      const list = parsed(Value);
      if (!Array.isArray(list)) return undefined;
      values[name] = list;
    } else if (Type.startsWith('Number')) values[name] = Number(Value);
    else if (Type.startsWith('String')) values[name] = Value;
  }
  return values;
}

/** Throws InvalidParameter unless the text is a filter policy for the scope; {} takes the filter off. */
export function checkFilterPolicy(kernel: Kernel, text: string, scope: string): void {
  if (scope !== 'MessageAttributes' && scope !== 'MessageBody')
    throw invalidParameter(
      `FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
    );
  if (isEmpty(text)) return;
  if (Buffer.byteLength(text) > mostBytes) throw invalidParameter('FilterPolicy: Filter policy is too large');
  try {
    kernel.engine(eventPatterns).compile(text);
  } catch (error) {
    throw error instanceof InvalidEventPattern ? invalidParameter(`FilterPolicy: ${error.message}`) : error;
  }
  const size = measure(JSON.parse(text) as object, 1);
  if (scope === 'MessageAttributes' && size.depth > 1)
    throw invalidParameter('Filter policy scope MessageAttributes does not support nested filter policy');
  if (size.keys > mostKeys)
    throw invalidParameter(`FilterPolicy: Filter policy can not have more than ${mostKeys} keys`);
  if (size.combinations > mostCombinations) throw invalidParameter('FilterPolicy: Filter policy is too complex');
}

interface Size {
  keys: number;
  /** The values of each key, times its depth, all multiplied; alternatives of $or are added. */
  combinations: number;
  depth: number;
}

function measure(policy: object, depth: number): Size {
  const size: Size = { keys: 0, combinations: 1, depth };
  for (const [key, value] of Object.entries(policy) as [string, object][]) {
    const part = key === '$or' ? measureAlternatives(value as object[], depth) : measureKey(value, depth);
    size.keys += part.keys;
    size.combinations *= part.combinations;
    size.depth = Math.max(size.depth, part.depth);
  }
  return size;
}

function measureKey(value: object, depth: number): Size {
  if (Array.isArray(value)) return { keys: 1, combinations: value.length * depth, depth };
  return measure(value, depth + 1);
}

function measureAlternatives(alternatives: object[], depth: number): Size {
  const sizes = alternatives.map((alternative) => measure(alternative, depth));
  return {
    keys: Math.max(...sizes.map(({ keys }) => keys)),
    combinations: sizes.reduce((sum, { combinations }) => sum + combinations, 0),
    depth: Math.max(...sizes.map((size) => size.depth)),
  };
}

function isEmpty(policy: string): boolean {
  return /^\s*\{\s*\}\s*$/.test(policy);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
