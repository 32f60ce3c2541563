import type { Readable } from 'node:stream';
import { toBase64, toBuffer } from './blobs.ts';
import type { Member, Operation, Shape } from './model.ts';
import type { WireRequest } from './protocol.ts';
import { readText, writeText } from './text-values.ts';

/** Where the members of a REST input, output or error travel ("HTTP binding traits", Smithy documentation). */
export interface Bindings {
  labels: Member[];
  query: Member[];
  queryParams: Member | undefined;
  headers: Member[];
  prefixHeaders: Member | undefined;
  statusCode: Member | undefined;
  /** The member that is the body. */
  payload: Member | undefined;
  /** The members that are the document in the body, as a shape of their own; undefined where there are none. */
  document: Member | undefined;
}

const inputs = new WeakMap<Shape, Bindings>();
const outputs = new WeakMap<Shape, Bindings>();

export function inputBindings(shape: Shape): Bindings {
  return known(inputs, shape, true);
}

/** Labels and query parameters mean nothing in an answer: such members are in its body. */
export function outputBindings(shape: Shape): Bindings {
  return known(outputs, shape, false);
}

function known(cache: WeakMap<Shape, Bindings>, shape: Shape, request: boolean): Bindings {
  let bindings = cache.get(shape);
  if (!bindings) {
    bindings = bind(shape, request);
    cache.set(shape, bindings);
  }
  return bindings;
}

function bind(shape: Shape, request: boolean): Bindings {
  const having = (trait: keyof Member['traits']): Member[] =>
    shape.members.filter((member) => member.traits[trait] !== undefined);
  const labels = request ? having('httpLabel') : [];
  const query = request ? having('httpQuery') : [];
  const [queryParams] = request ? having('httpQueryParams') : [];
  const headers = having('httpHeader');
  const [prefixHeaders] = having('httpPrefixHeaders');
  const [statusCode] = request ? [] : having('httpResponseCode');
  const payload = shape.members.find(
    (member) => member.traits.httpPayload || (member.shape.type === 'union' && member.shape.traits.streaming),
  );
  const bound = new Set([...labels, ...query, queryParams, ...headers, prefixHeaders, statusCode]);
  const members = payload ? [] : shape.members.filter((member) => !bound.has(member));
  const document = members.length > 0 ? documentOf(shape, members) : undefined;
  return { labels, query, queryParams, headers, prefixHeaders, statusCode, payload, document };
}

function documentOf(shape: Shape, members: Member[]): Member {
  return {
    name: shape.name,
    shape: { ...shape, members },
    traits: shape.traits,
    jsonName: shape.name,
    xmlName: shape.traits.xmlName ?? shape.name,
  };
}

/** Members that the path, query and headers hold. */
export function readBindings(
  bindings: Bindings,
  request: WireRequest,
  labels: Record<string, string>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of bindings.labels) {
    const label = labels[member.name];
    if (label !== undefined) result[member.name] = readText(member, label, 'date-time');
  }
  if (request.query !== '' || bindings.queryParams) readQuery(bindings, new URLSearchParams(request.query), result);
  for (const member of bindings.headers) {
    const text = request.headers[member.traits.httpHeader as string];
    if (text !== undefined) result[member.name] = readHeader(member, text);
  }
  if (bindings.prefixHeaders)
    result[bindings.prefixHeaders.name] = readPrefixed(bindings.prefixHeaders, request.headers);
  return result;
}

function readQuery(bindings: Bindings, query: URLSearchParams, result: Record<string, unknown>): void {
  for (const member of bindings.query) {
    const name = member.traits.httpQuery as string;
    const item = member.shape.member;
    if (member.shape.type !== 'list' || !item) {
      const value = query.get(name);
      if (value !== null) result[member.name] = readText(member, value, 'date-time');
    } else if (query.has(name))
      result[member.name] = query.getAll(name).map((value) => readText(item, value, 'date-time'));
  }
  if (bindings.queryParams) result[bindings.queryParams.name] = readQueryParams(bindings.queryParams, query);
}

/** "httpQueryParams trait": on the way in, the map holds every parameter, those bound to members as well. */
function readQueryParams(member: Member, query: URLSearchParams): Record<string, unknown> {
  const lists = member.shape.member?.shape.type === 'list';
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, lists ? query.getAll(name) : query.get(name)]),
  );
}

function readHeader(member: Member, text: string): unknown {
  const item = member.shape.member;
  if (member.shape.type === 'list' && item)
    return splitList(item, text).map((part) => readText(item, part, 'http-date'));
  if (member.traits.mediaType) return Buffer.from(text, 'base64').toString('utf8');
  return readText(member, text, 'http-date');
}

/** Commas part a list, but for those inside quotes and those of HTTP dates. */
function splitList(item: Member, text: string): string[] {
  if (item.shape.type === 'timestamp' && (item.traits.timestampFormat ?? 'http-date') === 'http-date')
    return text.split(/(?<=GMT)\s*,\s*/);
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^,\s][^,]*/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replace(/\\(.)/g, '$1') : part.trim()));
}

function readPrefixed({ traits }: Member, headers: Record<string, string>): Record<string, string> {
  const prefix = traits.httpPrefixHeaders as string;
  const result: Record<string, string> = {};
  for (const name in headers) if (name.startsWith(prefix)) result[name.slice(prefix.length)] = headers[name] ?? '';
  return result;
}

/** A payload that is not a document of the protocol's own: bytes, text, or a stream. Without bytes it is absent, unless streamed. */
export function readRawPayload(member: Member, body: Buffer | Readable): unknown {
  if (!Buffer.isBuffer(body) || member.traits.streaming) return body;
  if (body.length === 0) return undefined;
  return member.shape.type === 'string' ? body.toString('utf8') : body;
}

export function isRaw({ shape }: Member): boolean {
  return shape.type === 'blob' || shape.type === 'string';
}

export function writeRawPayload(value: unknown): Buffer | Readable | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' || value instanceof Uint8Array ? toBuffer(value) : (value as Readable);
}

/** Status and headers that an output's members travel in. */
export function writeBindings(operation: Operation, bindings: Bindings, output: Record<string, unknown>) {
  const code = bindings.statusCode && output[bindings.statusCode.name];
  return {
    status: code === undefined ? (operation.http?.status ?? 200) : Number(code),
    headers: writeHeaders(bindings, output),
  };
}

export function writeHeaders(bindings: Bindings, output: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const member of bindings.headers) {
    const value = output[member.name];
    if (value !== undefined && value !== null) headers[member.traits.httpHeader as string] = writeHeader(member, value);
  }
  if (bindings.prefixHeaders) {
    const prefix = bindings.prefixHeaders.traits.httpPrefixHeaders as string;
    for (const [name, text] of Object.entries((output[bindings.prefixHeaders.name] ?? {}) as Record<string, string>))
      headers[prefix + name] = text;
  }
  return headers;
}

function writeHeader(member: Member, value: unknown): string {
  const item = member.shape.member;
  if (Array.isArray(value) && item) {
    return value
      .map((part) => (item.shape.type === 'string' ? quoted(String(part)) : writeText(item, part, 'http-date')))
      .join(', ');
  }
  return member.traits.mediaType ? toBase64(value) : writeText(member, value, 'http-date');
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
