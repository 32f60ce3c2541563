import type { Readable } from 'node:stream';
import { certificates, covers } from '../../../engines/certificates/certificates.ts';
import { outside } from '../../../engines/network/network.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { setCaller } from '../../http/caller.ts';
import type { HttpRequest, HttpResponse } from '../../http/exchange.ts';
import { hosts } from '../../http/hosts.ts';
import { Unreachable } from '../../http/unreachable.ts';
import type { Origin } from '../configuration.ts';
import type { LoopbackClient } from './loopback-client.ts';

export interface OriginRequest {
  method: string;
  /** Path and query at the origin, origin path included. */
  url: string;
  headers: Record<string, string>;
  body: Readable | Buffer | undefined;
  /** Whether the viewer came over TLS, for the protocol `match-viewer`. */
  viewerSecure: boolean;
  signal: AbortSignal;
}

export interface OriginReply extends HttpResponse {
  /** Why there is no answer of the origin's own; status is then CloudFront's (502 or 504). */
  failure: 'connect' | 'timeout' | undefined;
  reason: string | undefined;
}

export interface OriginAccess {
  kernel: Kernel;
  loopback: LoopbackClient;
}

/**
 * Names resolve inside first: an origin that Orrery serves is called as a function. Only loopback is reached by socket;
 * Orrery opens no connections to the internet. A connection that fails, and a GET or HEAD that times out, is tried
 * again up to ConnectionAttempts times ("Connection attempts", "Response timeout").
 */
export async function askOrigin(
  access: OriginAccess,
  origin: Origin,
  request: OriginRequest,
  parent: Hop,
): Promise<OriginReply> {
  const hop = parent.child('cloudfront', `origin ${origin.id}`, origin.domainName);
  hop.saw('asked', request.headers);
  const repeatable = request.body === undefined;
  let reply = await attempt(access, origin, request, hop);
  let attempts = 1;
  while (attempts < origin.connectionAttempts && mayRepeat(reply, request, repeatable)) {
    attempts += 1;
    reply = await attempt(access, origin, request, hop);
  }
  if (attempts > 1) hop.note('attempts', attempts);
  if (reply.reason !== undefined) hop.note('refused', reply.reason);
  hop.saw('answered', reply.headers);
  hop.end({ status: reply.status, ...(reply.failure ? { error: reply.failure } : {}) });
  return reply;
}

function mayRepeat(reply: OriginReply, request: OriginRequest, repeatable: boolean): boolean {
  if (!repeatable || request.signal.aborted) return false;
  if (reply.failure === 'connect') return reply.reason === undefined;
  return (
    reply.failure === 'timeout' && reply.reason === undefined && (request.method === 'GET' || request.method === 'HEAD')
  );
}

async function attempt(access: OriginAccess, origin: Origin, request: OriginRequest, hop: Hop): Promise<OriginReply> {
  const { kernel } = access;
  const secure = origin.protocol === 'https-only' || (origin.protocol === 'match-viewer' && request.viewerSecure);
  const plane = kernel.engine(hosts).find(origin.domainName);
  if (!plane && !isLoopback(origin.domainName)) return elsewhere(origin);
  const mistrusted = plane && secure ? mistrust(kernel, origin, request) : undefined;
  if (mistrusted !== undefined) return { ...failed(502, 'connect'), reason: mistrusted };
  const abort = new AbortController();
  const signal = AbortSignal.any([request.signal, abort.signal]);
  const asked = plane
    ? plane(toRequest(origin, request, { secure, signal }), hop)
    : access.loopback.ask({ origin, secure, request, signal, trace: hop.header });
  return withTimeout(kernel, origin, asked, abort);
}

/**
 * "Require HTTPS for communication between CloudFront and your custom origin": the origin's certificate is for its domain
 * name, or for the host that is forwarded. Names of AWS's own services are always well.
 */
function mistrust(kernel: Kernel, origin: Origin, request: OriginRequest): string | undefined {
  const endpoint = kernel.engine(hosts).leadOf(origin.domainName) ?? origin.domainName;
  const names = kernel.engine(certificates).namesAt(endpoint);
  if (!names) return undefined;
  const wanted = [origin.domainName, (request.headers.host ?? '').toLowerCase()];
  if (names.some((name) => wanted.some((one) => covers(name, one)))) return undefined;
  const shown = names.length > 0 ? `is for ${names.join(', ')}` : 'is missing';
  return `origin ${origin.domainName} speaks TLS with a certificate that CloudFront does not trust: it ${shown}`;
}

function toRequest(origin: Origin, request: OriginRequest, how: { secure: boolean; signal: AbortSignal }): HttpRequest {
  const made: HttpRequest = {
    method: request.method,
    url: request.url,
    host: (request.headers.host ?? origin.domainName).toLowerCase().replace(/:\d+$/, ''),
    headers: request.headers,
    body: request.body,
    client: { ip: outside.edge, port: 443, secure: how.secure, httpVersion: '1.1' },
    serverPort: how.secure ? origin.httpsPort : origin.httpPort,
    signal: how.signal,
  };
  if (origin.caller && request.headers.authorization === undefined) setCaller(made, origin.caller);
  return made;
}

/** Waits at most the response timeout for the origin's first byte; then the answer is CloudFront's 504. */
async function withTimeout(
  kernel: Kernel,
  origin: Origin,
  asked: Promise<HttpResponse>,
  abort: AbortController,
): Promise<OriginReply> {
  const { promise: late, resolve } = Promise.withResolvers<OriginReply>();
  const limitMs = origin.readTimeoutSeconds * 1000;
  const timer = kernel.clock.after(
    limitMs,
    `cloudfront waits for ${origin.domainName}`,
    () => {
      resolve(failed(504, 'timeout'));
      abort.abort(new Error('the origin took too long'));
    },
    { basis: 'elapsed' },
  );
  try {
    return await Promise.race([asked.then(replied, (error: Error) => broken(kernel, error)), late]);
  } finally {
    timer.cancel();
  }
}

function replied(response: HttpResponse): OriginReply {
  return { ...response, failure: undefined, reason: undefined };
}

/** A data plane rejects when the server behind it cannot be reached, with the system's code; anything else is our bug. */
function broken(kernel: Kernel, error: Error & { code?: unknown }): OriginReply {
  const fromSystem =
    typeof error.code === 'string' || error.name === 'AbortError' || error.message === 'the client has gone';
  if (!fromSystem) {
    kernel.events.emit('problem', {
      timeMs: kernel.clock.now(),
      where: 'cloudfront.origin',
      message: error.message,
      ...(error.stack ? { stack: error.stack } : {}),
    });
  }
  if (error instanceof Unreachable) return { ...failed(504, 'timeout'), reason: error.message };
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return failed(504, 'timeout');
  return failed(502, 'connect');
}

function elsewhere(origin: Origin): OriginReply {
  return {
    ...failed(502, 'connect'),
    reason: `origin ${origin.domainName} is outside; Orrery opens no connections to the internet`,
  };
}

function failed(status: number, failure: 'connect' | 'timeout'): OriginReply {
  return { status, headers: {}, body: undefined, failure, reason: undefined };
}

function isLoopback(domain: string): boolean {
  return domain === 'localhost' || domain.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(domain);
}
