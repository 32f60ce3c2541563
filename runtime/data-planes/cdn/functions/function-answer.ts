import type { ViewerRequest } from '../viewer/viewer-request.ts';
import type { FunctionRequest, FunctionResponse, Value, Values } from './function-event.ts';

/** What a function returned, back as the edge's own request. Method and body are the viewer's: a function cannot change them. */
export function requestFrom(output: FunctionRequest, viewer: ViewerRequest): ViewerRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(output.headers ?? {})) headers[name.toLowerCase()] = all(value).join(', ');
  // Read-only or added again by the edge ("Restrictions on edge functions", headers).
  if (viewer.headers.host !== undefined) headers.host = viewer.headers.host;
  const cookies = joined(output.cookies ?? {}, '; ');
  if (cookies !== '') headers.cookie = cookies;
  const query = typeof output.querystring === 'string' ? output.querystring : joined(output.querystring ?? {}, '&');
  const path = typeof output.uri === 'string' && output.uri.startsWith('/') ? output.uri : viewer.path;
  return { ...viewer, path, query, headers };
}

export function responseFrom(output: FunctionResponse): {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
} {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(output.headers ?? {})) {
    const values = all(value);
    headers[name.toLowerCase()] = values.length === 1 ? (values[0] ?? '') : values;
  }
  delete headers['content-length'];
  const cookies = Object.entries(output.cookies ?? {}).flatMap(([name, value]) => setCookies(name, value));
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const body = bodyOf(output.body);
  if (body) headers['content-length'] = String(body.length);
  return { status: output.statusCode, headers, body };
}

function bodyOf(body: FunctionResponse['body']): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8');
}

function setCookies(name: string, value: Value): string[] {
  const every = value.multiValue ?? [value];
  return every.map((one) => `${name}=${one.value}${one.attributes ? `; ${one.attributes}` : ''}`);
}

function joined(values: Values, separator: string): string {
  return Object.entries(values)
    .flatMap(([name, value]) => all(value).map((one) => (one === '' && separator === '&' ? name : `${name}=${one}`)))
    .join(separator);
}

function all(value: Value): string[] {
  return value.multiValue ? value.multiValue.map((one) => one.value) : [value.value];
}
