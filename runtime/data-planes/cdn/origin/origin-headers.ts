import { awsName } from '../../http/hosts.ts';
import { normalisedEncoding, selectCookies, selectHeaders, selectQuery } from '../cache/cache-key.ts';
import type { Behaviour, Names, Origin } from '../configuration.ts';
import type { ViewerRequest } from '../viewer/viewer-request.ts';

/**
 * What the origin is sent: what the cache policy keys by, what the origin request policy adds, and CloudFront's own.
 * "HTTP request headers and CloudFront behavior (custom and Amazon S3 origins)", "Control origin requests with a policy".
 */
export function originHeaders(
  behaviour: Behaviour,
  origin: Origin,
  viewer: ViewerRequest,
  ids: EdgeIds,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of chosen(behaviour, viewer)) {
    const value = viewer.headers[name] ?? cloudFrontHeader(name, viewer);
    if (value !== undefined) headers[name] = value;
  }
  for (const name of neverForwarded) delete headers[name];
  headers.host = headers.host === undefined ? origin.domainName : awsName(headers.host);
  headers['user-agent'] ??= 'Amazon CloudFront';
  setOrDelete(headers, 'cookie', unionOfCookies(viewer.headers.cookie, behaviour));
  if (behaviour.encodings.length > 0) {
    setOrDelete(headers, 'accept-encoding', normalisedEncoding(viewer.headers['accept-encoding'], behaviour.encodings));
  }
  if (origin.caller && !(origin.yieldsToAuthorization && headers.authorization)) delete headers.authorization;
  headers['x-forwarded-for'] = appended(viewer.headers['x-forwarded-for'], viewer.raw.client.ip);
  headers.via = appended(viewer.headers.via, ids.via);
  headers['x-amz-cf-id'] = ids.requestId;
  return Object.assign(headers, origin.customHeaders);
}

export interface EdgeIds {
  requestId: string;
  via: string;
}

/** The query sent to the origin: what the key holds and what the origin request policy adds. */
export function originQuery(behaviour: Behaviour, origin: Origin, viewer: ViewerRequest): string {
  const query = union(viewer.query, [behaviour.keyed.queryStrings, behaviour.forwarded.queryStrings], '&', selectQuery);
  if (!origin.s3 || behaviour.withheldFromS3.length === 0) return query;
  return selectQuery(query, { kind: 'allExcept', names: behaviour.withheldFromS3 });
}

/** Whether the viewer's cookies can reach the origin; where they cannot, its Set-Cookie does not come back either. */
export function forwardsCookies(behaviour: Behaviour): boolean {
  return behaviour.keyed.cookies.kind !== 'none' || behaviour.forwarded.cookies.kind !== 'none';
}

/** Hop-by-hop, or replaced by CloudFront's own. */
const neverForwarded = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-real-ip',
  'x-edge-location',
  'cookie',
  'x-forwarded-proto',
];

/** Forwarded whatever the policies say: they describe the body or the exchange, not the viewer. */
const alwaysForwarded = new Set([
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'expect',
  'from',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'range',
  'warning',
]);

/** Removed when ForwardedValues do not name them; anything else a viewer sends is passed on under legacy settings. */
const legacyRemoved = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'host',
  'referer',
  'user-agent',
]);

function chosen(behaviour: Behaviour, viewer: ViewerRequest): Set<string> {
  const names = new Set<string>();
  for (const name of Object.keys(viewer.headers)) {
    if (alwaysForwarded.has(name) || (behaviour.legacy && legacyForwards(name, viewer.method))) names.add(name);
  }
  for (const name of selectHeaders(viewer.headers, behaviour.keyed.headers)) names.add(name);
  for (const name of selectHeaders(viewer.headers, behaviour.forwarded.headers)) names.add(name);
  if (behaviour.forwarded.headers.kind === 'all') for (const name of behaviour.forwarded.headers.names) names.add(name);
  return names;
}

function legacyForwards(name: string, method: string): boolean {
  // Authorization is removed from GET and HEAD, whose answers are cached ("Client authentication").
  if (name === 'authorization') return method !== 'GET' && method !== 'HEAD';
  return !legacyRemoved.has(name) && !name.startsWith('cloudfront-');
}

/** "Add CloudFront request headers". Where the viewer is in the world is not known here, so no location headers. */
function cloudFrontHeader(name: string, viewer: ViewerRequest): string | undefined {
  const { client } = viewer.raw;
  const agent = viewer.headers['user-agent'] ?? '';
  switch (name) {
    case 'cloudfront-forwarded-proto':
      return client.secure ? 'https' : 'http';
    case 'cloudfront-viewer-address':
      return `${client.ip}:${client.port}`;
    case 'cloudfront-viewer-http-version':
      return client.httpVersion;
    case 'cloudfront-is-mobile-viewer':
      return String(/Mobi|iPhone|Android.*Mobile/.test(agent));
    case 'cloudfront-is-tablet-viewer':
      return String(/iPad|Tablet|Android(?!.*Mobile)/.test(agent));
    case 'cloudfront-is-smarttv-viewer':
      return String(/SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV/i.test(agent));
    case 'cloudfront-is-desktop-viewer':
      return String(!/Mobi|iPad|Tablet|Android|SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV/i.test(agent));
    case 'cloudfront-is-ios-viewer':
      return String(/iPhone|iPad|iPod/.test(agent));
    case 'cloudfront-is-android-viewer':
      return String(/Android/.test(agent));
    default:
      return undefined;
  }
}

function unionOfCookies(cookie: string | undefined, behaviour: Behaviour): string {
  return union(cookie ?? '', [behaviour.keyed.cookies, behaviour.forwarded.cookies], /;\s*/, selectCookies);
}

/** Both selections applied to the same list, each element kept once and in its place. */
function union(
  text: string,
  selections: [Names, Names],
  separator: string | RegExp,
  select: (text: string, names: Names) => string,
): string {
  const [keyed, forwarded] = selections;
  if (keyed.kind === 'none') return select(text, forwarded);
  if (forwarded.kind === 'none') return select(text, keyed);
  const kept = text.split(separator).filter((pair) => select(pair, keyed) !== '' || select(pair, forwarded) !== '');
  return kept.join(separator === '&' ? '&' : '; ');
}

function setOrDelete(headers: Record<string, string>, name: string, value: string): void {
  if (value === '') delete headers[name];
  else headers[name] = value;
}

function appended(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}
