import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Kernel } from '../../../kernel/service.ts';
import { longestHello, readClientHello } from './client-hello.ts';

/** How one client is answered. */
export interface Handshake {
  context: SecureContext;
  /** Preferred first; empty: none is agreed on. */
  alpn: readonly string[];
}

/** So long a client may take to come to terms. */
const handshakeMs = 10_000;

/** `unrecognized_name`, fatal (RFC 6066 §3). */
const unknownName = Buffer.from([21, 3, 1, 0, 2, 2, 112]);

/**
 * Speaks TLS as a server. What is shown and agreed on is chosen by the name the client asks for, before TLS itself begins: only
 * then can a name have a lowest version of its own. Rejects when the client does not go through with it.
 */
export async function acceptTls(
  kernel: Kernel,
  socket: Socket,
  how: {
    choose: (serverName: string | undefined) => Promise<Handshake | undefined>;
    /** Called in the turn in which TLS came about: HTTP/2 must be there before the first byte it is to read. */
    take: (secured: TLSSocket) => void;
  },
): Promise<void> {
  const limit = kernel.clock.after(handshakeMs, 'a TLS handshake', () => void socket.destroy(), { basis: 'elapsed' });
  try {
    const serverName = await nameAskedFor(socket);
    const chosen = await how.choose(serverName);
    if (!chosen) {
      socket.end(unknownName);
      throw new Error(`there is no certificate for ${serverName ?? 'a client that names no server'}`);
    }
    await shake(socket, chosen, how.take);
  } finally {
    limit.cancel();
  }
}

function nameAskedFor(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let read: Buffer = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.pause();
      settle();
    };
    const onData = (chunk: Buffer): void => {
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
      const hello = readClientHello(read);
      if (hello.kind === 'begun' && read.length <= longestHello) return;
      end(() => {
        if (hello.kind !== 'hello') {
          socket.destroy();
          return reject(new Error('the client does not speak TLS'));
        }
        socket.unshift(read);
        resolve(hello.serverName);
      });
    };
    const onClose = (): void => end(() => reject(new Error('the client has gone')));
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.resume();
    if (socket.destroyed) onClose();
  });
}

async function shake(socket: Socket, { context, alpn }: Handshake, take: (secured: TLSSocket) => void): Promise<void> {
  const { TLSSocket: Secured } = await import('node:tls');
  const made = new Secured(socket, {
    isServer: true,
    secureContext: context,
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    made.once('secure', () => {
      made.on('error', () => made.destroy());
      // As a server of node:tls leaves its sockets: HTTP/2 waits while this is set.
      Object.assign(made, { secureConnecting: false });
      take(made);
      resolve();
    });
    made.once('error', reject);
    made.once('close', () => reject(new Error('TLS did not come about')));
  });
}
