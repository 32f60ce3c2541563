import { createHash, randomFillSync, randomUUID } from 'node:crypto';

/** Every random identifier of the cloud comes from here, so that a test can hand in a seeded source. */
export interface Ids {
  /** An RFC 9562 version 4 UUID. */
  uuid(): string;
  /** `length` lower-case hexadecimal characters. */
  hex(length: number): string;
  /** `length` characters of A-Z and 0-9, as in IAM ids and access keys. */
  upper(length: number): string;
  /** `length` characters of a-z and 0-9, as in API Gateway ids. */
  lower(length: number): string;
  /** `length` secret characters of base64url. */
  secret(length: number): string;
  /** A number in [0, 1), for jitter and sampling. */
  random(): number;
}

export function systemIds(): Ids {
  return { uuid: randomUUID, ...idsFrom(pooledBytes()) };
}

/** Ids that repeat for the same seed: for randomised tests, which print it. */
export function seededIds(seed: string): Ids {
  let counter = 0;
  const bytes = (length: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let size = 0; size < length; size += 32) {
      counter += 1;
      blocks.push(createHash('sha256').update(`${seed}:${counter}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, length);
  };
  return {
    uuid: () => {
      const hex = bytes(16).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
    ...idsFrom(bytes),
  };
}

function idsFrom(bytes: (length: number) => Buffer): Omit<Ids, 'uuid'> {
  return {
    hex: (length) =>
      bytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    upper: (length) => pick(bytes(length), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
    lower: (length) => pick(bytes(length), 'abcdefghijklmnopqrstuvwxyz012345'),
    secret: (length) => bytes(length).toString('base64url').slice(0, length),
    random: () => bytes(4).readUInt32LE() / 2 ** 32,
  };
}

/**
 * Asking the system for a few bytes costs more than all the rest of a small request, so they are fetched by the page.
 * What is returned is valid until the next call.
 */
function pooledBytes(): (length: number) => Buffer {
  const pool = Buffer.allocUnsafeSlow(8192);
  let at = pool.length;
  return (length) => {
    if (length > pool.length) return randomFillSync(Buffer.alloc(length));
    if (at + length > pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += length;
    return pool.subarray(at - length, at);
  };
}

/** Both alphabets have 32 characters, so that a byte maps to one without bias. */
function pick(bytes: Buffer, alphabet: string): string {
  let text = '';
  for (const byte of bytes) text += alphabet[byte & 31];
  return text;
}
