import type { InspectedRequest, Pairs } from './inspected-request.ts';
import type { Field, MapScope, Oversize } from './table.ts';
import { urlDecode } from './transformations.ts';

/** What a statement looks at: texts any of which may match; or the answer itself, where oversize handling gives it. */
export type Inspected = readonly string[] | boolean;

const nothing: readonly string[] = [];

/** "Request component options" (Developer Guide). A part that is not there matches nothing. */
export function textsOf(request: InspectedRequest, field: Field): Inspected {
  switch (field.kind) {
    case 'method':
      return [request.raw.method];
    case 'path':
      return [request.path];
    case 'query':
      return [request.query];
    case 'arguments':
      return request.arguments.flat();
    case 'argument':
      return request.arguments
        .filter(([name]) => urlDecode(name).toLowerCase() === field.name)
        .map(([, value]) => value);
    case 'header': {
      const value = request.raw.headers[field.name];
      return value === undefined ? nothing : [value];
    }
    case 'headers':
      return ofMap(request.headers, field, true);
    case 'cookies':
      return ofMap(request.cookies, field, false);
    case 'headerOrder':
      return (
        oversized(request.headers.oversize, field.oversize) ?? [request.headers.pairs.map(([name]) => name).join(':')]
      );
    case 'body':
      return oversized(request.bodyOversize, field.oversize) ?? (request.body === '' ? nothing : [request.body]);
    case 'bodyValues':
      return request.body === '' ? nothing : valuesOfBody(request);
    case 'json':
      return ofJson(request, field);
  }
}

/** Undefined: go on with what there is. */
function oversized(is: boolean, handling: Oversize): boolean | undefined {
  return is && handling !== 'CONTINUE' ? handling === 'MATCH' : undefined;
}

function ofMap(
  { pairs, oversize }: Pairs,
  field: Extract<Field, { kind: 'headers' | 'cookies' }>,
  ignoreCase: boolean,
): Inspected {
  const decided = oversized(oversize, field.oversize);
  if (decided !== undefined) return decided;
  const chosen = pairs.filter(([given]) => {
    const name = ignoreCase ? given.toLowerCase() : given;
    return (field.only === undefined || field.only.includes(name)) && !field.except.includes(name);
  });
  return chosen.flatMap(([name, value]) => scoped(field.scope, name, value));
}

function scoped(scope: MapScope, name: string, value: string): string[] {
  if (scope === 'KEY') return [name];
  return scope === 'VALUE' ? [value] : [name, value];
}

function ofJson(request: InspectedRequest, field: Extract<Field, { kind: 'json' }>): Inspected {
  const decided = oversized(request.bodyOversize, field.oversize);
  if (decided !== undefined) return decided;
  if (request.body === '') return nothing;
  const { json } = request;
  if (!json) {
    if (field.invalid === 'MATCH') return true;
    if (field.invalid === 'EVALUATE_AS_STRING') return [request.body];
    return field.invalid === 'NO_MATCH' ? nothing : validPart(request.body);
  }
  const found: string[] = [];
  const roots = field.paths === undefined ? [json.value] : field.paths.map((path) => at(json.value, path));
  for (const root of roots) if (root !== undefined) collect(root, field.scope, found, 0);
  return found;
}

/** Without a fallback AWS inspects what it could parse before the error; strings up to there are what can be told apart. */
function validPart(body: string): string[] {
  return [...body.matchAll(/"((?:[^"\\]|\\.){0,256})"/g)].map(([, text = '']) => text);
}

const deepest = 64;

/** Keys, and values as text. */
function collect(value: unknown, scope: MapScope, found: string[], depth: number): void {
  if (depth > deepest) return;
  if (Array.isArray(value)) {
    for (const one of value) collect(one, scope, found, depth + 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (scope !== 'VALUE') found.push(binary(key));
      collect(inner, scope, found, depth + 1);
    }
  } else if (scope !== 'KEY') found.push(binary(String(value)));
}

/** JSON pointer (RFC 6901). */
function at(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function binary(text: string): string {
  return /^[ -~\s]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * The values in a body, for the detectors of injections: what is dangerous is one value, and quotes of its neighbours
 * would hide it. Forms by their fields, JSON by its strings, parts of multipart by their lines, else the text itself.
 */
function valuesOfBody(request: InspectedRequest): readonly string[] {
  const values = allValues(request);
  if (values.length <= mostValues) return values;
  return [...values.slice(0, mostValues), values.slice(mostValues).join('\n')];
}

/** More are looked at as one text, so that a body of a thousand fields does not cost a thousand times as much. */
const mostValues = 500;

function allValues(request: InspectedRequest): readonly string[] {
  const type = request.raw.headers['content-type'] ?? '';
  const { body } = request;
  if (type.startsWith('application/x-www-form-urlencoded')) return body.split(/[&=]/).filter((part) => part !== '');
  if (type.startsWith('multipart/')) return body.split('\r\n').filter((line) => line !== '');
  const { json } = request;
  if (!json) return [body];
  const found: string[] = [];
  collect(json.value, 'ALL', found, 0);
  return found;
}
