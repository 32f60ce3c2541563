import { type Hop, startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { floodGuard } from '../shield/flood-guard.ts';
import { awsApi } from './aws-api.ts';
import type { DataPlane, HttpRequest, HttpResponse } from './exchange.ts';
import { framingOf, judgesFraming } from './framing/framing.ts';
import { awsName, hosts } from './hosts.ts';
import { leadRedirect } from './local-names.ts';
import type { Serve, Write } from './serve.ts';
import { explainUnreachable } from './unreachable.ts';

declare module '../../kernel/events/events.ts' {
  interface EventTypes {
    /** A user's request has been answered; its hops have the same traceId. */
    'user.request': {
      timeMs: number;
      durationMs: number;
      traceId: string;
      method: string;
      host: string;
      url: string;
      status: number;
    };
  }
}

/** Users' traffic by Host: the name is looked up as Route 53 and AWS's own names would have it, then its data plane asked. */
export function gateway(kernel: Kernel): Serve {
  return (request, write) => serve(kernel, request, write);
}

async function serve(kernel: Kernel, request: HttpRequest, write: Write): Promise<void> {
  if (!kernel.engine(floodGuard).admitsRequest(request.client.ip, request.host)) return write(shed());
  const known = kernel.engine(hosts);
  const plane = known.find(request.host) ?? apiAt(kernel, request.host);
  if (!plane) return write(unknownHost(kernel, request.host));
  if (framingOf(request) && !judgesFraming(plane)) return write(badRequest());
  const timeMs = kernel.clock.now();
  const started = kernel.clock.elapsed();
  const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
    header: request.headers['x-amzn-trace-id'],
  });
  hop.saw('asked', request.headers);
  const led = known.leadOf(request.host);
  if (led !== undefined) namedBy(hop, request.host, led);
  const answer = await plane(request, hop).catch(explainUnreachable);
  if (answer.headers.location !== undefined) leadRedirect(kernel, request, answer);
  hop.saw('answered', answer.headers);
  const written = write(answer);
  if (written) await written;
  hop.end({ status: answer.status });
  if (!kernel.events.heard('user.request')) return;
  kernel.events.emit('user.request', {
    timeMs,
    durationMs: kernel.clock.elapsed() - started,
    traceId: hop.traceId,
    method: request.method,
    host: request.host,
    url: request.url,
    status: answer.status,
  });
}

/** An endpoint of the API by its own name, as sandboxes in a VPC find it at port 443; not what is deployed under AWS's names. */
function apiAt(kernel: Kernel, host: string): DataPlane | undefined {
  const name = awsName(host);
  const endpoint = /\.(amazonaws\.com|api\.aws)$/.test(name) && !/(\.|^)(elb|execute-api|s3-website)[.-]/.test(name);
  return endpoint ? kernel.engine(awsApi).plane : undefined;
}

/** The question a browser asked before: Route 53's part of the way. */
function namedBy(parent: Hop, host: string, target: string): void {
  const hop = parent.child('route53', `A ${awsName(host)}`);
  hop.note('target', target);
  hop.end();
}

/** Too much from one source: nothing is asked of anything behind. */
function shed(): HttpResponse {
  return { status: 503, headers: { connection: 'close' }, body: undefined };
}

/** As Node's parser answers what it does not take. */
function badRequest(): HttpResponse {
  return { status: 400, headers: { connection: 'close' }, body: undefined };
}

function unknownHost(kernel: Kernel, host: string) {
  const led = kernel.engine(hosts).leadOf(host);
  if (led !== undefined)
    return {
      // What CloudFront and API Gateway answer to a host that they were not told of.
      status: 403,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `Route 53 leads "${awsName(host)}" to ${led}, which serves no such host. Is it among its aliases or domain names?\n`,
    };
  const names = kernel.engine(hosts).names().slice(0, 20);
  const port = kernel.addresses.httpPort;
  const list = names.map((name) => `  http://${name}.localhost:${port}/`).join('\n');
  return {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `Nothing deployed answers at "${host}".\n${list ? `These names do:\n${list}\n` : 'No name is served yet.\n'}`,
  };
}
