import type { Hop } from '../../kernel/events/hop.ts';
import type { HttpRequest } from '../http/exchange.ts';
import type { ListenerTable, LoadBalancerSettings } from './configuration.ts';

/** "HTTP headers and Application Load Balancers": what the target is told beside what the client sent. */
export function forwardedHeaders(
  request: HttpRequest,
  about: { listener: ListenerTable; settings: LoadBalancerSettings; hop: Hop },
): Record<string, string> {
  const { listener, settings, hop } = about;
  const headers: Record<string, string> = {};
  for (const name in request.headers) {
    if (ofConnection.has(name)) continue;
    if (settings.dropInvalidHeaders && !/^[a-z0-9-]+$/.test(name)) continue;
    headers[name] = request.headers[name] ?? '';
  }
  const { connection } = request.headers;
  // Most say nothing more; to take names out of the object makes it slow.
  if (connection !== undefined && !/^(keep-alive|close|upgrade)$/i.test(connection))
    for (const name of connection
      .toLowerCase()
      .split(',')
      .map((one) => one.trim()))
      if (name !== 'close' && name !== 'keep-alive' && name !== 'upgrade' && name !== '') delete headers[name];
  if (!settings.preserveHost) headers.host = hostFor(request, listener);
  forwardFor(headers, request, settings);
  headers['x-forwarded-proto'] = listener.protocol.toLowerCase();
  headers['x-forwarded-port'] = String(listener.port);
  const { tls } = request.client;
  if (settings.tlsHeaders && tls) {
    headers[listener.tlsHeaderNames.version] = tls.version;
    headers[listener.tlsHeaderNames.cipher] = tls.cipher;
  }
  headers['x-amzn-trace-id'] = traceHeader(request.headers['x-amzn-trace-id'], hop);
  return headers;
}

/** They belong to one connection and do not go on (RFC 9110, 7.6.1). */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

function hostFor(request: HttpRequest, { port }: ListenerTable): string {
  const host = request.headers.host ?? request.host;
  return port === 80 || port === 443 || /:\d+$/.test(host) ? host : `${host}:${port}`;
}

function forwardFor(headers: Record<string, string>, request: HttpRequest, settings: LoadBalancerSettings): void {
  if (settings.xffMode === 'preserve') return;
  if (settings.xffMode === 'remove') {
    delete headers['x-forwarded-for'];
    return;
  }
  const { ip, port } = request.client;
  const client = settings.xffClientPort ? `${ip.includes(':') ? `[${ip}]` : ip}:${port}` : ip;
  const before = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = before ? `${before}, ${client}` : client;
}

/** "Request tracing": a Root is kept and a Self added; without one the load balancer makes the Root. */
function traceHeader(given: string | undefined, hop: Hop): string {
  if (given === undefined || !given.includes('Root=')) return `Root=${hop.traceId}`;
  const kept = given
    .split(';')
    .filter((field) => !/^\s*Self=/.test(field))
    .join(';');
  return `Self=${hop.traceId};${kept}`;
}
