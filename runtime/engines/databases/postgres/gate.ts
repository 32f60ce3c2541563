import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../../../kernel/clock/clock.ts';
import type { Passed } from '../endpoint.ts';
import { askForPassword, type FirstMessage, fatal, readFirst, readPassword, take, tlsRequest } from './startup.ts';

/** A database with a gate before it, and what the gate goes by. */
export interface Gated {
  clock: Clock;
  /** With the server's own certificate: clients that bind a password to it (SCRAM-SHA-256-PLUS) see no difference. */
  secureContext: SecureContext;
  /** Of the server, on loopback, and its unix socket, at which it believes the runtime who signs in. */
  port: number;
  socketPath: string;
  /** Whether the user signs in by a token instead of a password. */
  byToken(user: string): Promise<boolean>;
  /** Why the token does not let the user in; undefined: it does. */
  refusal(user: string, token: string): string | undefined;
  /** A sign-in by token was decided on, or was not because the server failed. */
  onSignIn(about: SignIn): void;
}

export interface SignIn {
  user: string;
  database: string;
  refusal?: string | undefined;
}

/** "authentication_timeout", a minute by default: by then a client has signed in. */
const patienceMs = 60_000;
/** Of PostgreSQL's protocol, when TLS is begun without asking ("ALPN in direct SSL", PostgreSQL documentation). */
const protocolName = 'postgresql';
const handshakeByte = 0x16;

/**
 * Speaks the beginning of PostgreSQL's protocol with a client, for users who sign in by a token: it ends TLS, asks for the
 * token in clear text, and signs in for them. Everybody else is led on to the server and signs in there. See decisions/0022.
 */
export async function passGate(socket: Socket, gated: Gated): Promise<Passed> {
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
  if (opening[0] === handshakeByte) client = await secured(socket, secureContext);
  for (let asked = 0; asked < 3; asked += 1) {
    const first = await readFirst(client);
    if (first.kind === 'startup' || first.kind === 'cancel') return { client, first };
    const begins = first.kind === 'tls' && client === socket;
    client.write(begins ? 'S' : 'N');
    if (begins) client = await secured(socket, secureContext);
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

async function secured(socket: Socket, secureContext: SecureContext): Promise<TLSSocket> {
  const client = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [protocolName] });
  client.on('error', () => socket.destroy());
  await orGone(client, 'secure');
  return client;
}

async function reach(to: { port: number } | { path: string }, packet?: Buffer): Promise<Socket> {
  const upstream = connect('port' in to ? { ...to, host: '127.0.0.1' } : to);
  upstream.on('error', () => upstream.destroy());
  await once(upstream, 'connect');
  if (packet) upstream.write(packet);
  return upstream;
}

/** To the server on this machine's own loopback, whose certificate nobody else could check for us. */
async function reachOverTls(port: number): Promise<Socket> {
  const socket = await reach({ port }, tlsRequest);
  const answer = await take(socket, 1);
  if (answer.toString() !== 'S') throw new Error('the server has no TLS');
  const upstream = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: [protocolName] });
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
