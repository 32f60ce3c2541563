import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import { formatTimestamp, parseTimestamp, type TimestampFormat } from './timestamps.ts';

export interface JsonRules {
  /** restJson renames members by jsonName, awsJson does not. */
  jsonName: boolean;
}

const wordsForNumbers = new Set(['NaN', 'Infinity', '-Infinity']);

/** A value of the shape as JSON.parse gave it. */
export function fromJson(member: Member, value: unknown, rules: JsonRules): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return fromObject(shape, value, rules);
    case 'list':
      return fromList(shape, value, rules);
    case 'map':
      return fromMap(shape, value, rules);
    case 'string':
      if (typeof value === 'string') return value;
      throw wrong(value, 'String');
    case 'number':
    case 'bigInteger':
    case 'bigDecimal':
      if (typeof value === 'number' || typeof value === 'bigint') return value;
      if (typeof value === 'string' && (wordsForNumbers.has(value) || shape.type !== 'number')) return Number(value);
      throw wrong(value, 'Number');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw wrong(value, 'Boolean');
    case 'timestamp':
      return parseTimestamp(value, (member.traits.timestampFormat ?? 'epoch-seconds') as TimestampFormat);
    case 'blob':
      if (typeof value === 'string') return Buffer.from(value, 'base64');
      throw wrong(value, 'Blob');
    default:
      return value;
  }
}

function fromObject(shape: Shape, value: unknown, rules: JsonRules): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(value, 'Structure');
  const source = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const name = rules.jsonName ? ((member.traits.jsonName as string) ?? member.name) : member.name;
    const given = source[name];
    if (given !== undefined && given !== null) result[member.name] = fromJson(member, given, rules);
  }
  return result;
}

function fromList({ member, traits }: Shape, value: unknown, rules: JsonRules): unknown[] {
  if (!Array.isArray(value)) throw wrong(value, 'List');
  if (!member) return value;
  const kept = traits.sparse ? value : value.filter((element) => element !== null);
  return kept.map((element) => (element === null ? null : fromJson(member, element, rules)));
}

function fromMap({ member, traits }: Shape, value: unknown, rules: JsonRules): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(value, 'Map');
  const result: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(value)) {
    if (element === null) {
      if (traits.sparse) result[key] = null;
    } else if (member) result[key] = fromJson(member, element, rules);
  }
  return result;
}

/** AWS's own JSON reader words it so. */
function wrong(value: unknown, wanted: string): CodecError {
  if (typeof value === 'object' && value !== null) return new CodecError('SerializationException', 'Start of structure or map found where not expected.');
  const kind = typeof value === 'string' ? 'STRING_VALUE' : typeof value === 'number' ? 'NUMBER_VALUE' : value === true ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (wanted === 'List' || wanted === 'Map' || wanted === 'Structure') return new CodecError('SerializationException', 'Unexpected field type');
  return new CodecError('SerializationException', `${kind} can not be converted to a${wanted === 'Number' ? ' Number' : ` ${wanted}`}`);
}

/** A value of the shape as JSON.stringify takes it. */
export function toJson(member: Member, value: unknown, rules: JsonRules): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error': {
      const result: Record<string, unknown> = {};
      const source = value as Record<string, unknown>;
      for (const inner of shape.members) {
        const given = source[inner.name];
        if (given === undefined || given === null) continue;
        result[rules.jsonName ? ((inner.traits.jsonName as string) ?? inner.name) : inner.name] = toJson(inner, given, rules);
      }
      return result;
    }
    case 'list':
      return (value as unknown[]).map((element) => (element === null || !shape.member ? null : toJson(shape.member, element, rules)));
    case 'map':
      return toObject(shape, value as Record<string, unknown>, rules);
    case 'number':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    case 'timestamp':
      return formatTimestamp(value, (member.traits.timestampFormat ?? 'epoch-seconds') as TimestampFormat);
    case 'blob':
      return toBase64(value);
    default:
      return value;
  }
}

function toObject({ member }: Shape, value: Record<string, unknown>, rules: JsonRules): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(value)) {
    if (element !== undefined) result[key] = element === null || !member ? null : toJson(member, element, rules);
  }
  return result;
}

/** A string counts as its UTF-8 bytes. */
export function toBase64(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('base64');
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** JSON.parse with AWS's answer to what is not JSON. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new CodecError('SerializationException', 'Unexpected token: the body is not JSON.');
  }
}
