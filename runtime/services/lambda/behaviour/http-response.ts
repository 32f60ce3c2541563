import { Readable } from 'node:stream';
import type { HttpResponse } from '../../../data-planes/http/exchange.ts';

interface Proxied {
  statusCode?: number;
  headers?: Record<string, string | number | boolean>;
  body?: string;
  cookies?: string[];
  isBase64Encoded?: boolean;
}

/** Payload format 2.0: without a status code, what was returned is the body, as JSON. */
export function toResponse(payload: Buffer): HttpResponse {
  const returned: unknown = JSON.parse(payload.toString('utf8'));
  if (!isProxied(returned)) {
    const body = typeof returned === 'string' ? returned : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { body = '', isBase64Encoded } = returned;
  return { ...head(returned, 'application/json'), body: isBase64Encoded ? Buffer.from(body, 'base64') : body };
}

/** The body as the handler writes it; a handler that set status and headers put them ahead as JSON and eight zero bytes. */
export async function streamedResponse({
  body,
  contentType,
}: {
  body: Readable;
  contentType: string;
}): Promise<HttpResponse> {
  if (contentType !== 'application/vnd.awslambda.http-integration-response')
    return { status: 200, headers: { 'content-type': contentType }, body };
  let held = Buffer.alloc(0);
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let end = -1;
  while (end === -1) {
    const { value, done } = await chunks.next();
    if (done) break;
    held = Buffer.concat([held, value]);
    end = held.indexOf(Buffer.alloc(8));
  }
  const prelude = end === -1 ? {} : (JSON.parse(held.subarray(0, end).toString('utf8')) as Proxied);
  const first = end === -1 ? held : held.subarray(end + 8);
  async function* rest() {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return { ...head(prelude, 'application/octet-stream'), body: Readable.from(rest()) };
}

function head(from: Proxied, contentType: string): { status: number; headers: Record<string, string | string[]> } {
  const headers: Record<string, string | string[]> = { 'content-type': contentType };
  for (const [name, value] of Object.entries(from.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (from.cookies?.length) headers['set-cookie'] = from.cookies;
  return { status: from.statusCode ?? 200, headers };
}

function isProxied(returned: unknown): returned is Proxied {
  return typeof returned === 'object' && returned !== null && 'statusCode' in returned;
}
