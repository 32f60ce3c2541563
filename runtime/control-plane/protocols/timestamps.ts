import { CodecError } from './codec-error.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** A number is taken to be epoch seconds already. */
export function formatTimestamp(value: unknown, format: TimestampFormat): string | number {
  const ms = value instanceof Date ? value.getTime() : Number(value) * 1000;
  if (format === 'epoch-seconds') return ms / 1000;
  const date = new Date(ms);
  return format === 'http-date' ? date.toUTCString() : date.toISOString().replace('.000Z', 'Z');
}

export function parseTimestamp(value: unknown, format: TimestampFormat): Date {
  if (typeof value === 'number' || (format === 'epoch-seconds' && /^-?\d+(\.\d+)?$/.test(String(value)))) {
    return new Date(Math.round(Number(value) * 1000));
  }
  const ms = Date.parse(String(value));
  if (Number.isNaN(ms)) throw new CodecError('SerializationException', `${String(value)} is not a timestamp of the form ${format}.`);
  return new Date(ms);
}
