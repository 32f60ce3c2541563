// Every service is one Node process made of this: a plain HTTP server behind the load balancer, that tells whether it
// lives and whether it is ready, and that leaves without cutting anyone off.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { createLog, errorFields, type Log } from '../log.ts';
import { answerTo, type Route } from './answer.ts';

export type ServiceOptions = {
  name: string;
  routes: Route[];
  /** Resolves when what the service depends on can be used; its failure makes /readyz say 503. */
  ready: () => Promise<void>;
  port: number;
  host?: string;
  log?: Log;
  write?: (line: string) => unknown;
};

export type Service = {
  url: string;
  /**
   * Says 503 to health checks and `connection: close` to everyone for `noticeMs`, so that what is on its way still
   * arrives; then takes no new connections, lets what was begun end (at most `graceMs`), and resolves.
   */
  drain(options?: { noticeMs?: number; graceMs?: number }): Promise<void>;
};

export async function startService(options: ServiceOptions): Promise<Service> {
  const state = { draining: false };
  const server = createServer((request, response) => {
    void serve(request, response, { ...options, state });
  });
  // Longer than the load balancer's idle timeout (60 s): else it sends a request on a connection we are just closing
  // (Application Load Balancers, "HTTP 502: Bad gateway").
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 66_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '0.0.0.0', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async drain({ noticeMs = 2_000, graceMs = 20_000 } = {}) {
      state.draining = true;
      await new Promise((resolve) => setTimeout(resolve, noticeMs));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const hurry = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(hurry);
    },
  };
}

type Serving = ServiceOptions & { state: { draining: boolean } };

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const startedAt = performance.now();
  const { method = 'GET', url = '/' } = request;
  const path = url.split('?')[0] ?? '/';
  const log = createLog({ service: serving.name, ...traceOf(request) }, serving.write);
  try {
    const health = await healthAnswer(path, serving);
    const {
      status,
      headers,
      body = '',
    } = health ?? (await answerTo(request, { routes: serving.routes, log, name: serving.name }));
    if (serving.state.draining) response.setHeader('connection', 'close');
    response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(body), ...headers });
    response.end(method === 'HEAD' ? undefined : body);
    // What is left of a body that was refused unread would else be taken for the next request.
    if (!request.complete) request.resume();
    if (health && status === 200) return;
    log.info('answered', { method, path, status, durationMs: Math.round(performance.now() - startedAt) });
  } catch (error) {
    log.error('an answer could not be sent', { method, path, ...errorFields(error) });
    response.destroy();
  }
}

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' };

type Health = { status: number; headers: Record<string, string>; body: string };

async function healthAnswer(path: string, { state, ready, name }: Serving): Promise<Health | undefined> {
  const health = (status: number, says: string): Health => ({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify({ service: name, status: says }),
  });
  if (path === '/healthz') return state.draining ? health(503, 'draining') : health(200, 'alive');
  if (path !== '/readyz') return undefined;
  if (state.draining) return health(503, 'draining');
  return ready().then(
    () => health(200, 'ready'),
    () => health(503, 'the database cannot be used'),
  );
}

/** The load balancer gives every request `X-Amzn-Trace-Id: Root=1-…`; with it the lines of all services join up. */
function traceOf({ headers }: IncomingMessage): { traceId?: string } {
  const [, traceId] = /(?:^|;)\s*(?:Root|Self)=([\w-]{1,80})/.exec(String(headers['x-amzn-trace-id'] ?? '')) ?? [];
  return traceId ? { traceId } : {};
}
