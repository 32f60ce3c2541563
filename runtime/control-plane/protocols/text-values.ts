import { toBase64 } from './blobs.ts';
import { CodecError } from './codec-error.ts';
import type { Member } from './model.ts';
import { formatTimestamp, parseTimestamp, type TimestampFormat } from './timestamps.ts';

/**
 * Simple values as text: in an element, an attribute, a header, a label, a query parameter. `format` is that of a
 * timestamp whose model names none.
 */
export function readText({ name, shape, traits }: Member, text: string, format: TimestampFormat): unknown {
  switch (shape.type) {
    case 'number':
    case 'bigInteger':
    case 'bigDecimal':
      return readNumber(name, text.trim());
    case 'boolean':
      return readBoolean(name, text.trim());
    case 'timestamp':
      return parseTimestamp(text, traits.timestampFormat ?? format);
    case 'blob':
      return Buffer.from(text, 'base64');
    default:
      return text;
  }
}

/** Not escaped. */
export function writeText({ shape, traits }: Member, value: unknown, format: TimestampFormat): string {
  switch (shape.type) {
    case 'timestamp':
      return String(formatTimestamp(value, traits.timestampFormat ?? format));
    case 'blob':
      return toBase64(value);
    default:
      return String(value);
  }
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw malformed(name, text, 'a number');
  return value;
}

function readBoolean(name: string, text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw malformed(name, text, 'true or false');
}

function malformed(name: string, text: string, wanted: string): CodecError {
  return new CodecError('MalformedInput', `The value '${text}' of ${name} is not ${wanted}.`);
}
