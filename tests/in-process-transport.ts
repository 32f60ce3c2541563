import { Readable } from 'node:stream';
import { Exchange } from '../runtime/control-plane/exchange.ts';
import { answer } from '../runtime/control-plane/pipeline.ts';
import type { HttpRequest } from '../runtime/data-planes/http/exchange.ts';
import type { Kernel } from '../runtime/kernel/service.ts';

/** The part of the SDK's HttpRequest that a transport needs. */
interface SdkRequest {
  method: string;
  path: string;
  hostname: string;
  port?: number;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** A request handler for SDK clients that skips the socket: everything else is as over the wire. */
export function inProcess(kernel: () => Kernel) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const exchange = new Exchange(kernel(), 'wire');
      exchange.request = toRequest(request, abortSignal);
      await answer(exchange);
      const response = exchange.response ?? { status: 500, headers: {}, body: 'no response' };
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers))
        headers[name] = Array.isArray(value) ? value.join(', ') : value;
      const body =
        response.body instanceof Readable ? response.body : Readable.from([Buffer.from(response.body ?? '')]);
      return { response: { statusCode: response.status, reason: '', headers, body } };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

function toRequest(request: SdkRequest, abortSignal: AbortSignal | undefined): HttpRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  return {
    method: request.method,
    url: request.path + queryString(request.query ?? {}),
    host: request.hostname,
    headers,
    body: toBody(request.body),
    client: { ip: '127.0.0.1', port: 0, secure: true, httpVersion: '1.1' },
    signal: abortSignal ?? new AbortController().signal,
  };
}

function queryString(query: Record<string, string | string[] | null>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) pairs.push(one === null ? encode(name) : `${encode(name)}=${encode(one)}`);
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function toBody(body: unknown): Buffer | Readable | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Readable) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new Error('a request body that the in-process transport does not know');
}
