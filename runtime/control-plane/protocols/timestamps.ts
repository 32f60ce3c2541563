import { CodecError } from './codec-error.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** A number is taken to be epoch seconds already. Milliseconds are kept where there are any, but in HTTP dates. */
export function formatTimestamp(value: unknown, format: TimestampFormat): string | number {
  const ms = value instanceof Date ? value.getTime() : Math.round(Number(value) * 1000);
  if (!Number.isFinite(ms)) throw new Error(`${String(value)} was given as a timestamp of an output`);
  if (format === 'epoch-seconds') return ms / 1000;
  const known = format === 'http-date' ? httpDates : dateTimes;
  let text = known.get(ms);
  if (text === undefined) {
    if (known.size >= 2000) known.clear();
    const date = new Date(ms);
    text = format === 'http-date' ? date.toUTCString() : date.toISOString().replace('.000Z', 'Z');
    known.set(ms, text);
  }
  return text;
}

/** The same times are told again and again; formatting one takes as long as an element of XML. */
const httpDates = new Map<number, string>();
const dateTimes = new Map<number, string>();

/** Reads any of the three forms, as AWS's own readers do, when the one the model names does not fit. */
export function parseTimestamp(value: unknown, format: TimestampFormat): Date {
  if (typeof value === 'number') return new Date(Math.round(value * 1000));
  if (typeof value !== 'string') throw unreadable(value, format);
  const text = value.trim();
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return new Date(Math.round(Number(text) * 1000));
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw unreadable(text, format);
  return new Date(ms);
}

function unreadable(value: unknown, format: TimestampFormat): CodecError {
  return new CodecError('SerializationException', `${JSON.stringify(value)} is not a timestamp of the form ${format}.`);
}
