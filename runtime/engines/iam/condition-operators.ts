import { BlockList, isIP } from 'node:net';
import type { ConditionKeys } from './condition-keys.ts';
import { compileArnPattern, compilePattern } from './pattern.ts';

/** Compares one value of the request with one value of the policy. */
export type Comparison = (value: string, keys: ConditionKeys) => boolean;

export interface Operator {
  /** True for operators that ask that the key is not matched; they hold when the key is absent. */
  negated: boolean;
  compile(policyValue: string, variables: boolean): Comparison;
}

/** Every operator of "IAM JSON policy elements: Condition operators" but Null, by lower-case name. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', (text, variables) => compilePattern(text, { variables, literal: true })),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', (text, variables) =>
    compilePattern(text, { variables, literal: true, ignoreCase: true }),
  ),
  ...pair('StringLike', 'StringNotLike', (text, variables) => compilePattern(text, { variables })),
  ...pair('ArnEquals', 'ArnNotEquals', compileArnPattern),
  ...pair('ArnLike', 'ArnNotLike', compileArnPattern),
  ...pair(
    'NumericEquals',
    'NumericNotEquals',
    ordered(Number, (a, b) => a === b),
  ),
  ...one(
    'NumericLessThan',
    ordered(Number, (a, b) => a < b),
  ),
  ...one(
    'NumericLessThanEquals',
    ordered(Number, (a, b) => a <= b),
  ),
  ...one(
    'NumericGreaterThan',
    ordered(Number, (a, b) => a > b),
  ),
  ...one(
    'NumericGreaterThanEquals',
    ordered(Number, (a, b) => a >= b),
  ),
  ...pair(
    'DateEquals',
    'DateNotEquals',
    ordered(parseDate, (a, b) => a === b),
  ),
  ...one(
    'DateLessThan',
    ordered(parseDate, (a, b) => a < b),
  ),
  ...one(
    'DateLessThanEquals',
    ordered(parseDate, (a, b) => a <= b),
  ),
  ...one(
    'DateGreaterThan',
    ordered(parseDate, (a, b) => a > b),
  ),
  ...one(
    'DateGreaterThanEquals',
    ordered(parseDate, (a, b) => a >= b),
  ),
  ...one('Bool', (text, variables) => compilePattern(text, { variables, literal: true, ignoreCase: true })),
  ...one('BinaryEquals', (text) => (value) => value === text),
  ...pair('IpAddress', 'NotIpAddress', compileAddress),
]);

type Compile = Operator['compile'];

function one(name: string, compile: Compile): [string, Operator][] {
  return [[name.toLowerCase(), { negated: false, compile }]];
}

function pair(name: string, opposite: string, compile: Compile): [string, Operator][] {
  return [...one(name, compile), [opposite.toLowerCase(), { negated: true, compile }]];
}

function ordered(parse: (text: string) => number, holds: (value: number, wanted: number) => boolean): Compile {
  return (text) => {
    const wanted = parse(text);
    return (value) => holds(parse(value), wanted);
  };
}

/** A W3C ISO 8601 date, or seconds since the epoch. Milliseconds; NaN compares with nothing. */
function parseDate(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text);
}

function compileAddress(text: string): Comparison {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  if (family === 0) return () => false;
  const list = new BlockList();
  list.addSubnet(
    address,
    bits === undefined ? (family === 4 ? 32 : 128) : Number(bits),
    family === 4 ? 'ipv4' : 'ipv6',
  );
  return (value) => {
    const plain = value.startsWith('::ffff:') && value.includes('.') ? value.slice(7) : value;
    return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  };
}
