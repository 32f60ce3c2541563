import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpRequest, HttpResponse } from './exchange.ts';
import { bringFraming } from './framing/framing.ts';
import { spokenOn } from './tls/spoken.ts';

/** node:http's request as data planes see it. The body stays a stream. */
export function fromNode(
  message: IncomingMessage,
  response: ServerResponse,
  options: { secure: boolean },
): HttpRequest {
  const { socket } = message;
  const http2 = message.httpVersionMajor === 2 ? (message as unknown as Http2ServerRequest) : undefined;
  const headers = http2 ? plainHeaders(http2) : joined(message.headers);
  const url = originForm(message.url ?? '/', headers);
  const length = headers['content-length'];
  let signal: AbortSignal | undefined;
  const request: HttpRequest = {
    method: message.method ?? 'GET',
    url,
    host: (headers.host ?? '').toLowerCase().replace(/:\d+$/, ''),
    headers,
    body: bodiless(http2, length, headers) ? undefined : message,
    client: {
      ip: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      port: socket.remotePort ?? 0,
      secure: options.secure,
      httpVersion: message.httpVersion,
      tls: options.secure ? spokenOn(socket) : undefined,
    },
    get signal() {
      signal ??= signalOf(response);
      return signal;
    },
    onGone: (listener) => whenGone(response, listener),
  };
  bringFraming(socket, request);
  return request;
}

/** What is asked of a proxy names its host in the target, which then counts ("absolute-form", RFC 9112 §3.2.2). */
function originForm(target: string, headers: Record<string, string>): string {
  const [whole, authority = ''] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(target) ?? [];
  if (whole === undefined) return target;
  headers.host = authority;
  const rest = target.slice(whole.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Servers differ about which of two counts: RFC 9112 §3.2 has such a request refused. */
export function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

function bodiless(
  http2: Http2ServerRequest | undefined,
  length: string | undefined,
  headers: Record<string, string>,
): boolean {
  if (http2) return http2.stream.endAfterHeaders || length === '0';
  return (length ?? (headers['transfer-encoding'] ? 'chunked' : '0')) === '0';
}

/** HTTP/2's own fields (`:method`, `:path`) are not headers to anybody behind; its authority is the host (RFC 9113 §8.3.1). */
function plainHeaders(message: Http2ServerRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    if (!name.startsWith(':') && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  headers.host = message.headers[':authority'] ?? headers.host ?? '';
  return headers;
}

/** The message's own object, for nobody else reads it; only set-cookie, which no client should send, comes as a list. */
function joined(headers: IncomingHttpHeaders): Record<string, string> {
  const cookies = headers['set-cookie'];
  if (cookies) (headers as Record<string, string>)['set-cookie'] = cookies.join(', ');
  return headers as Record<string, string>;
}

function signalOf(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  whenGone(response, () => abort.abort(new Error('the client has gone')));
  return abort.signal;
}

function whenGone(response: ServerResponse, listener: () => void): void {
  const closed = (): void => {
    if (!(response.writableFinished ?? response.writableEnded)) listener();
  };
  if (response.closed) closed();
  else response.once('close', closed);
}

/** By the cheaper way where there is one. */
export function onGone(request: HttpRequest, listener: () => void): void {
  if (request.onGone) request.onGone(listener);
  else if (request.signal.aborted) listener();
  else request.signal.addEventListener('abort', listener, { once: true });
}

/**
 * Writes a response; a stream that fails half-way ends the connection, for the status is already out. A promise only
 * where there is a stream to wait for.
 */
export function toNode(answer: HttpResponse, response: ServerResponse, method: string): void | Promise<void> {
  const { status, headers, body } = answer;
  const stream = body instanceof Readable ? body : undefined;
  if (response.destroyed) {
    stream?.destroy();
    return;
  }
  const bodiless = status === 204 || status === 304;
  if (!stream && body !== undefined && !bodiless && headers['content-length'] === undefined) {
    headers['content-length'] = String(Buffer.byteLength(body as Buffer | string));
  }
  if (response.req.httpVersionMajor === 2) for (const name of ofConnections) delete headers[name];
  else if (status >= 400 && !response.req.complete && isLong(response.req)) headers.connection = 'close';
  response.writeHead(status, headers);
  if (stream && !bodiless && method !== 'HEAD') return pipeline(stream, response).catch(() => void response.destroy());
  stream?.destroy();
  if (method === 'HEAD' || bodiless || stream) response.end();
  // As text Node writes head and body in one piece, which costs the system half of what two pieces do.
  else if (Buffer.isBuffer(body) && body.length <= SMALL_BYTES) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

/** "Connection-Specific Header Fields" (RFC 9113 §8.2.2) have no place in HTTP/2. */
const ofConnections = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

const SMALL_BYTES = 16 * 1024;

/** What is left of a short body costs less to read than a new connection; a long one that was refused is not waited for. */
function isLong(message: IncomingMessage): boolean {
  return Number(message.headers['content-length'] ?? Infinity) > 1024 * 1024;
}
