import { Transform } from 'node:stream';
import { nativeVerifier } from './handshake.ts';

/** COM_QUERY and COM_STMT_PREPARE. */
const statements = new Set([0x03, 0x16]);
/** Statements about users are shorter; others go on as they come. */
const longest = 16_384;
const headBytes = 4;

/** "IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'" ("Creating a database account using IAM authentication"). */
const aboutUser = /^\s*(create|alter)\s+(or\s+replace\s+)?user\b/i;
const byToken = /\bidentified\s+(?:with|via)\s+(['"`]?)awsauthenticationplugin\1\s+(?:as|using)\s+(['"])rds\2/gi;

/**
 * What a client sends, with its statements that make a user sign in by a token. MariaDB takes no plugin that it does not have,
 * and has none for this: such a user gets a password that the gate alone knows, by which it is also known.
 */
export function tokenStatements(password: string): Transform {
  const identified = `IDENTIFIED VIA mysql_native_password USING '${nativeVerifier(password)}'`;
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a packet that go on as they come. */
  let passing = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (held.length > 0) {
        if (passing === 0) {
          if (held.length < headBytes) break;
          const length = held.readUIntLE(0, 3);
          // What kind of command it is stands after the head; an empty packet, as after a file of LOAD DATA LOCAL, is all head.
          if (length > 0 && held.length === headBytes) break;
          if (isStatement(held, length)) {
            if (held.length < headBytes + length) break;
            this.push(rewritten(held.subarray(0, headBytes + length), identified));
            held = held.subarray(headBytes + length);
            continue;
          }
          passing = headBytes + length;
        }
        const part = held.subarray(0, passing);
        this.push(part);
        passing -= part.length;
        held = held.subarray(part.length);
      }
      done();
    },
  });
}

/** The first packet of a command has the number 0. */
function isStatement(held: Buffer, length: number): boolean {
  return held[3] === 0 && length > 0 && length <= longest && statements.has(held[headBytes] ?? 0);
}

function rewritten(packet: Buffer, identified: string): Buffer {
  const text = packet.toString('latin1', headBytes + 1);
  if (!aboutUser.test(text)) return packet;
  const changed = Buffer.from(text.replace(byToken, identified), 'latin1');
  const head = Buffer.from(packet.subarray(0, headBytes + 1));
  head.writeUIntLE(changed.length + 1, 0, 3);
  return Buffer.concat([head, changed]);
}
