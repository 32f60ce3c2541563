import type { Duplex } from 'node:stream';
import { take } from '../gate-sockets.ts';

/** What a client of PostgreSQL says first ("Message Formats", PostgreSQL documentation). */
export type FirstMessage =
  | { kind: 'tls' | 'gss' }
  /** Of another connection's query; nothing is answered. */
  | { kind: 'cancel'; packet: Buffer }
  /** It asks for a session of a user. */
  | { kind: 'startup'; packet: Buffer; user: string; database: string };

const codes = { cancel: 80877102, tls: 80877103, gss: 80877104 };
/** PostgreSQL's own limits: MAX_STARTUP_PACKET_LENGTH, PG_MAX_AUTH_TOKEN_LENGTH. */
const longestStartup = 10_000;
const longestPassword = 65_535;

export const tlsRequest = packetOf(codes.tls);
export const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** Throws for what is none of them, as for a client that has gone. */
export async function readFirst(from: Duplex): Promise<FirstMessage> {
  const head = await take(from, 8);
  const length = head.readInt32BE(0);
  const code = head.readInt32BE(4);
  if (length < 8 || length > longestStartup) throw new Error('invalid length of startup packet');
  if (code === codes.tls) return { kind: 'tls' };
  if (code === codes.gss) return { kind: 'gss' };
  const rest = length > 8 ? await take(from, length - 8) : Buffer.alloc(0);
  const packet = Buffer.concat([head, rest]);
  if (code === codes.cancel) return { kind: 'cancel', packet };
  if (code >> 16 !== 3) throw new Error(`unsupported frontend protocol ${code >> 16}.${code & 0xffff}`);
  const texts = rest.toString('utf8').split('\0');
  const value = (name: string): string | undefined => {
    for (let at = 0; at + 1 < texts.length; at += 2) if (texts[at] === name) return texts[at + 1];
    return undefined;
  };
  const user = value('user') ?? '';
  return { kind: 'startup', packet, user, database: value('database') ?? user };
}

/** The client's answer to `askForPassword`. */
export async function readPassword(from: Duplex): Promise<string> {
  const head = await take(from, 5);
  const length = head.readInt32BE(1) - 4;
  if (head[0] !== 0x70 || length < 0 || length > longestPassword) throw new Error('expected password response');
  return (await take(from, length)).toString('utf8').replace(/\0$/, '');
}

export function fatal(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

function packetOf(code: number): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeInt32BE(8, 0);
  packet.writeInt32BE(code, 4);
  return packet;
}
