import { contextVariable } from './context-variables.ts';
import { split } from './proxy-event.ts';
import type { ApiExchange } from './serve-api.ts';

/** What the variables of a mapping are read from. */
export interface Sources {
  exchange: ApiExchange;
  body: Buffer;
  pathParameters: Record<string, string>;
  response?: { headers: Record<string, string | string[]>; body: string };
}

/** JSON paths look at no more of a body than this ("Transform API requests and responses for HTTP APIs"). */
const PATH_LIMIT_BYTES = 100 * 1024;

/**
 * The value of a mapping: one variable (`$request.header.name`), text with variables in braces
 * (`${request.path.id}-${context.stage}`), or a constant. Undefined when a variable that stands alone has no value.
 */
export function evaluate(expression: string, sources: Sources): string | undefined {
  if (expression.includes('${'))
    return expression.replace(/\$\{([^}]+)\}/g, (_whole, variable: string) => read(variable, sources) ?? '');
  return expression.startsWith('$') ? read(expression.slice(1), sources) : expression;
}

/** Why the variables in an expression are none that a mapping may read; undefined when they are. */
export function expressionFault(expression: string, side: 'request' | 'response'): string | undefined {
  const named = [...expression.matchAll(/\$\{([^}]*)\}/g)].map(([, variable = '']) => variable);
  if (named.length === 0 && expression.startsWith('$')) named.push(expression.slice(1));
  const known =
    side === 'request'
      ? /^(request\.(header|querystring)\.[^.\s]+|request\.path(\.[^.\s]+)?|request\.body(\.(?!\.).+)?|context\.[\w.]+|stageVariables\.\w+)$/
      : /^(response\.header\.[^.\s]+|response\.body(\.(?!\.).+)?|context\.[\w.]+|stageVariables\.\w+)$/;
  const wrong = named.find((variable) => !known.test(variable) || /\.\.|\?\(/.test(variable));
  return wrong === undefined ? undefined : `Invalid mapping expression specified: $${wrong}`;
}

function read(variable: string, sources: Sources): string | undefined {
  const { exchange, response } = sources;
  const [root = '', part = '', ...rest] = variable.split('.');
  const name = rest.join('.');
  if (root === 'context') {
    const value = contextVariable(exchange, [part, ...rest].join('.'));
    return value === undefined ? undefined : String(value);
  }
  if (root === 'stageVariables') return exchange.stage.variables[part];
  if (root === 'response') {
    if (part === 'header') return [response?.headers[name.toLowerCase()] ?? []].flat().join(',') || undefined;
    return part === 'body' ? bodyValue(response?.body ?? '', name) : undefined;
  }
  return root === 'request' ? readRequest(part, name, sources) : undefined;
}

function readRequest(part: string, name: string, { exchange, body, pathParameters }: Sources): string | undefined {
  if (part === 'header') return exchange.request.headers[name.toLowerCase()];
  if (part === 'querystring')
    return new URLSearchParams(split(exchange.request.url).query).getAll(name).join(',') || undefined;
  if (part === 'path') return name === '' ? exchange.path : pathParameters[name];
  return part === 'body' ? bodyValue(body.toString('utf8'), name) : undefined;
}

/** The whole body, or what a JSON path of names and indexes finds in it. */
function bodyValue(body: string, path: string): string | undefined {
  if (path === '') return body;
  let value: unknown;
  try {
    value = JSON.parse(body.slice(0, PATH_LIMIT_BYTES));
  } catch {
    return undefined;
  }
  for (const [, name, index, quoted] of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? quoted ?? ''];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
