import type { Encoder } from 'cbor-x';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import { toBuffer } from './blobs.ts';
import { CodecError } from './codec-error.ts';
import { define } from './json-values.ts';
import type { Member, Shape } from './model.ts';
import { parseTimestamp } from './timestamps.ts';

const cborX = packageOnDemand<typeof import('cbor-x')>('cbor-x');

let encoder: Encoder | undefined;

/** Structures as maps with text keys, Dates as tag 1, byte strings without a tag. */
function cbor(): Encoder {
  encoder ??= new (cborX().Encoder)({ useRecords: false, mapsAsObjects: true, tagUint8Array: false, useFloat32: 0 });
  return encoder;
}

export function encodeCbor(value: unknown): Buffer {
  // The encoder hands out parts of one buffer that it goes on writing to.
  return Buffer.from(cbor().encode(value));
}

const BREAK = 0xff;

export function decodeCbor(body: Buffer): unknown {
  try {
    // The decoder takes the end of an indefinite value for one.
    if (body[0] !== BREAK) return cbor().decode(body);
  } catch {
    // Told below.
  }
  throw new CodecError('SerializationException', 'The body is not CBOR.');
}

/** A value of the shape from what the decoder gave. Nulls count as absent, but in sparse lists and maps. */
export function fromCbor(member: Member, value: unknown): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(shape, value);
    case 'list':
      return readList(shape, value);
    case 'map':
      return readMap(shape, value);
    case 'timestamp':
      return value instanceof Date ? value : parseTimestamp(value, 'epoch-seconds');
    case 'blob':
      return value instanceof Uint8Array ? toBuffer(value) : mismatch(member);
    case 'number':
      if (typeof value === 'number') return value;
      return typeof value === 'bigint' ? Number(value) : mismatch(member);
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(member);
    case 'string':
      return typeof value === 'string' ? value : mismatch(member);
    default:
      return value;
  }
}

function readStructure(shape: Shape, value: unknown): Record<string, unknown> {
  const source = asMap(shape, value);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = source[member.name];
    if (given !== undefined && given !== null) result[member.name] = fromCbor(member, given);
  }
  return result;
}

function readList({ name, member, sparse }: Shape, value: unknown): unknown[] {
  if (!Array.isArray(value))
    throw new CodecError('SerializationException', `A value that is not a list was given for ${name || 'a list'}.`);
  const result: unknown[] = [];
  for (const element of value) {
    if (element === null || element === undefined) {
      if (sparse) result.push(null);
    } else if (member) result.push(fromCbor(member, element));
  }
  return result;
}

function readMap(shape: Shape, value: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(asMap(shape, value))) {
    if (element === null || element === undefined) {
      if (shape.sparse) define(result, key, null);
    } else if (shape.member) define(result, key, fromCbor(shape.member, element));
  }
  return result;
}

function asMap(shape: Shape, value: unknown): Record<string, unknown> {
  const isMap =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date);
  if (!isMap)
    throw new CodecError('SerializationException', `A value that is not a map was given for ${shape.name || 'a map'}.`);
  return value as Record<string, unknown>;
}

function mismatch({ name, shape }: Member): never {
  throw new CodecError('SerializationException', `A value that is not a ${shape.type} was given for ${name}.`);
}

/** A value of the shape as the encoder takes it. */
export function toCbor(member: Member, value: unknown): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error': {
      const result: Record<string, unknown> = {};
      for (const inner of shape.members) {
        const given = (value as Record<string, unknown>)[inner.name];
        if (given !== undefined && given !== null) result[inner.name] = toCbor(inner, given);
      }
      return result;
    }
    case 'list':
      return (value as unknown[]).map((element) =>
        element === null || element === undefined || !shape.member ? null : toCbor(shape.member, element),
      );
    case 'map': {
      const result: Record<string, unknown> = {};
      for (const [key, element] of Object.entries(value as object)) {
        if (element !== undefined)
          define(result, key, element === null || !shape.member ? null : toCbor(shape.member, element));
      }
      return result;
    }
    case 'timestamp':
      return value instanceof Date ? value : new Date(Math.round(Number(value) * 1000));
    case 'blob':
      return toBuffer(value);
    case 'number':
      // Whole numbers beyond 32 bits would go as floats, which boto3 shows as such.
      return Number.isInteger(value) && Math.abs(value as number) > 0xffffffff && Number.isSafeInteger(value)
        ? BigInt(value as number)
        : value;
    default:
      return value;
  }
}
