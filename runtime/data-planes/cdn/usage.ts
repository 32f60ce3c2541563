import type { Kernel } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { Visit } from './visit.ts';

/** Static content is a route of its own, by the behaviour's path pattern: GET /*. */
export function tellStaticRoute(kernel: Kernel, visit: Visit): void {
  if (isStatic(visit)) tellRoute(kernel, visit);
}

function isStatic({ site, behaviour }: Visit): boolean {
  return /\.s3[.-]/.test(site.origins[behaviour.target]?.domainName ?? '');
}

function tellRoute(kernel: Kernel, { hop, behaviour, viewer }: Visit): void {
  const path = behaviour.pathPattern.startsWith('/') ? behaviour.pathPattern : `/${behaviour.pathPattern}`;
  kernel.events.emit('trace.cause', { traceId: hop.traceId, cause: `${viewer.raw.method} ${path}` });
}

/** "Amazon CloudFront pricing": requests by protocol and method, bytes to viewers, and bytes sent on to origins. */
export function meterVisit(kernel: Kernel, visit: Visit, sent: { response: HttpResponse; bytes: number }): void {
  const { site, viewer, hop } = visit;
  const { method, headers } = viewer.raw;
  // An API that was asked has said its route by now; what the edge answered by itself is the edge's route.
  if (!isStatic(visit)) tellRoute(kernel, visit);
  const proxied = method !== 'GET' && method !== 'HEAD';
  const use = (usageType: string, amount: number): void =>
    kernel.events.emit('usage', {
      service: 'cloudfront',
      usageType,
      amount,
      resource: site.arn,
      region: 'us-east-1',
      account: site.account,
      traces: [hop.traceId],
    });
  use(proxied ? 'Requests-HTTPS-Proxy' : 'Requests-Tier2-HTTPS', 1);
  use('DataTransfer-Out-Bytes', (sent.bytes + headerBytes(sent.response.headers)) / gigabyte);
  const uploaded = Number(headers['content-length'] ?? 0);
  if (proxied && uploaded > 0) use('DataTransfer-Out-OBytes', uploaded / gigabyte);
}

/** Viewers are sent headers too, and they are charged: name, colon, space, value and line end, and the blank line. */
function headerBytes(headers: HttpResponse['headers']): number {
  let bytes = 2;
  for (const name in headers) {
    const value = headers[name];
    for (const one of Array.isArray(value) ? value : [value]) bytes += name.length + String(one).length + 4;
  }
  return bytes;
}
