import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { s3Error } from '../errors.ts';

/** "Checking object integrity in Amazon S3": algorithms by the suffix of their header x-amz-checksum-…. */
export const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** The member of inputs and outputs that carries the algorithm's value. */
export function memberOf(algorithm: string): string {
  return `Checksum${algorithm}`;
}

export class Checksum {
  readonly algorithm: string;
  readonly #hash: Hash | undefined;
  #crc = 0;
  #crc64 = 0xffffffffffffffffn;

  constructor(algorithm: string) {
    this.algorithm = algorithm;
    if (!(algorithms as readonly string[]).includes(algorithm)) {
      throw s3Error('InvalidRequest', {}, `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${algorithms.join(', ')}]`);
    }
    if (algorithm.startsWith('SHA')) this.#hash = createHash(algorithm.toLowerCase());
  }

  update(chunk: Uint8Array): void {
    if (this.#hash) this.#hash.update(chunk);
    else if (this.algorithm === 'CRC32') this.#crc = crc32(chunk, this.#crc);
    else if (this.algorithm === 'CRC32C') this.#crc = crc32c(chunk, this.#crc);
    else this.#crc64 = crc64(chunk, this.#crc64);
  }

  /** Base64 of the big-endian value. */
  digest(): string {
    if (this.#hash) return this.#hash.digest('base64');
    const bytes = Buffer.alloc(this.algorithm === 'CRC64NVME' ? 8 : 4);
    if (this.algorithm === 'CRC64NVME') bytes.writeBigUInt64BE(this.#crc64 ^ 0xffffffffffffffffn);
    else bytes.writeUInt32BE(this.#crc >>> 0);
    return bytes.toString('base64');
  }
}

/** Castagnoli's polynomial, reflected. */
const crc32cTable = new Int32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(chunk: Uint8Array, previous: number): number {
  let value = ~previous;
  for (const byte of chunk) value = (crc32cTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/** The NVMe polynomial, reflected; two 32-bit halves of each entry, for BigInt would be far slower. */
const crc64Tables = (() => {
  const low = new Uint32Array(256);
  const high = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    low[byte] = Number(value & 0xffffffffn);
    high[byte] = Number(value >> 32n);
  }
  return { low, high };
})();

function crc64(chunk: Uint8Array, previous: bigint): bigint {
  let low = Number(previous & 0xffffffffn) | 0;
  let high = Number(previous >> 32n) | 0;
  for (const byte of chunk) {
    const index = (low ^ byte) & 0xff;
    const shifted = (low >>> 8) | (high << 24);
    low = shifted ^ (crc64Tables.low[index] ?? 0);
    high = (high >>> 8) ^ (crc64Tables.high[index] ?? 0);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
