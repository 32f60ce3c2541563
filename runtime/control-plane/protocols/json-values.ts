import { toBase64 } from './blobs.ts';
import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

/** Where the JSON protocols differ. */
export interface JsonRules {
  /** restJson renames members by jsonName, awsJson does not. */
  jsonName: boolean;
  /** How AWS words a scalar of the wrong type: "NUMBER_VALUE cannot be converted to String". */
  mismatch: (found: string, wanted: string) => string;
}

/** A value of the shape from what JSON.parse gave. Nulls count as absent, but in sparse lists and maps. */
export function fromJson(member: Member, value: unknown, rules: JsonRules): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? value : mismatch(value, 'String', rules);
    case 'structure':
    case 'union':
    case 'error':
      return fromObject(shape, value, rules);
    case 'list':
      return fromList(shape, value, rules);
    case 'map':
      return fromMap(shape, value, rules);
    case 'number':
    case 'bigInteger':
    case 'bigDecimal':
      return fromNumber(shape, value, rules);
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(value, 'Boolean', rules);
    case 'timestamp':
      return typeof value === 'object'
        ? mismatch(value, 'Timestamp', rules)
        : parseTimestamp(value, member.traits.timestampFormat ?? 'epoch-seconds');
    case 'blob':
      return typeof value === 'string' ? fromBase64(value) : mismatch(value, 'Blob', rules);
    default:
      return value;
  }
}

function fromObject(shape: Shape, value: unknown, rules: JsonRules): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(value, 'Structure', rules);
  const source = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = source[rules.jsonName ? member.jsonName : member.name];
    if (given !== undefined && given !== null) result[member.name] = fromJson(member, given, rules);
  }
  return result;
}

function fromList({ member, sparse }: Shape, value: unknown, rules: JsonRules): unknown[] {
  if (!Array.isArray(value)) return mismatch(value, 'List', rules);
  const result: unknown[] = [];
  for (const element of value) {
    if (element === null) {
      if (sparse) result.push(null);
    } else if (member) result.push(fromJson(member, element, rules));
  }
  return result;
}

function fromMap({ member, sparse }: Shape, value: unknown, rules: JsonRules): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(value, 'Map', rules);
  const result: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(value)) {
    if (element === null) {
      if (sparse) define(result, key, null);
    } else if (member) define(result, key, fromJson(member, element, rules));
  }
  return result;
}

/** Assigning to __proto__ would lose a caller's key of that name. */
export function define(result: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  else result[key] = value;
}

const wordsForNumbers = new Set(['NaN', 'Infinity', '-Infinity']);

function fromNumber(shape: Shape, value: unknown, rules: JsonRules): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && (wordsForNumbers.has(value) || shape.type !== 'number')) return Number(value);
  return mismatch(value, 'Number', rules);
}

/** Buffer.from passes over what is not base64: then there are fewer bytes than the text's length says. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const length = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  if (length % 4 === 1 || bytes.length < Math.floor((length * 3) / 4)) {
    throw new CodecError('SerializationException', 'The blob is not base64.');
  }
  return bytes;
}

/** Coral's sentences, as DynamoDB, Lambda and others answer with them. */
function mismatch(value: unknown, wanted: string, rules: JsonRules): never {
  throw new CodecError('SerializationException', sentence(value, wanted, rules));
}

function sentence(value: unknown, wanted: string, rules: JsonRules): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  if (wanted === 'Structure' || wanted === 'List' || wanted === 'Map') return 'Unexpected field type';
  const found =
    typeof value === 'string'
      ? 'STRING_VALUE'
      : typeof value === 'boolean'
        ? `${value}`.toUpperCase().concat('_VALUE')
        : numberToken(value);
  return rules.mismatch(found, wanted);
}

function numberToken(value: unknown): string {
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

/** A value of the shape as JSON.stringify takes it. Undefined and null members are left out. */
export function toJson(member: Member, value: unknown, rules: JsonRules): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return toObject(shape, value as Record<string, unknown>, rules);
    case 'list':
      return (value as unknown[]).map((element) =>
        element === null || element === undefined || !shape.member ? null : toJson(shape.member, element, rules),
      );
    case 'map':
      return toMap(shape, value as Record<string, unknown>, rules);
    case 'number':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    case 'timestamp':
      return formatTimestamp(value, member.traits.timestampFormat ?? 'epoch-seconds');
    case 'blob':
      return toBase64(value);
    default:
      return value;
  }
}

function toObject(shape: Shape, source: Record<string, unknown>, rules: JsonRules): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = source[member.name];
    if (given !== undefined && given !== null)
      result[rules.jsonName ? member.jsonName : member.name] = toJson(member, given, rules);
  }
  return result;
}

function toMap({ member }: Shape, source: Record<string, unknown>, rules: JsonRules): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(source)) {
    if (element !== undefined) define(result, key, element === null || !member ? null : toJson(member, element, rules));
  }
  return result;
}

/** JSON.parse with AWS's answer to what is not JSON. An empty body is an empty input. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new CodecError('SerializationException', 'Unexpected token: the body is not JSON.');
  }
}
