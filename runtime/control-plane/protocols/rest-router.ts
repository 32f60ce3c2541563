import type { Operation, ServiceModel } from './model.ts';

export interface RestRequest {
  method: string;
  /** Still encoded, without the query. */
  path: string;
  query: string;
  headers: Record<string, string>;
  /** From the service's addressing (S3's bucket, which its paths do not have). */
  labels: Record<string, string>;
}

export interface RestMatch {
  operation: Operation;
  /** Those of the path, decoded, by member name. */
  labels: Record<string, string>;
}

/**
 * The operation whose method, path and demanded parameters fit; of several, the one that demands most. Required query
 * parameters and headers tell operations apart (UploadPart from PutObject, CopyObject by its header), but do not hide an
 * operation that nothing else competes with: its caller is to hear which parameter is missing.
 */
export function matchRestOperation(model: ServiceModel, request: RestRequest): RestMatch | undefined {
  const parts = request.path.replace(/^\//, '').split('/');
  const scope = `${request.method} ${Object.keys(request.labels).sort().join(',')}`;
  const table = routesOf(model);
  const query = new URLSearchParams(request.query);
  let best: { route: Route; labels: Record<string, string>; score: number } | undefined;
  for (const route of [...(table.get(`${scope} ${lengthOf(parts)}`) ?? []), ...(table.get(`${scope} +`) ?? [])]) {
    if (!hasLiterals(route, query)) continue;
    const score = route.weight + demandScore(route, query, request.headers);
    if (best && best.score >= score) continue;
    const labels = route.greedyAt === -1 ? matchExact(route, parts) : matchGreedy(route, parts);
    if (labels) best = { route, labels, score };
  }
  return best && { operation: best.route.operation, labels: best.labels };
}

type Segment = { literal: string } | { label: string; greedy: boolean };

interface Route {
  operation: Operation;
  segments: Segment[];
  /** Place of the label that takes any number of segments, or -1. */
  greedyAt: number;
  /** Query parameters the URI itself demands; without a value, their presence. */
  literals: [string, string | undefined][];
  /** Names of required query parameters and headers. */
  query: string[];
  headers: string[];
  weight: number;
}

// A literal segment outweighs any query literal, and that any required parameter.
const SEGMENT = 1_000_000;
const EXACT = 100_000;
const LITERAL = 1_000;
const MET = 10;
const UNMET = -100;

function demandScore(route: Route, query: URLSearchParams, headers: Record<string, string>): number {
  let score = 0;
  for (const name of route.query) score += query.has(name) ? MET : UNMET;
  for (const name of route.headers) score += headers[name] === undefined ? UNMET : MET;
  return score;
}

function hasLiterals(route: Route, query: URLSearchParams): boolean {
  for (const [name, value] of route.literals)
    if (value === undefined ? !query.has(name) : query.get(name) !== value) return false;
  return true;
}

/** A slash at the end makes no difference, but in the key of an object, which greedy labels keep and which may be slashes alone. */
function lengthOf(parts: string[]): number {
  const ends = parts.length > 1 && parts.at(-1) === '' && parts.at(-2) !== '';
  return ends ? parts.length - 1 : parts.length;
}

function matchExact({ segments }: Route, parts: string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (let place = 0; place < segments.length; place += 1) {
    if (!matchSegment(segments[place], parts[place] ?? '', labels)) return undefined;
  }
  return labels;
}

function matchGreedy({ segments, greedyAt }: Route, parts: string[]): Record<string, string> | undefined {
  const extra = parts.length - segments.length;
  if (extra < 0) return undefined;
  const labels: Record<string, string> = {};
  for (let place = 0; place < segments.length; place += 1) {
    const from = place > greedyAt ? place + extra : place;
    const text = place === greedyAt ? parts.slice(from, from + extra + 1).join('/') : (parts[from] ?? '');
    if (!matchSegment(segments[place], text, labels)) return undefined;
  }
  return labels;
}

function matchSegment(segment: Segment | undefined, text: string, labels: Record<string, string>): boolean {
  if (!segment) return false;
  if ('literal' in segment) return segment.literal === text;
  if (text === '') return false;
  labels[segment.label] = decode(text);
  return true;
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Routes by method, labels from elsewhere, and number of segments (`+` for greedy ones). */
const tables = new WeakMap<ServiceModel, Map<string, Route[]>>();

function routesOf(model: ServiceModel): Map<string, Route[]> {
  let table = tables.get(model);
  if (!table) {
    table = new Map();
    for (const operation of [...model.operations.values(), ...model.former]) addRoute(table, operation);
    tables.set(model, table);
  }
  return table;
}

function addRoute(table: Map<string, Route[]>, operation: Operation): void {
  if (!operation.http) return;
  const [path = '/', query = ''] = operation.http.uri.split('?');
  const segments = path
    .replace(/^\//, '')
    .replace(/(.)\/$/, '$1')
    .split('/')
    .map(segmentOf);
  const greedyAt = segments.findIndex((segment) => 'label' in segment && segment.greedy);
  // The SDK's x-id only names the operation over again.
  const literals = [...new URLSearchParams(query)].filter(([name]) => name !== 'x-id');
  const { members } = operation.input;
  const required = members.filter(({ name }) => operation.input.required.includes(name));
  const inPath = segments.flatMap((segment) => ('label' in segment ? [segment.label] : []));
  const outside = members
    .filter(({ name, traits }) => traits.httpLabel && !inPath.includes(name))
    .map(({ name }) => name);
  const route: Route = {
    operation,
    segments,
    greedyAt,
    literals: literals.map(([name, value]) => [name, value === '' ? undefined : value]),
    query: required.flatMap(({ traits }) => traits.httpQuery ?? []),
    headers: required.flatMap(({ traits }) => traits.httpHeader ?? []),
    weight:
      segments.filter((segment) => 'literal' in segment).length * SEGMENT +
      (greedyAt === -1 ? EXACT : 0) +
      literals.length * LITERAL,
  };
  const key = `${operation.http.method} ${outside.sort().join(',')} ${greedyAt === -1 ? segments.length : '+'}`;
  table.set(key, [...(table.get(key) ?? []), route]);
}

function segmentOf(text: string): Segment {
  const [, label, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(text) ?? [];
  return label === undefined ? { literal: text } : { label, greedy: greedy === '+' };
}
