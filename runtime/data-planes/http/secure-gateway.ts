import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type DirectOptions, serveDirectly } from './direct-connections.ts';
import type { DataPlane, HttpRequest } from './exchange.ts';
import { awsName, hosts } from './hosts.ts';
import { createServer as createHttpServer } from './node-http.ts';
import { keepAliveSeconds } from './response-head.ts';
import { nodeListener } from './serve.ts';
import { acceptTls, type Handshake } from './tls/accept.ts';
import { alpnOf, termsOf } from './tls/terms.ts';
import { acceptUpgrades, isWebSocket } from './upgrades.ts';

/**
 * Users' traffic over TLS: HTTP/2 for browsers and HTTP/1.1, on the terms of what the name asked for leads to (a load balancer's
 * security policy and certificates, a distribution's). TLS and HTTP/2 are loaded when the first client comes, for most starts see
 * none.
 */
export function secureGateway(kernel: Kernel, way: DirectOptions): { server: NetServer; close(): void } {
  const taker = secureTaker(kernel, way, { choose: (name) => chooseByName(kernel, name) });
  const server = createServer((socket) => {
    if (way.guard?.admit(socket) ?? true) taker.take(socket);
  });
  return { server, close: () => taker.stop() };
}

async function chooseByName(kernel: Kernel, serverName: string | undefined): Promise<Handshake | undefined> {
  if (serverName === undefined) return undefined;
  const shown = kernel.engine(certificates);
  const terms = termsOf(kernel.engine(hosts).find(awsName(serverName)));
  const context = terms?.certificates.length
    ? shown.contextAmong(terms.certificates, serverName, terms.settings)
    : shown.contextFor(serverName, terms?.settings);
  return context && { context: await context, alpn: alpnOf(terms ?? { http2: true }) };
}

interface SecureOptions {
  choose: (serverName: string | undefined) => Promise<Handshake | undefined>;
  /** Which data plane is asked for an upgrade; by default the one of the request's host. */
  planeOf?: (request: HttpRequest) => DataPlane | undefined;
}

/** Takes connections and serves what they ask over TLS. */
export function secureTaker(
  kernel: Kernel,
  way: DirectOptions,
  { choose, planeOf }: SecureOptions,
): { take(socket: Socket): void; stop(): void } {
  const sockets = new Set<Socket>();
  const listener = nodeListener(kernel, way.where, way.serve, { secure: true });
  const plain = createHttpServer(
    {
      keepAliveTimeout: keepAliveSeconds * 1000,
      requestTimeout: 0,
      maxHeaderSize: 32 * 1024,
      shouldUpgradeCallback: isWebSocket,
    },
    listener,
  );
  const endDirect = serveDirectly(kernel, plain, way);
  const endUpgraded = acceptUpgrades(kernel, plain, { secure: true, ...(planeOf ? { planeOf } : {}) });
  let framed: Promise<{ emit(event: 'connection', socket: Socket): void }> | undefined;
  const serve = async (socket: Socket): Promise<void> => {
    framed ??= http2Server(listener);
    const http2 = await framed;
    const ended = way.guard?.waitFor(socket);
    await acceptTls(kernel, socket, {
      choose,
      take(secured) {
        ended?.();
        (secured.alpnProtocol === 'h2' ? http2 : plain).emit('connection', secured);
      },
    });
  };
  return {
    take(socket) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      // A client that does not trust the authority, or agrees on nothing, hangs up; that is its right.
      serve(socket).catch(() => undefined);
    },
    stop() {
      endUpgraded();
      endDirect();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function http2Server(listener: ReturnType<typeof nodeListener>) {
  const { createServer: createHttp2Server } = await import('node:http2');
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('request', listener as never);
  return server;
}
