import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';

/** Exactly so many bytes; what comes after them stays in the stream. */
export async function take(from: Duplex, length: number): Promise<Buffer> {
  const gone = new AbortController();
  const close = (): void => gone.abort();
  from.once('close', close);
  try {
    for (;;) {
      if (length === 0) return Buffer.alloc(0);
      const chunk = from.read(length) as Buffer | null;
      if (chunk?.length === length) return chunk;
      if (chunk || from.readableEnded || from.destroyed) throw new Error('the client has gone');
      await once(from, 'readable', { signal: gone.signal });
    }
  } finally {
    from.off('close', close);
  }
}

/** Ends TLS as a server; `protocols` as clients may name them (ALPN). */
export async function secured(socket: Socket, secureContext: SecureContext, protocols?: string[]): Promise<TLSSocket> {
  const alpn = protocols ? { ALPNProtocols: protocols } : {};
  const client = new TLSSocket(socket, { isServer: true, secureContext, ...alpn });
  client.on('error', () => socket.destroy());
  await orGone(client, 'secure');
  return client;
}

export async function reach(to: { port: number } | { path: string }, packet?: Buffer): Promise<Socket> {
  const upstream = connect('port' in to ? { ...to, host: '127.0.0.1' } : to);
  upstream.on('error', () => upstream.destroy());
  await once(upstream, 'connect');
  if (packet) upstream.write(packet);
  return upstream;
}

/** With a server on this machine's own loopback, whose certificate nobody else could check for us. */
export async function securedTo(socket: Socket, protocols?: string[]): Promise<TLSSocket> {
  const alpn = protocols ? { ALPNProtocols: protocols } : {};
  const upstream = connectTls({ socket, rejectUnauthorized: false, ...alpn });
  upstream.on('error', () => socket.destroy());
  await once(upstream, 'secureConnect');
  return upstream;
}

async function orGone(socket: Socket, event: string): Promise<void> {
  const gone = new AbortController();
  const close = (): void => gone.abort();
  socket.once('close', close);
  try {
    await once(socket, event, { signal: gone.signal });
  } finally {
    socket.off('close', close);
  }
}
