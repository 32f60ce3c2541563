/** How long an answer of the origin stays in the cache. Rules: "Manage how long content stays in the cache (expiration)". */
export interface Freshness {
  /** False: the answer must not be kept at all. */
  stored: boolean;
  ttlSeconds: number;
  staleWhileRevalidateSeconds: number;
  /** How long after expiry a stale answer may stand in for a failing origin; Infinity unless the origin says. */
  staleIfErrorSeconds: number;
}

export interface TtlLimits {
  minTtlSeconds: number;
  defaultTtlSeconds: number;
  maxTtlSeconds: number;
}

type Headers = Record<string, string | string[]>;

export function freshnessOf(headers: Headers, limits: TtlLimits, nowMs: number): Freshness {
  const directives = cacheControl(headers);
  const { minTtlSeconds: min, maxTtlSeconds: max } = limits;
  const wanted = lifetime(headers, directives, nowMs);
  const forbidden = directives.has('no-store') || directives.has('private');
  const mayNot = forbidden || directives.has('no-cache');
  const ttlSeconds = mayNot ? min : Math.min(Math.max(wanted ?? Math.max(limits.defaultTtlSeconds, min), min), max);
  return {
    stored: max > 0 && !(forbidden && min === 0),
    ttlSeconds: max === 0 ? 0 : ttlSeconds,
    staleWhileRevalidateSeconds: seconds(directives.get('stale-while-revalidate')) ?? 0,
    staleIfErrorSeconds: mustRevalidate(directives) ? 0 : (seconds(directives.get('stale-if-error')) ?? Infinity),
  };
}

/** "Control how long CloudFront caches errors"; these four obey no-store, no-cache and private, the others ignore them. */
const obedient = new Set([404, 410, 414, 501]);

/** "HTTP 4xx and 5xx status codes that CloudFront caches": always, and only when the origin gives a lifetime. */
const alwaysCached = new Set([404, 410, 414, 500, 501, 502, 503, 504]);
const cachedWithLifetime = new Set([400, 403, 405, 412, 415]);

export interface ErrorCaching {
  status: number;
  /** A custom error response names this status, which makes it cacheable ("How CloudFront processes errors"). */
  configured: boolean;
  minTtlSeconds: number;
  maxTtlSeconds: number;
}

/** Undefined: this error is not kept. 416 never is. */
export function errorTtlSeconds(headers: Headers, error: ErrorCaching, nowMs: number): number | undefined {
  const directives = cacheControl(headers);
  const wanted = lifetime(headers, directives, nowMs);
  const kept =
    alwaysCached.has(error.status) ||
    (cachedWithLifetime.has(error.status) && (error.configured || wanted !== undefined));
  if (!kept) return undefined;
  const mayNot = directives.has('no-store') || directives.has('no-cache') || directives.has('private');
  if (mayNot && obedient.has(error.status)) return undefined;
  return Math.max(error.minTtlSeconds, mayNot ? 0 : Math.min(wanted ?? 0, error.maxTtlSeconds));
}

/** s-maxage before max-age before Expires; undefined when the origin names none. */
function lifetime(headers: Headers, directives: Map<string, string>, nowMs: number): number | undefined {
  const age = seconds(directives.get('s-maxage')) ?? seconds(directives.get('max-age'));
  if (age !== undefined) return age;
  const expires = headers.expires;
  if (typeof expires !== 'string') return undefined;
  const atMs = Date.parse(expires);
  // "Expires: 0" and other dates that are none mean expired (RFC 9111, 5.3).
  return Number.isNaN(atMs) ? 0 : Math.max(0, (atMs - nowMs) / 1000);
}

function mustRevalidate(directives: Map<string, string>): boolean {
  return directives.has('must-revalidate') || directives.has('proxy-revalidate');
}

function cacheControl(headers: Headers): Map<string, string> {
  const text = headers['cache-control'];
  const directives = new Map<string, string>();
  if (text === undefined) return directives;
  for (const part of (Array.isArray(text) ? text.join(',') : text).split(',')) {
    const [name = '', value = ''] = part.trim().split('=', 2);
    // The first of a repeated directive counts (RFC 9111, 4.2.1).
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), value.replace(/^"|"$/g, ''));
  }
  return directives;
}

function seconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
