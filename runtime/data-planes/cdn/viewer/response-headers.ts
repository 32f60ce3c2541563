import { wildcard } from '../../../engines/patterns/wildcards.ts';
import type { Cors, ResponseHeaders } from '../configuration.ts';

export interface ServerTiming {
  hit: boolean;
  pop: string;
  requestId: string;
}

/** Applies a response headers policy to what goes to the viewer ("Understand response headers policies"). Changes `headers`. */
export function applyResponseHeaders(
  headers: Record<string, string | string[]>,
  policy: ResponseHeaders,
  request: { method: string; headers: Record<string, string> },
): void {
  for (const name of policy.remove) delete headers[name];
  if (policy.cors && request.headers.origin !== undefined)
    applyCors(headers, policy.cors, request.headers.origin, isPreflight(request));
  for (const { name, value, override } of policy.set)
    if (override || headers[name] === undefined) headers[name] = value;
}

/** "Server-Timing header": what the edge did, for a sample of the answers. */
export function serverTiming(timing: ServerTiming): string {
  const how = timing.hit ? 'cdn-cache-hit' : 'cdn-cache-miss';
  return `${how},cdn-pop;desc="${timing.pop}",cdn-rid;desc="${timing.requestId}"`;
}

function isPreflight(request: { method: string; headers: Record<string, string> }): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

/** With OriginOverride false the origin's CORS headers, if it sent any, stand alone. */
function applyCors(headers: Record<string, string | string[]>, cors: Cors, origin: string, preflight: boolean): void {
  const given = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
  if (given.length > 0 && !cors.originOverride) return;
  for (const name of given) delete headers[name];
  const allowed = allowedOrigin(cors, origin);
  if (allowed === undefined) return;
  headers['access-control-allow-origin'] = allowed;
  if (allowed !== '*') headers.vary = withOrigin(headers.vary);
  if (cors.allowCredentials) headers['access-control-allow-credentials'] = 'true';
  if (!preflight) {
    if (cors.exposeHeaders.length > 0) headers['access-control-expose-headers'] = cors.exposeHeaders.join(', ');
    return;
  }
  if (cors.allowMethods.length > 0) headers['access-control-allow-methods'] = methods(cors.allowMethods);
  if (cors.allowHeaders.length > 0) headers['access-control-allow-headers'] = cors.allowHeaders.join(', ');
  if (cors.maxAgeSeconds !== undefined) headers['access-control-max-age'] = String(cors.maxAgeSeconds);
}

function allowedOrigin(cors: Cors, origin: string): string | undefined {
  if (cors.allowOrigins.includes('*')) return cors.allowCredentials ? origin : '*';
  return cors.allowOrigins.some((pattern) => originMatches(pattern, origin)) ? origin : undefined;
}

/** Patterns are host names or whole origins, with `*` for a label or a port ("Access-Control-Allow-Origin"). */
function originMatches(pattern: string, origin: string): boolean {
  const whole = wildcard(pattern, { question: false, ignoreCase: true });
  if (pattern.includes('://')) return whole(origin) && origin.split('/').length === pattern.split('/').length;
  const host = /^https?:\/\/([^/]*)$/i.exec(origin)?.[1];
  return host !== undefined && (whole(host) || whole(host.replace(/:\d+$/, '')));
}

function methods(list: readonly string[]): string {
  return list.includes('ALL') ? 'GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE' : list.join(', ');
}

function withOrigin(vary: string | string[] | undefined): string {
  if (vary === undefined) return 'Origin';
  const text = Array.isArray(vary) ? vary.join(', ') : vary;
  return /\borigin\b/i.test(text) ? text : `${text}, Origin`;
}
