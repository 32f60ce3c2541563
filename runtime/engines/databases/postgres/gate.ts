import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Passed } from '../endpoint.ts';
import type { Gated } from '../gate-contract.ts';
import { reach, secured, securedTo, take } from '../gate-sockets.ts';
import { askForPassword, type FirstMessage, fatal, readFirst, readPassword, tlsRequest } from './startup.ts';

/** "authentication_timeout", a minute by default: by then a client has signed in. */
const patienceMs = 60_000;
/** Of PostgreSQL's protocol, when TLS is begun without asking ("ALPN in direct SSL", PostgreSQL documentation). */
const protocolName = 'postgresql';
const handshakeByte = 0x16;

/**
 * Speaks the beginning of PostgreSQL's protocol with a client, for users who sign in by a token: it ends TLS, asks for the
 * token in clear text, and signs in for them, at the unix socket, where the server believes the runtime who signs in.
 * Everybody else is led on to the server and signs in there. See decisions/0022.
 */
export async function passGate(socket: Socket, gated: Gated & { socketPath: string }): Promise<Passed> {
  const limit = gated.clock.after(patienceMs, 'databases: a sign-in', () => void socket.destroy(), {
    basis: 'elapsed',
  });
  try {
    const { client, first } = await greet(socket, gated.secureContext);
    if (first.kind === 'cancel') return { client, upstream: await reach({ port: gated.port }, first.packet) };
    const secure = client instanceof TLSSocket;
    if (!(await gated.byToken(first.user))) {
      const upstream = secure ? await reachOverTls(gated.port) : await reach({ port: gated.port });
      upstream.write(first.packet);
      return { client, upstream };
    }
    await admit(client, first, gated);
    return { client, upstream: await reach({ path: gated.socketPath }, first.packet) };
  } finally {
    limit.cancel();
  }
}

type Asked = Exclude<FirstMessage, { kind: 'tls' | 'gss' }>;

/** Until the client says who it is; over TLS where it wants that. */
async function greet(socket: Socket, secureContext: SecureContext): Promise<{ client: Socket; first: Asked }> {
  let client = socket;
  const opening = await take(socket, 1);
  socket.unshift(opening);
  if (opening[0] === handshakeByte) client = await secured(socket, secureContext, [protocolName]);
  for (let asked = 0; asked < 3; asked += 1) {
    const first = await readFirst(client);
    if (first.kind === 'startup' || first.kind === 'cancel') return { client, first };
    const begins = first.kind === 'tls' && client === socket;
    client.write(begins ? 'S' : 'N');
    if (begins) client = await secured(socket, secureContext, [protocolName]);
  }
  throw new Error('a client that does not say who it is');
}

/** Throws, having told the client, when it is not let in. */
async function admit(client: Socket, first: Asked & { kind: 'startup' }, gated: Gated): Promise<void> {
  const { user, database } = first;
  if (!(client instanceof TLSSocket)) {
    // "IAM database authentication": connections must use TLS; on RDS its line of pg_hba.conf is a hostssl one.
    const message = `pg_hba.conf rejects connection for host "${client.remoteAddress}", user "${user}", database "${database}", no encryption`;
    return turnAway(client, message);
  }
  client.write(askForPassword);
  const refusal = gated.refusal(user, await readPassword(client));
  gated.onSignIn({ user, database, refusal });
  if (refusal === undefined) return;
  await turnAway(client, `PAM authentication failed for user "${user}"`);
}

/** Throws once the client has heard why. */
async function turnAway(client: Socket, message: string): Promise<never> {
  client.end(fatal('28000', message));
  client.resume();
  if (!client.destroyed) await once(client, 'close');
  throw new Error(message);
}

/** To the server on this machine's own loopback, whose certificate nobody else could check for us. */
async function reachOverTls(port: number): Promise<Socket> {
  const socket = await reach({ port }, tlsRequest);
  const answer = await take(socket, 1);
  if (answer.toString() !== 'S') throw new Error('the server has no TLS');
  return securedTo(socket, [protocolName]);
}
