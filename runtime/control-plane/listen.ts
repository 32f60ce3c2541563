import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { serveDns } from '../data-planes/dns/serve-dns.ts';
import { awsApi } from '../data-planes/http/aws-api.ts';
import { type DirectOptions, serveDirectly } from '../data-planes/http/direct-connections.ts';
import type { HttpRequest } from '../data-planes/http/exchange.ts';
import { gateway } from '../data-planes/http/gateway.ts';
import { awsName, hosts } from '../data-planes/http/hosts.ts';
import { internalRoutes } from '../data-planes/http/internal-routes.ts';
import { leadRedirect } from '../data-planes/http/local-names.ts';
import { createServer } from '../data-planes/http/node-http.ts';
import { keepAliveSeconds } from '../data-planes/http/response-head.ts';
import { secureGateway } from '../data-planes/http/secure-gateway.ts';
import { nodeListener, type Serve, type Write } from '../data-planes/http/serve.ts';
import { acceptUpgrades, isWebSocket } from '../data-planes/http/upgrades.ts';
import { floodGuard } from '../data-planes/shield/flood-guard.ts';
import { smtpPort } from '../data-planes/smtp/serve-smtp.ts';
import { PersonError } from '../kernel/errors.ts';
import { startTrace } from '../kernel/events/hop.ts';
import type { Kernel } from '../kernel/service.ts';
import { answerApi } from './api-plane.ts';
import { refuseBrowser } from './browser-guard.ts';
import { consoleHost } from './console/console-host.ts';

export interface Ports {
  /** 4566 unless told; 0 for any free one. */
  api: number;
  /** 8080 unless told. */
  http: number;
  /** 8443 unless told. */
  https: number;
  /** 5353 unless told: UDP and TCP. */
  dns: number;
  /** 2525 unless told. */
  smtp: number;
}

export interface Listening {
  ports: Ports;
  close(): Promise<void>;
}

/** Puts a runtime on loopback: the API port for SDKs and tools, the HTTP port for users' traffic. */
export async function listen(kernel: Kernel, wanted: Ports, options: { plainHttp?: boolean } = {}): Promise<Listening> {
  kernel.engine(awsApi).plane = (request) => answerApi(kernel, request);
  const ask: Serve = (request, write) => serve(kernel, request, write);
  const api = await open(
    kernel,
    { serve: ask, where: 'api port', secure: true },
    { port: wanted.api, option: '--port' },
  );
  kernel.addresses.apiUrl = `http://127.0.0.1:${portOf(api.server)}`;
  const closing: (() => void | Promise<void>)[] = [api.shut];
  const close = async (): Promise<void> => void (await Promise.all(closing.map((end) => end())));
  try {
    const guard = kernel.engine(floodGuard);
    // A browser speaks HTTP to loopback as it would speak TLS to AWS: that counts as secure unless told, see decisions/0002.
    const way = { serve: gateway(kernel), where: 'gateway', secure: !options.plainHttp, judgesFraming: true, guard };
    const admits = (socket: Socket) => guard.admit(socket);
    const http = await open(kernel, { ...way, admits }, { port: wanted.http, option: '--http-port' });
    closing.push(acceptUpgrades(kernel, http.server, { secure: way.secure }), http.shut);
    kernel.addresses.httpPort = portOf(http.server);
    const tls = secureGateway(kernel, { ...way, secure: true });
    const https = await listening(tls.server, wanted.https, '--https-port');
    closing.push(async () => {
      tls.close();
      await new Promise<void>((resolve) => https.close(() => resolve()));
    });
    kernel.addresses.httpsPort = portOf(https);
    const names = await serveDns(kernel, wanted.dns);
    closing.push(names.close);
    kernel.addresses.dnsPort = names.port;
    const mail = smtpPort(kernel);
    const smtp = await listening(mail.server, wanted.smtp, '--smtp-port');
    closing.push(async () => {
      mail.close();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    });
    kernel.addresses.smtpPort = portOf(smtp);
    const ports = {
      api: portOf(api.server),
      http: portOf(http.server),
      https: portOf(https),
      dns: names.port,
      smtp: portOf(smtp),
    };
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serve(kernel: Kernel, request: HttpRequest, write: Write): Promise<void> {
  if (request.url.startsWith('/_orrery/') || request.host === consoleHost) {
    const refusal = refuseBrowser(request);
    if (refusal) return write(refusal);
    const plane = kernel.engine(internalRoutes).find(request.url);
    if (plane) return write(await plane(request, startTrace(kernel, 'orrery', `${request.method} ${request.url}`)));
    const { answerConsole } = await import('./console/console-plane.ts');
    return write(await answerConsole(kernel, request));
  }
  const plane = isUserHost(request.host) ? kernel.engine(hosts).find(request.host) : undefined;
  if (!plane) {
    const answer = await answerApi(kernel, request);
    if (answer.headers.location !== undefined) leadRedirect(kernel, request, answer);
    return write(answer);
  }
  const refusal = refuseBrowser(request);
  return write(refusal ?? (await plane(request, startTrace(kernel, 'gateway', request.host))));
}

/**
 * Names of distributions, APIs and function URLs also answer on the API port; S3's names there are the S3 API, but for the
 * bucket that wait conditions are signalled at.
 */
function isUserHost(host: string): boolean {
  return /\.(cloudfront\.net|lambda-url\.[^.]+\.on\.aws|execute-api\.[^.]+\.amazonaws\.com)$|^cloudformation-waitcondition-/.test(
    awsName(host),
  );
}

async function open(
  kernel: Kernel,
  way: DirectOptions,
  { port, option }: { port: number; option: string },
): Promise<{ server: Server; shut: () => Promise<void> }> {
  const server: Server = createServer(
    {
      keepAliveTimeout: keepAliveSeconds * 1000,
      requestTimeout: 0,
      maxHeaderSize: 32 * 1024,
      // Other upgrades (h2c) are declined, and the request served as it is.
      shouldUpgradeCallback: (message: IncomingMessage) => server.listenerCount('upgrade') > 0 && isWebSocket(message),
    },
    nodeListener(kernel, way.where, way.serve, { secure: way.secure }),
  );
  const endDirect = serveDirectly(kernel, server, way);
  await listening(server, port, option);
  const shut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      endDirect();
    });
  return { server, shut };
}

function listening<S extends NetServer>(server: S, port: number, option: string): Promise<S> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, option)));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function explain(error: NodeJS.ErrnoException, port: number, option: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new PersonError(
      'port-taken',
      `Port ${port} on 127.0.0.1 is taken by another program.`,
      `End that program, or choose another port: ${option} ${port + 1} (0 for any free one).`,
    );
  }
  if (error.code === 'EACCES') {
    return new PersonError(
      'port-refused',
      `This user may not listen on port ${port}.`,
      `Choose a port above 1023: ${option} ${port + 8000}.`,
    );
  }
  return error;
}

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}
