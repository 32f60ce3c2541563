/** What a TLS client says first, as far as it must be known to choose how to answer. */
export type ClientHello = { kind: 'hello'; serverName: string | undefined } | { kind: 'begun' } | { kind: 'other' };

const handshake = 22;
const clientHello = 1;
const serverNameExtension = 0;
/** RFC 8446 §5.1: a record is no longer; a ClientHello that needs more than one is none that a browser sends. */
export const longestHello = 16 * 1024 + 5;

/**
 * Reads the server's name out of the first bytes of a connection (RFC 8446 §4.1.2, RFC 6066 §3). `begun` while it is not all
 * there; `other` for what is no TLS.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  if (bytes.length > 0 && bytes[0] !== handshake) return { kind: 'other' };
  if (bytes.length > 1 && bytes[1] !== 3) return { kind: 'other' };
  if (bytes.length < 6) return { kind: 'begun' };
  if (bytes[5] !== clientHello) return { kind: 'other' };
  const end = 5 + bytes.readUInt16BE(3);
  if (bytes.length < end) return bytes.length > longestHello ? { kind: 'other' } : { kind: 'begun' };
  try {
    return { kind: 'hello', serverName: serverNameOf(bytes.subarray(9, end)) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'other' };
    throw error;
  }
}

/** Past the version, random, session id, cipher suites and compression methods. */
function serverNameOf(hello: Buffer): string | undefined {
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at === hello.length) return undefined;
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    // The list's length, the kind of name (a host's) and the name's length come before it.
    if (type === serverNameExtension && length > 5)
      return hello.toString('latin1', at + 9, at + 9 + hello.readUInt16BE(at + 7)).toLowerCase();
    at += 4 + length;
  }
  return undefined;
}
