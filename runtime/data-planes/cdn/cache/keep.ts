import { PassThrough, type Readable } from 'node:stream';
import type { OriginReply } from '../origin/ask-origin.ts';
import type { Edge, Visit } from '../visit.ts';
import type { CacheKey } from './cache-key.ts';
import { normalisedEncoding } from './cache-key.ts';
import { compress, weakened } from './compression.ts';
import { freshnessOf } from './freshness.ts';
import type { CachedObject } from './object-cache.ts';
import type { Obtained } from './obtain.ts';

/** Keeps an origin's answer where it may be kept and is not too large; otherwise it streams through. */
export async function keep(edge: Edge, visit: Visit, found: { key: CacheKey; reply: OriginReply }): Promise<Obtained> {
  const { key, reply } = found;
  const nowMs = edge.kernel.clock.now();
  const freshness = freshnessOf(reply.headers, visit.behaviour, nowMs);
  const whole = reply.status !== 206 && reply.status !== 304;
  if (!freshness.stored || !whole || Number(reply.headers['content-length'] ?? 0) > limit(edge, visit))
    return stream(reply);
  const read = await collect(reply.body, limit(edge, visit));
  if (!Buffer.isBuffer(read)) return stream({ ...reply, body: read });
  const ageMs = Number(reply.headers.age ?? 0) * 1000;
  const bornMs = nowMs - (Number.isFinite(ageMs) ? ageMs : 0);
  const object = await objectOf(edge, visit, { key, reply, body: read, error: false });
  object.bornMs = bornMs;
  object.expiresMs = bornMs + freshness.ttlSeconds * 1000;
  object.staleWhileRevalidateMs = freshness.staleWhileRevalidateSeconds * 1000;
  object.staleIfErrorUntilMs = object.expiresMs + freshness.staleIfErrorSeconds * 1000;
  edge.cache.put(key.text, object, key.epoch);
  return { kind: 'object', object, outcome: 'Miss', cached: false };
}

export interface Answer {
  key: CacheKey;
  reply: { status: number; headers: Record<string, string | string[]> };
  body: Buffer;
  error: boolean;
}

/** The answer as it is held: compressed where policy and type allow, with the headers viewers get. */
export async function objectOf(edge: Edge, visit: Visit, answer: Answer): Promise<CachedObject> {
  const { reply, error, key } = answer;
  const headers = { ...reply.headers };
  delete headers.age;
  headers.date ??= new Date(edge.kernel.clock.now()).toUTCString();
  const isHead = visit.viewer.method === 'HEAD';
  const accepted =
    visit.behaviour.compress && !isHead
      ? normalisedEncoding(visit.viewer.headers['accept-encoding'], visit.behaviour.encodings)
      : '';
  const compressed = await compress({ status: reply.status, headers, body: answer.body }, accepted);
  const etag = text(headers.etag);
  if (compressed) {
    headers['content-encoding'] = compressed.encoding;
    headers.vary =
      headers.vary === undefined ? 'Accept-Encoding' : `${[headers.vary].flat().join(', ')}, Accept-Encoding`;
    const weak = etag === undefined ? undefined : weakened(etag);
    delete headers.etag;
    if (weak !== undefined) headers.etag = weak;
  }
  const body = compressed?.body ?? answer.body;
  if (!isHead) headers['content-length'] = String(body.length);
  const nowMs = edge.kernel.clock.now();
  return {
    distributionId: visit.site.id,
    uri: key.uri,
    status: reply.status,
    // A fresh copy: deletions make an object slow to copy, and every hit copies this one.
    headers: { ...headers },
    body,
    etag,
    lastModified: text(headers['last-modified']),
    bornMs: nowMs,
    expiresMs: nowMs,
    staleWhileRevalidateMs: 0,
    staleIfErrorUntilMs: nowMs,
    error,
  };
}

/** Reads a body whole; what turns out larger than the limit goes on as a stream, begun with what was read. */
export async function collect(
  body: Readable | Buffer | string | undefined,
  limitBytes: number,
): Promise<Buffer | Readable> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = body.iterator({ destroyOnReturn: false });
  for await (const chunk of iterator) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > limitBytes) return continued(chunks, body);
  }
  return Buffer.concat(chunks, size);
}

function continued(chunks: Buffer[], rest: Readable): Readable {
  const through = new PassThrough();
  for (const chunk of chunks) through.write(chunk);
  rest.on('error', (error) => through.destroy(error));
  through.on('close', () => rest.destroy());
  return rest.pipe(through);
}

/** A HEAD answer's length is not of a body that has to be read. */
function limit(edge: Edge, visit: Visit): number {
  return visit.viewer.method === 'HEAD' ? Infinity : edge.cache.maxObjectBytes;
}

function stream(reply: OriginReply): Obtained {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  return { kind: 'stream', status: reply.status, headers: reply.headers, body, outcome: 'Miss' };
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
