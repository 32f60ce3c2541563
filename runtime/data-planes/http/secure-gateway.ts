import type { RequestListener } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';

/**
 * Users' traffic over TLS: HTTP/2 for browsers and HTTP/1.1, with the certificate that belongs to the name asked for. TLS and
 * HTTP/2 are loaded when the first client comes, for most starts see none.
 */
export function secureGateway(kernel: Kernel, listener: RequestListener): { server: Server; close(): void } {
  let secure: Promise<Http2SecureServer> | undefined;
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    secure ??= secureServer(kernel, listener);
    secure.then(
      (ready) => ready.emit('connection', socket.resume()),
      () => socket.destroy(),
    );
  });
  return {
    server,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function secureServer(kernel: Kernel, listener: RequestListener): Promise<Http2SecureServer> {
  const { createSecureServer } = await import('node:http2');
  const known = kernel.engine(certificates);
  const server = createSecureServer({
    allowHTTP1: true,
    minVersion: 'TLSv1.2',
    SNICallback(name, done) {
      const context = known.contextFor(name);
      if (!context) return done(new Error(`there is no certificate for ${name}`));
      context.then((found: SecureContext) => done(null, found), done);
    },
  });
  // A client that does not trust the authority hangs up; that is its right.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  server.on('request', listener as never);
  return server;
}
