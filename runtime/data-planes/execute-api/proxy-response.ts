import type { HttpResponse } from '../http/exchange.ts';

/**
 * A function's answer as an HTTP response. 2.0 infers: an answer without statusCode is a 200 with itself as JSON body;
 * 1.0 demands the form. Undefined when it is neither: the client gets 500.
 */
export function functionResponse(payload: string, version: '1.0' | '2.0'): HttpResponse | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  const structured = typeof value === 'object' && value !== null && 'statusCode' in value;
  if (!structured) {
    if (version === '1.0') return undefined;
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  return fromStructure(value as ProxyResult);
}

interface ProxyResult {
  statusCode: unknown;
  headers?: Record<string, unknown>;
  multiValueHeaders?: Record<string, unknown[]>;
  cookies?: string[];
  body?: unknown;
  isBase64Encoded?: boolean;
}

function fromStructure(result: ProxyResult): HttpResponse | undefined {
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (result.body !== undefined && result.body !== null && typeof result.body !== 'string') return undefined;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {}))
    headers[name.toLowerCase()] = values.map(String);
  if (result.cookies?.length) headers['set-cookie'] = result.cookies;
  const text = result.body ?? '';
  if (text !== '' && headers['content-type'] === undefined) headers['content-type'] = 'text/plain; charset=utf-8';
  return { status, headers, body: result.isBase64Encoded ? Buffer.from(text, 'base64') : Buffer.from(text) };
}
