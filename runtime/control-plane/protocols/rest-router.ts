import type { Operation, ServiceModel } from './model.ts';

export interface RestMatch {
  operation: Operation;
  /** Decoded, by member name. */
  labels: Record<string, string>;
}

interface Route {
  operation: Operation;
  method: string;
  /** Segments of the path; a label is its name with its greediness, a literal a string. */
  segments: (string | { label: string; greedy: boolean })[];
  /** Query parameters the URI itself demands; an undefined value means presence. */
  literals: [string, string | undefined][];
  /** Query and header members that must be there. */
  requiredQuery: string[];
  requiredHeaders: string[];
  /** Labels that come from elsewhere than the path (S3's bucket). */
  outsideLabels: string[];
  /** How much it demands: the route that demands most wins. */
  weight: number;
}

export interface RestRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  /** From the service's addressing. */
  labels: Record<string, string>;
}

/** The operation whose method, path and demanded parameters fit; of several, the one that demands most. */
export function matchRestOperation(model: ServiceModel, request: RestRequest): RestMatch | undefined {
  const query = new URLSearchParams(request.query);
  const given = Object.keys(request.labels);
  let best: { route: Route; labels: Record<string, string>; weight: number } | undefined;
  for (const route of routesOf(model)) {
    if (route.method !== request.method) continue;
    if (given.length !== route.outsideLabels.length || !given.every((label) => route.outsideLabels.includes(label))) continue;
    const labels = matchPath(route, request.path);
    if (!labels || !demandsMet(route, query, request.headers)) continue;
    const weight = route.weight + (query.get('x-id') === route.operation.name ? 1000 : 0);
    if (!best || weight > best.weight) best = { route, labels, weight };
  }
  return best && { operation: best.route.operation, labels: best.labels };
}

function matchPath(route: Route, path: string): Record<string, string> | undefined {
  const parts = path.replace(/^\//, '').split('/');
  const labels: Record<string, string> = {};
  const greedyAt = route.segments.findIndex((segment) => typeof segment === 'object' && segment.greedy);
  if (greedyAt === -1) {
    while (parts.length > 1 && parts.at(-1) === '') parts.pop();
    if (parts.length !== route.segments.length) return undefined;
  } else if (parts.length < route.segments.length) return undefined;
  const extra = parts.length - route.segments.length;
  for (let index = 0, part = 0; index < route.segments.length; index += 1) {
    const segment = route.segments[index];
    const length = index === greedyAt ? extra + 1 : 1;
    const text = parts.slice(part, part + length).join('/');
    part += length;
    if (typeof segment === 'string') {
      if (segment !== text) return undefined;
    } else if (segment) {
      if (text === '') return undefined;
      labels[segment.label] = decode(text);
    }
  }
  return labels;
}

function demandsMet(route: Route, query: URLSearchParams, headers: Record<string, string>): boolean {
  return (
    route.literals.every(([name, value]) => (value === undefined ? query.has(name) : query.get(name) === value)) &&
    route.requiredQuery.every((name) => query.has(name)) &&
    route.requiredHeaders.every((name) => headers[name] !== undefined)
  );
}

const routes = new WeakMap<ServiceModel, Route[]>();

function routesOf(model: ServiceModel): Route[] {
  let known = routes.get(model);
  if (!known) {
    known = [...model.operations.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((operation) => compile(operation));
    routes.set(model, known);
  }
  return known;
}

function compile(operation: Operation): Route[] {
  if (!operation.http) return [];
  const [path = '/', query = ''] = operation.http.uri.split('?');
  const segments = path
    .replace(/^\//, '')
    .replace(/(.)\/$/, '$1')
    .split('/')
    .map((segment) => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(segment);
      return label ? { label: label[1] ?? '', greedy: label[2] === '+' } : segment;
    });
  const literals = [...new URLSearchParams(query)]
    .filter(([name]) => name !== 'x-id')
    .map(([name, value]): [string, string | undefined] => [name, value === '' ? undefined : value]);
  const required = operation.input.members.filter((member) => operation.input.required.includes(member.name));
  const requiredQuery = required.flatMap((member) => (typeof member.traits.httpQuery === 'string' ? [member.traits.httpQuery] : []));
  const requiredHeaders = required.flatMap((member) => (typeof member.traits.httpHeader === 'string' ? [member.traits.httpHeader.toLowerCase()] : []));
  const inPath = segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.label]));
  const outsideLabels = operation.input.members
    .filter((member) => member.traits.httpLabel && !inPath.includes(member.name))
    .map((member) => member.name);
  const weight =
    literals.length * 100 + requiredQuery.length * 10 + requiredHeaders.length * 10 + segments.filter((segment) => typeof segment === 'string').length;
  return [{ operation, method: operation.http.method, segments, literals, requiredQuery, requiredHeaders, outsideLabels, weight }];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
