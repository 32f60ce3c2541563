import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { certificates } from '../../engines/certificates/certificates.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ListenerTable } from '../alb/configuration.ts';

/** Ends TLS with the listener's certificates; rejects when the client does not go through with it. */
export async function secured(kernel: Kernel, listener: ListenerTable, socket: Socket): Promise<Duplex> {
  const { TLSSocket } = await import('node:tls');
  const known = kernel.engine(certificates);
  const byDefault = await known.contextAmong(listener.certificates, undefined);
  if (!byDefault) throw new Error('the listener has no certificate');
  const made = new TLSSocket(socket, {
    isServer: true,
    secureContext: byDefault,
    SNICallback(name, done) {
      const context = known.contextAmong(listener.certificates, name);
      if (!context) return done(new Error(`there is no certificate for ${name}`));
      context.then((found) => done(null, found), done);
    },
  });
  await new Promise<void>((resolve, reject) => {
    made.once('secure', resolve);
    made.once('error', reject);
    made.once('close', () => reject(new Error('TLS did not come about')));
  });
  return made;
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
