import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { serveDns } from '../data-planes/dns/serve-dns.ts';
import { awsApi } from '../data-planes/http/aws-api.ts';
import { gateway } from '../data-planes/http/gateway.ts';
import { awsName, hosts } from '../data-planes/http/hosts.ts';
import { internalRoutes } from '../data-planes/http/internal-routes.ts';
import { fromNode, toNode } from '../data-planes/http/node-adapter.ts';
import { createServer } from '../data-planes/http/node-http.ts';
import { secureGateway } from '../data-planes/http/secure-gateway.ts';
import { acceptUpgrades, isWebSocket } from '../data-planes/http/upgrades.ts';
import { smtpPort } from '../data-planes/smtp/serve-smtp.ts';
import { PersonError } from '../kernel/errors.ts';
import { startTrace } from '../kernel/events/hop.ts';
import type { Kernel } from '../kernel/service.ts';
import { answerApi } from './api-plane.ts';
import { refuseBrowser } from './browser-guard.ts';

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
  const api = await open(apiListener(kernel), wanted.api, '--port');
  kernel.addresses.apiUrl = `http://127.0.0.1:${portOf(api)}`;
  const closing: (() => void | Promise<void>)[] = [() => shut(api)];
  const close = async (): Promise<void> => void (await Promise.all(closing.map((end) => end())));
  try {
    // A browser speaks HTTP to loopback as it would speak TLS to AWS: that counts as secure unless told, see decisions/0002.
    const http = await open(gateway(kernel, { secure: !options.plainHttp }), wanted.http, '--http-port');
    closing.push(acceptUpgrades(kernel, http, { secure: !options.plainHttp }), () => shut(http));
    kernel.addresses.httpPort = portOf(http);
    const tls = secureGateway(kernel, gateway(kernel, { secure: true }));
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
    const ports = { api: portOf(api), http: portOf(http), https: portOf(https), dns: names.port, smtp: portOf(smtp) };
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function apiListener(kernel: Kernel): RequestListener {
  return (message, response) => {
    serve(kernel, message, response).catch((error: Error) => {
      kernel.events.emit('problem', {
        timeMs: kernel.clock.now(),
        where: 'api port',
        message: error.message,
        ...(error.stack ? { stack: error.stack } : {}),
      });
      response.destroy();
    });
  };
}

async function serve(kernel: Kernel, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = fromNode(message, response, { secure: true });
  if (request.url.startsWith('/_orrery/')) {
    const refusal = refuseBrowser(request);
    if (refusal) return toNode(refusal, response, request.method);
    const plane = kernel.engine(internalRoutes).find(request.url);
    const hop = startTrace(kernel, 'orrery', `${request.method} ${request.url}`);
    const result = plane
      ? await plane(request, hop)
      : { status: 404, headers: {}, body: 'Orrery has nothing at this path.\n' };
    return toNode(result, response, request.method);
  }
  const plane = isUserHost(request.host) ? kernel.engine(hosts).find(request.host) : undefined;
  if (plane) {
    const refusal = refuseBrowser(request);
    const answer = refusal ?? (await plane(request, startTrace(kernel, 'gateway', request.host)));
    return toNode(answer, response, request.method);
  }
  await toNode(await answerApi(kernel, request), response, request.method);
}

/** Names of distributions, APIs and function URLs also answer on the API port; S3's names there are the S3 API. */
function isUserHost(host: string): boolean {
  return /\.(cloudfront\.net|lambda-url\.[^.]+\.on\.aws|execute-api\.[^.]+\.amazonaws\.com)$/.test(awsName(host));
}

function open(listener: RequestListener, port: number, option: string): Promise<Server> {
  const server: Server = createServer(
    {
      keepAliveTimeout: 65_000,
      requestTimeout: 0,
      maxHeaderSize: 32 * 1024,
      // Other upgrades (h2c) are declined, and the request served as it is.
      shouldUpgradeCallback: (message: IncomingMessage) => server.listenerCount('upgrade') > 0 && isWebSocket(message),
    },
    listener,
  );
  return listening(server, port, option);
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

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
