import type { Readable } from 'node:stream';
import { toBase64 } from './json-values.ts';
import type { Member, Operation, Shape } from './model.ts';
import type { WireRequest } from './protocol.ts';
import { formatTimestamp, parseTimestamp, type TimestampFormat } from './timestamps.ts';
import { readSimple } from './xml-values.ts';

/** Where the members of a REST input or output travel ("HTTP binding traits", Smithy documentation). */

/** Members that the path, query and headers hold. */
export function readBindings(operation: Operation, request: WireRequest, labels: Record<string, string>): Record<string, unknown> {
  const query = new URLSearchParams(request.query);
  const result: Record<string, unknown> = {};
  for (const member of operation.input.members) {
    const value = readBinding(member, request, query, labels);
    if (value !== undefined) result[member.name] = value;
  }
  const rest = operation.input.members.find((member) => member.traits.httpQueryParams);
  if (rest) result[rest.name] = remainingQuery(operation.input, rest, query);
  return result;
}

function readBinding(member: Member, request: WireRequest, query: URLSearchParams, labels: Record<string, string>): unknown {
  const { traits } = member;
  if (traits.httpLabel) {
    const label = labels[member.name];
    return label === undefined ? undefined : fromText(member, label, 'date-time');
  }
  if (typeof traits.httpQuery === 'string') return fromQuery(member, query.getAll(traits.httpQuery));
  if (typeof traits.httpHeader === 'string') {
    const text = request.headers[traits.httpHeader.toLowerCase()];
    return text === undefined ? undefined : fromHeader(member, text);
  }
  if (typeof traits.httpPrefixHeaders === 'string') return prefixed(traits.httpPrefixHeaders, request.headers);
  return undefined;
}

function fromQuery(member: Member, values: string[]): unknown {
  const [first] = values;
  if (first === undefined) return undefined;
  const item = member.shape.member;
  if (member.shape.type === 'list' && item) return values.map((value) => fromText(item, value, 'date-time'));
  return fromText(member, first, 'date-time');
}

function remainingQuery(shape: Shape, member: Member, query: URLSearchParams): Record<string, unknown> {
  const bound = new Set(shape.members.map((other) => other.traits.httpQuery));
  const result: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    if (bound.has(name)) continue;
    result[name] = member.shape.member?.shape.type === 'list' ? query.getAll(name) : query.get(name);
  }
  return result;
}

function fromHeader(member: Member, text: string): unknown {
  const item = member.shape.member;
  if (member.shape.type === 'list' && item) return splitList(item, text).map((part) => fromText(item, part, 'http-date'));
  if (member.traits.mediaType === 'application/json' || member.shape.traits.mediaType) return Buffer.from(text, 'base64').toString('utf8');
  return fromText(member, text, 'http-date');
}

/** Commas part a list, but for those inside quotes and those of HTTP dates. */
function splitList(item: Member, text: string): string[] {
  if (item.shape.type === 'timestamp' && (item.traits.timestampFormat ?? 'http-date') === 'http-date') {
    return text.split(/(?<=GMT)\s*,\s*/);
  }
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^,\s][^,]*/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replace(/\\(.)/g, '$1') : part.trim()));
}

function prefixed(prefix: string, headers: Record<string, string>): Record<string, string> | undefined {
  const lower = prefix.toLowerCase();
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (name.startsWith(lower)) result[name.slice(lower.length)] = value;
  return Object.keys(result).length > 0 ? result : undefined;
}

function fromText(member: Member, text: string, format: TimestampFormat): unknown {
  if (member.shape.type === 'timestamp') return parseTimestamp(text, (member.traits.timestampFormat ?? format) as TimestampFormat);
  return readSimple(member, text);
}

export function isBound(member: Member): boolean {
  const { traits } = member;
  return Boolean(traits.httpLabel || traits.httpQuery || traits.httpHeader || traits.httpPrefixHeaders || traits.httpQueryParams || traits.httpResponseCode);
}

export function payloadMember(shape: Shape): Member | undefined {
  return shape.members.find((member) => member.traits.httpPayload);
}

export function hasBodyMembers(shape: Shape): boolean {
  return shape.members.some((member) => !isBound(member));
}

/** A payload that is not a document of the protocol's own: bytes, text, or a stream. */
export function rawPayload(member: Member, body: Buffer | Readable): unknown {
  if (!Buffer.isBuffer(body)) return body;
  if (member.shape.type === 'blob') return body;
  return member.shape.type === 'string' ? body.toString('utf8') : undefined;
}

/** Status and headers that an output's members travel in. */
export function writeBindings(operation: Operation, output: Record<string, unknown>) {
  let status = operation.http?.status ?? 200;
  const headers: Record<string, string> = {};
  for (const member of operation.output.members) {
    const value = output[member.name];
    const { traits } = member;
    if (value === undefined || value === null) continue;
    if (traits.httpResponseCode) status = Number(value);
    else if (typeof traits.httpHeader === 'string') headers[traits.httpHeader.toLowerCase()] = toHeader(member, value);
    else if (typeof traits.httpPrefixHeaders === 'string') {
      for (const [name, text] of Object.entries(value as Record<string, string>)) headers[`${traits.httpPrefixHeaders.toLowerCase()}${name}`] = text;
    }
  }
  return { status, headers };
}

function toHeader(member: Member, value: unknown): string {
  const item = member.shape.member;
  if (Array.isArray(value) && item) {
    return value.map((part) => (item.shape.type === 'string' ? quoted(String(part)) : toText(item, part))).join(', ');
  }
  return toText(member, value);
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

function toText(member: Member, value: unknown): string {
  if (member.shape.type === 'timestamp') return String(formatTimestamp(value, (member.traits.timestampFormat ?? 'http-date') as TimestampFormat));
  if (member.shape.type === 'blob' || member.shape.traits.mediaType) return toBase64(value);
  return String(value);
}
