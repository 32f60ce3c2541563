import { BlockList, isIP } from 'node:net';
import { invalidParameter } from '../errors.ts';

/** A value found in a message: of an attribute, or a leaf of the body. */
export type Leaf = string | number | boolean | null;

export interface Condition {
  /** `exists` looks at whether there is a value; the others at each value. */
  exists?: boolean;
  matches(value: Leaf): boolean;
}

/** One entry of a key's array in a filter policy ("Amazon SNS subscription filter policies", Developer Guide). */
export function compileCondition(entry: unknown): Condition {
  if (entry === null || ['string', 'number', 'boolean'].includes(typeof entry))
    return { matches: (value) => same(value, entry as Leaf) };
  if (typeof entry !== 'object' || Array.isArray(entry))
    throw malformed('Match value must be String, number, true, false, or null');
  const [[operator, operand] = [], ...more] = Object.entries(entry);
  if (operator === undefined || more.length > 0) throw malformed('Only one key allowed in match expression');
  const compile = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (!compile) throw malformed(`Unrecognized match type ${operator}`);
  return compile(operand);
}

const operators: Record<string, (operand: unknown) => Condition> = {
  prefix: (operand) => ofText(text('prefix', operand), (value, prefix) => value.startsWith(prefix)),
  suffix: (operand) => ofText(text('suffix', operand), (value, suffix) => value.endsWith(suffix)),
  'equals-ignore-case': (operand) =>
    ofText(text('equals-ignore-case', operand), (value, other) => value.toLowerCase() === other.toLowerCase()),
  'anything-but': anythingBut,
  numeric,
  cidr,
  exists(operand) {
    if (typeof operand !== 'boolean') throw malformed('exists match pattern must be either true or false.');
    return { exists: operand, matches: () => operand };
  },
};

export function malformed(reason: string) {
  return invalidParameter(`FilterPolicy: ${reason}`);
}

function text(operator: string, operand: unknown): string {
  if (typeof operand !== 'string') throw malformed(`${operator} match pattern must be a string`);
  return operand;
}

function ofText(operand: string, test: (value: string, operand: string) => boolean): Condition {
  return { matches: (value) => typeof value === 'string' && test(value, operand) };
}

function anythingBut(operand: unknown): Condition {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [operator] = Object.keys(operand);
    if (!['prefix', 'suffix', 'equals-ignore-case'].includes(operator ?? ''))
      throw malformed('Unsupported anything-but pattern');
    const inner = compileCondition(operand);
    return { matches: (value) => typeof value === 'string' && !inner.matches(value) };
  }
  const unwanted = Array.isArray(operand) ? operand : [operand];
  if (unwanted.length === 0) throw malformed('Inside anything-but list, at least one value is needed');
  if (unwanted.some((one) => typeof one !== 'string' && typeof one !== 'number'))
    throw malformed('Inside anything-but list, start|null|boolean is not supported.');
  return { matches: (value) => !unwanted.some((one) => same(value, one as Leaf)) };
}

const comparisons: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** One comparison, or a lower and an upper bound. */
function numeric(operand: unknown): Condition {
  if (!Array.isArray(operand)) throw malformed('Value of numeric must be an array.');
  const pairs: [string, number][] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const [operator, limit] = [operand[at], operand[at + 1]] as unknown[];
    if (typeof operator !== 'string' || !Object.hasOwn(comparisons, operator))
      throw malformed(`Unrecognized numeric range operator: ${operator}`);
    if (typeof limit !== 'number') throw malformed(`Value of ${operator} must be numeric`);
    if (Math.abs(limit) > 1e9) throw malformed('Value of numeric must be between -1,000,000,000 and 1,000,000,000');
    pairs.push([operator, rounded(limit)]);
  }
  const [first, second, ...more] = pairs;
  if (!first) throw malformed('Invalid member in numeric match: ]');
  if (more.length > 0) throw malformed('Too many elements in numeric expression');
  if (second && (!first[0].startsWith('>') || !second[0].startsWith('<') || first[1] >= second[1]))
    throw malformed('Bottom must be less than top');
  return {
    matches: (value) =>
      typeof value === 'number' && pairs.every(([operator, limit]) => comparisons[operator]?.(rounded(value), limit)),
  };
}

function cidr(operand: unknown): Condition {
  const [address = '', bits = ''] = text('cidr', operand).split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
    throw malformed(`Malformed CIDR, one '/' required`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(address, Number(bits), family);
  return { matches: (value) => typeof value === 'string' && isIP(value) === version && range.check(value, family) };
}

/** Numbers have five digits after the decimal point ("Filter policy constraints in Amazon SNS"). */
function rounded(value: number): number {
  return Math.round(value * 100_000);
}

function same(a: Leaf, b: Leaf): boolean {
  return typeof a === 'number' && typeof b === 'number' ? rounded(a) === rounded(b) : a === b;
}
