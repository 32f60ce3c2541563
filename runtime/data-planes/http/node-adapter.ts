import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpRequest, HttpResponse } from './exchange.ts';

/** node:http's request as data planes see it. The body stays a stream. */
export function fromNode(message: IncomingMessage, response: ServerResponse, options: { secure: boolean }): HttpRequest {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort(new Error('the client has gone'));
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const hasBody = message.headers['content-length'] !== undefined || message.headers['transfer-encoding'] !== undefined;
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    host: (message.headers.host ?? '').toLowerCase().replace(/:\d+$/, ''),
    headers,
    body: hasBody && message.headers['content-length'] !== '0' ? message : undefined,
    client: {
      ip: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      port: message.socket.remotePort ?? 0,
      secure: options.secure,
      httpVersion: message.httpVersion,
    },
    signal: abort.signal,
  };
}

/** Writes a response; a stream that fails half-way ends the connection, for the status is already out. */
export async function toNode(answer: HttpResponse, response: ServerResponse, method: string): Promise<void> {
  const { status, headers, body } = answer;
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  const known = body instanceof Readable ? undefined : body;
  if (known !== undefined && headers['content-length'] === undefined && status !== 204 && status !== 304) {
    headers['content-length'] = String(Buffer.byteLength(known));
  }
  response.writeHead(status, headers);
  if (method === 'HEAD' || !(body instanceof Readable)) {
    if (body instanceof Readable) body.destroy();
    response.end(method === 'HEAD' ? undefined : known);
    return;
  }
  try {
    await pipeline(body, response);
  } catch {
    response.destroy();
  }
}
