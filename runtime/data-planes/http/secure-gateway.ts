import type { RequestListener } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import { acceptUpgrades, isWebSocket } from './upgrades.ts';

/**
 * Users' traffic over TLS: HTTP/2 for browsers and HTTP/1.1, with the certificate that belongs to the name asked for. TLS and
 * HTTP/2 are loaded when the first client comes, for most starts see none.
 */
export function secureGateway(kernel: Kernel, listener: RequestListener): { server: Server; close(): void } {
  let secure: Promise<Http2SecureServer> | undefined;
  let endUpgraded: () => void = () => undefined;
  const start = async (): Promise<Http2SecureServer> => {
    const made = await secureServer((name) => kernel.engine(certificates).contextFor(name), listener);
    endUpgraded = acceptUpgrades(kernel, made, { secure: true });
    return made;
  };
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    secure ??= start();
    secure.then(
      (ready) => ready.emit('connection', socket.resume()),
      () => socket.destroy(),
    );
  });
  return {
    server,
    close() {
      endUpgraded();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Takes connections by its event `connection`; `contextFor` gives what a client that asks for a name is shown. */
export async function secureServer(
  contextFor: (name: string) => Promise<SecureContext> | undefined,
  listener: RequestListener,
): Promise<Http2SecureServer> {
  const { createSecureServer } = await import('node:http2');
  const server = createSecureServer({
    allowHTTP1: true,
    minVersion: 'TLSv1.2',
    SNICallback(name, done) {
      const context = contextFor(name);
      if (!context) return done(new Error(`there is no certificate for ${name}`));
      context.then((found: SecureContext) => done(null, found), done);
    },
  });
  // Other upgrades are declined, and the request served as it is; no option of HTTP/2's server says so.
  Object.assign(server, { shouldUpgradeCallback: isWebSocket });
  // A client that does not trust the authority hangs up; that is its right.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  server.on('request', listener as never);
  return server;
}
