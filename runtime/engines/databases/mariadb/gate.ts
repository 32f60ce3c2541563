import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Passed } from '../endpoint.ts';
import type { Gated } from '../gate-contract.ts';
import { reach, secured, securedTo } from '../gate-sockets.ts';
import {
  type Answer,
  accessDenied,
  answerOf,
  askForPassword,
  greetingOf,
  type Packet,
  packetOf,
  proofOf,
  readPacket,
  wantsTls,
} from './handshake.ts';
import { tokenStatements } from './token-statements.ts';

/** "connect_timeout" is ten seconds; a person may type a token. */
const patienceMs = 60_000;
const ok = 0;

/**
 * Speaks the beginning of MySQL's protocol with a client: it passes the server's greeting on, ends TLS, and asks users who sign
 * in by a token for it in clear text. For them it proves to the server a password that nobody else knows; everybody else's
 * answer goes on as it came. See decisions/0022.
 */
export async function passGate(socket: Socket, gated: Gated & { password: string }): Promise<Passed> {
  const limit = gated.clock.after(patienceMs, 'databases: a sign-in', () => void socket.destroy(), {
    basis: 'elapsed',
  });
  const plain = await reach({ port: gated.port });
  socket.once('close', () => plain.destroy());
  try {
    const { body, scramble } = greetingOf((await readPacket(plain)).body);
    socket.write(packetOf({ sequence: 0, body }));
    const first = await readPacket(socket);
    const secure = wantsTls(first);
    const client = secure ? await secured(socket, gated.secureContext) : socket;
    const said = secure ? await readPacket(client) : first;
    const answer = answerOf(said);
    const byToken = await gated.byToken(answer.user);
    if (byToken) await admit(client, said, answer, gated);
    if (secure) plain.write(packetOf(first));
    const upstream = secure ? await securedTo(plain) : plain;
    if (byToken) {
      upstream.write(answer.withProof(proofOf(gated.password, scramble)));
      await answered(client, upstream, said);
    } else upstream.write(packetOf(said));
    return { client, upstream, through: tokenStatements(gated.password) };
  } catch (error) {
    plain.destroy();
    throw error;
  } finally {
    limit.cancel();
  }
}

/** Throws, having told the client, when the token does not let it in. */
async function admit(client: Socket, said: Packet, { user, database }: Answer, gated: Gated): Promise<void> {
  // "IAM database authentication": a token goes over TLS alone.
  if (!(client instanceof TLSSocket)) return turnAway(client, said.sequence + 1, user);
  client.write(askForPassword(said.sequence + 1));
  const { body, sequence } = await readPacket(client);
  const refusal = gated.refusal(user, body.toString('utf8').replace(/\0$/, ''));
  gated.onSignIn({ user, database, refusal });
  if (refusal !== undefined) await turnAway(client, sequence + 1, user);
}

/** The server knows nothing of the two packets in between. */
async function answered(client: Socket, upstream: Socket, said: Packet): Promise<void> {
  const { body } = await readPacket(upstream);
  client.write(packetOf({ sequence: said.sequence + 3, body }));
  if (body[0] !== ok) throw new Error('the server does not let the user in');
}

async function turnAway(client: Socket, sequence: number, user: string): Promise<never> {
  client.end(accessDenied(sequence, user, client.remoteAddress ?? ''));
  client.resume();
  if (!client.destroyed) await once(client, 'close');
  throw new Error(`access denied for ${user}`);
}
