import type { CompiledRoute, RouteTable, Segment } from './api-table.ts';

export interface RouteMatch {
  route: CompiledRoute;
  /** Decoded. */
  pathParameters: Record<string, string>;
}

/** The route for a method and a path without its stage; the `$default` route when none fits. */
export function matchRoute(table: RouteTable, method: string, path: string): RouteMatch | undefined {
  const parts = path.split('/').slice(1);
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  for (const route of table.routes) {
    if (route.method !== 'ANY' && route.method !== method) continue;
    const pathParameters = matchPath(route.segments, parts);
    if (pathParameters) return { route, pathParameters };
  }
  return table.fallback && { route: table.fallback, pathParameters: {} };
}

function matchPath(segments: Segment[], parts: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (let index = 0; index < segments.length; index += 1) {
    const segment = segments[index];
    const part = parts[index];
    if (!segment || part === undefined) return undefined;
    if (segment.kind === 'greedy') {
      parameters[segment.name] = decode(parts.slice(index).join('/'));
      return parts.slice(index).join('') === '' ? undefined : parameters;
    }
    if (segment.kind === 'literal' ? segment.text !== part : part === '') return undefined;
    if (segment.kind === 'variable') parameters[segment.name] = decode(part);
  }
  return parts.length === segments.length ? parameters : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
