import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from '../exchange.ts';

/** How TLS was spoken on a connection; undefined where it was not. */
export function spokenOn(socket: Socket): HttpRequest['client']['tls'] {
  const secured = socket as Partial<Pick<TLSSocket, 'getProtocol' | 'getCipher'>>;
  if (!secured.getProtocol || !secured.getCipher) return undefined;
  return { version: secured.getProtocol() ?? '', cipher: secured.getCipher().name };
}
