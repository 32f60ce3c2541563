import { Readable } from 'node:stream';
import { tellProblem } from '../../http/serve.ts';
import type { OriginReply } from '../origin/ask-origin.ts';
import { askTarget } from '../origin/ask-target.ts';
import type { Edge, Outcome, Visit } from '../visit.ts';
import { type CacheKey, cacheKey } from './cache-key.ts';
import { obtainFailure } from './failures.ts';
import { freshnessOf } from './freshness.ts';
import { keep } from './keep.ts';
import type { CachedObject } from './object-cache.ts';

/** Where the answer comes from: an object held whole, or the origin's stream on its way through. */
export type Obtained =
  | { kind: 'object'; object: CachedObject; outcome: Outcome; cached: boolean }
  | {
      kind: 'stream';
      status: number;
      headers: Record<string, string | string[]>;
      body: Readable | Buffer | undefined;
      outcome: Outcome;
    };

/** The cache: a hit at once, else wait for the one who is already asking, revalidate, or ask the origin. */
export function obtain(edge: Edge, visit: Visit): Obtained | Promise<Obtained> {
  if (!isCached(visit)) return passThrough(edge, visit);
  const key = cacheKey(visit.site.id, visit.behaviour, visit.viewer);
  visit.hop.note('cacheKey', key.text);
  const nowMs = edge.kernel.clock.now();
  let object = edge.cache.get(key.text);
  if (object && nowMs < object.expiresMs) return hit(object);
  if (visit.viewer.method === 'HEAD') {
    // What HEAD brings has no body, so it is kept apart from what GET brings.
    key.text = `H${key.text}`;
    object = edge.cache.get(key.text);
    if (object && nowMs < object.expiresMs) return hit(object);
  }
  if (object && nowMs < object.expiresMs + object.staleWhileRevalidateMs) {
    if (!edge.inFlight.has(key.text)) void edge.kernel.clock.track(renew(edge, visit, key, object));
    visit.hop.note('stale', 'while revalidating');
    return hit(object);
  }
  return collapse(edge, visit, key, object);
}

function hit(object: CachedObject): Obtained {
  return { kind: 'object', object, outcome: object.error ? 'Error' : 'Hit', cached: true };
}

function isCached({ behaviour, viewer }: Visit): boolean {
  // Forwarding all headers under legacy settings means no caching ("Cache content based on request headers").
  return (
    behaviour.maxTtlSeconds > 0 &&
    behaviour.cachedMethods.includes(viewer.method) &&
    behaviour.keyed.headers.kind !== 'all'
  );
}

async function collapse(edge: Edge, visit: Visit, key: CacheKey, stale: CachedObject | undefined): Promise<Obtained> {
  const underWay = edge.inFlight.get(key.text);
  if (underWay) {
    const object = await underWay;
    if (object && edge.kernel.clock.now() < object.expiresMs) return hit(object);
    visit.hop.note('collapsed', false);
    return fetch(edge, visit, key, stale);
  }
  return ask(edge, visit, key, stale);
}

/** Nobody waits for it: what comes that is not kept is not read either, and a bug is told, for no viewer sees it. */
async function renew(edge: Edge, visit: Visit, key: CacheKey, stale: CachedObject): Promise<void> {
  try {
    const obtained = await ask(edge, visit, key, stale);
    if (obtained.kind === 'stream' && obtained.body instanceof Readable) obtained.body.destroy();
  } catch (error) {
    tellProblem(edge.kernel, 'cloudfront stale-while-revalidate', error as Error);
  }
}

/** Asks the origin for everybody who wants this object now. */
async function ask(edge: Edge, visit: Visit, key: CacheKey, stale: CachedObject | undefined): Promise<Obtained> {
  const { promise, resolve } = Promise.withResolvers<CachedObject | undefined>();
  edge.inFlight.set(key.text, promise);
  let object: CachedObject | undefined;
  try {
    const fetched = await fetch(edge, visit, key, stale);
    if (fetched.kind === 'object') object = fetched.object;
    return fetched;
  } finally {
    edge.inFlight.delete(key.text);
    resolve(object);
  }
}

async function fetch(edge: Edge, visit: Visit, key: CacheKey, stale: CachedObject | undefined): Promise<Obtained> {
  const revalidate =
    stale && !stale.error && (stale.etag !== undefined || stale.lastModified !== undefined) ? stale : undefined;
  key.epoch = edge.cache.epochOf(visit.site.id);
  const reply = await askTarget(edge, visit, { revalidate, whole: true });
  if (reply.status === 304 && revalidate) return refreshed(edge, visit, { key, stale: revalidate, reply });
  if (reply.failure !== undefined || reply.status >= 400) return obtainFailure(edge, visit, { reply, key, stale });
  const kept = await keep(edge, visit, { key, reply });
  if (kept.kind === 'object' || reply.status !== 200 || visit.viewer.headers.range === undefined) return kept;
  // Too large to keep whole: the part the viewer wants is the origin's to cut.
  if (kept.body instanceof Readable) kept.body.destroy();
  return passThrough(edge, visit);
}

/** The origin says the object has not changed: it lives on with the headers of the confirmation. */
function refreshed(
  edge: Edge,
  visit: Visit,
  found: { key: CacheKey; stale: CachedObject; reply: OriginReply },
): Obtained {
  const { key, stale, reply } = found;
  const nowMs = edge.kernel.clock.now();
  const headers = { ...stale.headers };
  for (const name of ['cache-control', 'expires', 'date']) {
    const value = reply.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const freshness = freshnessOf(headers, visit.behaviour, nowMs);
  const object: CachedObject = {
    ...stale,
    headers,
    bornMs: nowMs,
    expiresMs: nowMs + freshness.ttlSeconds * 1000,
    staleWhileRevalidateMs: freshness.staleWhileRevalidateSeconds * 1000,
    staleIfErrorUntilMs: nowMs + (freshness.ttlSeconds + freshness.staleIfErrorSeconds) * 1000,
  };
  edge.cache.put(key.text, object, key.epoch);
  return { kind: 'object', object, outcome: 'RefreshHit', cached: true };
}

/** Nothing is kept: the origin's answer streams to the viewer. */
async function passThrough(edge: Edge, visit: Visit): Promise<Obtained> {
  const reply = await askTarget(edge, visit, { whole: visit.forErrorPage });
  if (reply.failure !== undefined || reply.status >= 400)
    return obtainFailure(edge, visit, { reply, key: undefined, stale: undefined });
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  return { kind: 'stream', status: reply.status, headers: reply.headers, body, outcome: 'Miss' };
}
