import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { take } from '../gate-sockets.ts';

/** A packet of the protocol, without its head ("Connecting", MariaDB client/server protocol). */
export interface Packet {
  sequence: number;
  body: Buffer;
}

/** What a client says of itself. */
export interface Answer {
  user: string;
  database: string;
  /** The answer with the proof of a password in place of what the client gave. */
  withProof(proof: Buffer): Buffer;
}

const capability = {
  withDatabase: 0x8,
  compress: 0x20,
  ssl: 0x800,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
  lengthEncoded: 0x200000,
};
const sslRequestBytes = 32;
const longestPacket = 65_536;
const nativePassword = 'mysql_native_password';

export async function readPacket(from: Duplex): Promise<Packet> {
  const head = await take(from, 4);
  const length = head.readUIntLE(0, 3);
  if (length > longestPacket) throw new Error('a packet that is too long for a sign-in');
  return { sequence: head[3] ?? 0, body: await take(from, length) };
}

export function packetOf({ sequence, body }: Packet): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

/** The server's greeting, without compression, which would hide statements; and the bytes a password's proof is made with. */
export function greetingOf(body: Buffer): { body: Buffer; scramble: Buffer } {
  const afterVersion = body.indexOf(0, 1) + 1;
  const first = afterVersion + 4;
  const flags = first + 9;
  // Capabilities, character set, status, capabilities again, the length of the scramble, and ten bytes that say nothing here.
  const second = flags + 2 + 1 + 2 + 2 + 1 + 10;
  const greeting = Buffer.from(body);
  greeting.writeUInt16LE(greeting.readUInt16LE(flags) & ~capability.compress, flags);
  const scramble = Buffer.concat([body.subarray(first, first + 8), body.subarray(second, second + 12)]);
  return { body: greeting, scramble };
}

/** A client that wants TLS says the first part of its answer, then begins it. */
export function wantsTls({ body }: Packet): boolean {
  return body.length === sslRequestBytes && (body.readUInt32LE(0) & capability.ssl) !== 0;
}

/** Throws for what is no "Handshake response packet" of this century. */
export function answerOf({ sequence, body }: Packet): Answer {
  if (body.length <= sslRequestBytes) throw new Error('a client that does not say who it is');
  const flags = body.readUInt32LE(0);
  if ((flags & capability.secureConnection) === 0) throw new Error('a client that signs in as in MySQL 4.0');
  const afterUser = endOfText(body, sslRequestBytes);
  const { length, bytes } = lengthAt(body, afterUser, (flags & capability.lengthEncoded) !== 0);
  const afterProof = afterUser + bytes + length;
  const afterDatabase = (flags & capability.withDatabase) !== 0 ? endOfText(body, afterProof) : afterProof;
  const named = (flags & capability.pluginAuth) !== 0;
  const afterPlugin = named ? endOfText(body, afterDatabase) : afterDatabase;
  return {
    user: body.toString('utf8', sslRequestBytes, afterUser - 1),
    database: body.toString('utf8', afterProof, Math.max(afterDatabase - 1, afterProof)),
    withProof: (proof) =>
      packetOf({
        sequence,
        body: Buffer.concat([
          body.subarray(0, afterUser),
          // A length below 251 is one byte in either way of telling it.
          Buffer.from([proof.length]),
          proof,
          body.subarray(afterProof, afterDatabase),
          Buffer.from(named ? `${nativePassword}\0` : ''),
          body.subarray(afterPlugin),
        ]),
      }),
  };
}

/** "Authentication switch request": for a password in clear text. */
export const askForPassword = (sequence: number): Buffer =>
  packetOf({ sequence, body: Buffer.concat([Buffer.from([0xfe]), Buffer.from('mysql_clear_password\0')]) });

/** ER_ACCESS_DENIED_ERROR. */
export function accessDenied(sequence: number, user: string, host: string): Buffer {
  const text = `#28000Access denied for user '${user}'@'${host}' (using password: YES)`;
  return packetOf({ sequence, body: Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from(text)]) });
}

/** "mysql_native_password": what proves that one knows a password, for one greeting. */
export function proofOf(password: string, scramble: Buffer): Buffer {
  const once = sha1(Buffer.from(password));
  const mask = sha1(Buffer.concat([scramble, sha1(once)]));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

/** As the server keeps it. */
export function nativeVerifier(password: string): string {
  return `*${sha1(sha1(Buffer.from(password)))
    .toString('hex')
    .toUpperCase()}`;
}

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();

function endOfText(body: Buffer, from: number): number {
  const end = body.indexOf(0, from);
  if (end === -1) throw new Error('a text without an end');
  return end + 1;
}

function lengthAt(body: Buffer, at: number, encoded: boolean): { length: number; bytes: number } {
  const first = body[at] ?? 0;
  if (!encoded || first < 0xfb) return { length: first, bytes: 1 };
  if (first === 0xfc) return { length: body.readUInt16LE(at + 1), bytes: 3 };
  throw new Error('a password that is too long');
}
