import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ListenerTable } from '../alb/configuration.ts';
import { acceptTls } from '../http/tls/accept.ts';

/** Ends TLS with the listener's certificates and policy; rejects when the client does not go through with it. */
export function secured(kernel: Kernel, listener: ListenerTable, socket: Socket): Promise<Duplex> {
  const known = kernel.engine(certificates);
  return new Promise((resolve, reject) => {
    acceptTls(kernel, socket, {
      async choose(name) {
        const context = await known.contextAmong(listener.certificates, name, listener.tls?.settings);
        return context && { context, alpn: [] };
      },
      take: resolve,
    }).catch(reject);
  });
}

/** As a client that trusts whatever it is shown: it is the load balancer's own. */
export async function overTls(socket: Duplex): Promise<Socket> {
  const { connect } = await import('node:tls');
  return new Promise((resolve, reject) => {
    const made = connect({ socket: socket as Socket, rejectUnauthorized: false }, () => {
      made.removeListener('error', reject);
      resolve(made);
    });
    made.once('error', reject);
  });
}
