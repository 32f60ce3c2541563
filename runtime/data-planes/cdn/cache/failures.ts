import { Readable } from 'node:stream';
import type { OriginReply } from '../origin/ask-origin.ts';
import { generatedPage, sentences } from '../viewer/generated-page.ts';
import { behaviourFor, type Edge, type Visit } from '../visit.ts';
import type { CacheKey } from './cache-key.ts';
import { errorTtlSeconds } from './freshness.ts';
import { collect, objectOf } from './keep.ts';
import type { CachedObject } from './object-cache.ts';
import { type Obtained, obtain } from './obtain.ts';

/** Error Caching Minimum TTL where no custom error response says otherwise. */
const defaultErrorTtlSeconds = 10;

export interface Failure {
  reply: OriginReply;
  /** Undefined when the behaviour keeps nothing. */
  key: CacheKey | undefined;
  stale: CachedObject | undefined;
}

/**
 * The origin answered 4xx or 5xx, or not at all: an expired object stands in for a server's failure, else the custom
 * error page, else what the origin said ("How CloudFront processes HTTP 4xx and 5xx status codes from your origin").
 */
export async function obtainFailure(edge: Edge, visit: Visit, failure: Failure): Promise<Obtained> {
  const { reply, key, stale } = failure;
  const nowMs = edge.kernel.clock.now();
  const rule = visit.forErrorPage ? undefined : visit.site.errorResponses[reply.status];
  const minTtlSeconds = rule?.cachingMinTtlSeconds ?? defaultErrorTtlSeconds;
  if (key && stale && !stale.error && reply.status >= 500 && nowMs < stale.staleIfErrorUntilMs) {
    discard(reply);
    visit.hop.note('stale', `the origin answered ${reply.failure ?? reply.status}`);
    // Until the error's caching time is over the origin is not asked again.
    const object = { ...stale, expiresMs: nowMs + minTtlSeconds * 1000 };
    edge.cache.put(key.text, object, key.epoch);
    return { kind: 'object', object, outcome: 'Hit', cached: true };
  }
  const { behaviour } = visit;
  const ttlSeconds = errorTtlSeconds(
    reply.headers,
    { status: reply.status, configured: rule !== undefined, minTtlSeconds, maxTtlSeconds: behaviour.maxTtlSeconds },
    nowMs,
  );
  const told =
    rule?.responsePagePath === undefined
      ? plain(visit, reply, rule?.responseCode)
      : await errorPage(edge, visit, {
          reply,
          path: rule.responsePagePath,
          code: rule.responseCode,
          kept: key !== undefined,
        });
  if (!key || ttlSeconds === undefined) return { kind: 'stream', ...told, outcome: 'Error' };
  const body = await collect(told.body, edge.cache.maxObjectBytes);
  if (!Buffer.isBuffer(body)) return { kind: 'stream', ...told, body, outcome: 'Error' };
  const object = await objectOf(edge, visit, { key, reply: told, body, error: true });
  object.expiresMs = nowMs + ttlSeconds * 1000;
  if (ttlSeconds > 0) edge.cache.put(key.text, object, key.epoch);
  return { kind: 'object', object, outcome: 'Error', cached: false };
}

interface Told {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable | Buffer | undefined;
}

function plain(visit: Visit, reply: OriginReply, code: number | undefined): Told {
  if (reply.failure === undefined) {
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    return { status: code ?? reply.status, headers: reply.headers, body };
  }
  const sentence = reply.failure === 'timeout' ? sentences.timedOut : sentences.cannotConnect;
  const page = generatedPage(
    reply.status,
    reply.reason === undefined ? sentence : `${sentence} (${reply.reason})`,
    visit.requestId,
  );
  return { status: code ?? page.status, headers: page.headers, body: page.body as Buffer };
}

/** The page itself comes through the cache like any object; where it fails too, its own status is told. */
async function errorPage(
  edge: Edge,
  visit: Visit,
  about: { reply: OriginReply; path: string; code: number | undefined; kept: boolean },
): Promise<Told> {
  discard(about.reply);
  const headers = { ...visit.viewer.headers };
  for (const name of [
    'range',
    'if-range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-unmodified-since',
    'content-length',
    'content-type',
  ])
    delete headers[name];
  // An error kept under a key without encodings must be readable by every viewer.
  if (about.kept && visit.behaviour.encodings.length === 0) delete headers['accept-encoding'];
  const page = await obtain(edge, {
    ...visit,
    behaviour: behaviourFor(visit.site, about.path),
    viewer: { ...visit.viewer, method: 'GET', path: about.path, query: '', headers },
    forErrorPage: true,
  });
  visit.hop.note('errorPage', about.path);
  const found = page.kind === 'object' ? page.object : page;
  const status = found.status >= 400 ? found.status : (about.code ?? about.reply.status);
  return { status, headers: { ...found.headers }, body: found.body };
}

function discard(reply: OriginReply): void {
  if (reply.body instanceof Readable) reply.body.destroy();
}
