import { wildcard } from '../../../engines/patterns/wildcards.ts';
import type { Behaviour, Names } from '../configuration.ts';
import type { ViewerRequest } from '../viewer/viewer-request.ts';

/** What tells one cached object from another ("Understand the cache key"): host, path, and what the cache policy adds. */
export function cacheKey(distributionId: string, behaviour: Behaviour, request: ViewerRequest): CacheKey {
  const { keyed } = behaviour;
  const query = selectQuery(request.query, keyed.queryStrings);
  const uri = query === '' ? request.path : `${request.path}?${query}`;
  let text = `${request.method === 'OPTIONS' ? 'O' : ''}${distributionId}${uri}`;
  if (behaviour.encodings.length > 0)
    text += `\n${normalisedEncoding(request.headers['accept-encoding'], behaviour.encodings)}`;
  if (keyed.headers.kind !== 'none') {
    for (const name of selectHeaders(request.headers, keyed.headers))
      text += `\n${name}:${request.headers[name] ?? ''}`;
  }
  if (keyed.cookies.kind !== 'none') text += `\ncookie:${selectCookies(request.headers.cookie, keyed.cookies)}`;
  return { text, uri, epoch: 0 };
}

export interface CacheKey {
  text: string;
  uri: string;
  /** The cache's epoch when the origin was asked; see ObjectCache.put. */
  epoch: number;
}

/** Encodings the viewer takes and the policy knows: `br,gzip`, `br`, `gzip` or nothing ("Compression support"). */
export function normalisedEncoding(header: string | undefined, encodings: readonly string[]): string {
  if (header === undefined) return '';
  return encodings.filter((encoding) => accepts(header, encoding)).join(',');
}

function accepts(header: string, encoding: string): boolean {
  const at = header.indexOf(encoding);
  if (at === -1) return false;
  if (!header.includes('q=')) return true;
  const part = header.split(',').find((one) => one.trim().startsWith(encoding)) ?? '';
  return !/;\s*q=0(\.0*)?\s*$/.test(part);
}

/** Names of the headers that a selection picks from a request; fixed names count even when the viewer did not send them. */
export function selectHeaders(headers: Record<string, string>, names: Names): readonly string[] {
  if (names.kind === 'some') return names.names;
  if (names.kind === 'none') return [];
  const sent = Object.keys(headers);
  return names.kind === 'all' ? sent : sent.filter((name) => !names.names.includes(name));
}

/** The query string with only the parameters picked, in the order they were sent. */
export function selectQuery(query: string, names: Names): string {
  if (query === '' || names.kind === 'none') return '';
  if (names.kind === 'all') return query;
  return query
    .split('&')
    .filter((pair) => picks(names, nameOf(pair)))
    .join('&');
}

export function selectCookies(cookie: string | undefined, names: Names): string {
  if (cookie === undefined || names.kind === 'none') return '';
  if (names.kind === 'all') return cookie;
  return cookie
    .split(/;\s*/)
    .filter((pair) => picks(names, nameOf(pair)))
    .join('; ');
}

/** A cookie name of a policy may hold `*` for any characters. */
function picks(names: Names, name: string): boolean {
  const listed = names.names.some((pattern) => wildcard(pattern, { question: false })(name));
  return names.kind === 'some' ? listed : !listed;
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals === -1 ? pair : pair.slice(0, equals);
}
