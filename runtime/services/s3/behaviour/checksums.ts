import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { crc32c } from './crc.ts';
import { crc64nvme } from './crc64.ts';

/** "Checking object integrity in Amazon S3": algorithms by the suffix of their header x-amz-checksum-…. */
export const algorithms: readonly string[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** The member of inputs and outputs that carries the algorithm's value. */
export function memberOf(algorithm: string): string {
  return `Checksum${algorithm}`;
}

/** Values by algorithm as members of an output. */
export function checksumMembers(checksums: Record<string, string> | undefined): Record<string, string> {
  const members: Record<string, string> = {};
  for (const algorithm in checksums) members[memberOf(algorithm)] = checksums[algorithm] ?? '';
  return members;
}

/** Bytes of a value; base64 of any other length is not one. */
export const digestBytes: Record<string, number> = lookupTable({
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
});

/** One algorithm run over the chunks of a body. */
export class Checksum {
  readonly algorithm: string;
  readonly #hash: Hash | undefined;
  #crc = 0;
  #crc64 = 0n;

  constructor(algorithm: string) {
    this.algorithm = algorithm;
    if (algorithm.startsWith('SHA')) this.#hash = createHash(algorithm.toLowerCase());
  }

  update(chunk: Uint8Array): void {
    if (this.#hash) this.#hash.update(chunk);
    else if (this.algorithm === 'CRC32') this.#crc = crc32(chunk, this.#crc);
    else if (this.algorithm === 'CRC32C') this.#crc = crc32c(chunk, this.#crc);
    else this.#crc64 = crc64nvme(chunk, this.#crc64);
  }

  /** Base64 of the big-endian value. */
  digest(): string {
    if (this.#hash) return this.#hash.digest('base64');
    return crcToBase64(this.algorithm, this.algorithm === 'CRC64NVME' ? this.#crc64 : BigInt(this.#crc >>> 0));
  }
}

/** "Checksum types": the checksum of the checksums of the parts, and how many they are. */
export function compositeChecksum(algorithm: string, parts: string[]): string {
  const sum = new Checksum(algorithm);
  for (const part of parts) sum.update(Buffer.from(part, 'base64'));
  return `${sum.digest()}-${parts.length}`;
}

/** "Checksum types": what the whole has, from what its parts have, without reading them again. CRC algorithms only. */
export function fullObjectChecksum(algorithm: string, parts: { checksum: string; size: number }[]): string {
  const { width, polynomial } = algorithm === 'CRC64NVME' ? nvme : algorithm === 'CRC32C' ? castagnoli : ieee;
  let whole = 0n;
  for (const { checksum, size } of parts) {
    whole =
      multiply(whole, powerOfX(BigInt(size) * 8n, width, polynomial), width, polynomial) ^ crcFromBase64(checksum);
  }
  return crcToBase64(algorithm, whole);
}

const ieee = { width: 32n, polynomial: 0xedb88320n };
const castagnoli = { width: 32n, polynomial: 0x82f63b78n };
const nvme = { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n };

/** Product modulo the polynomial, bits reflected: the coefficient of x^0 is the highest bit. */
function multiply(a: bigint, b: bigint, width: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, width: bigint, polynomial: bigint): bigint {
  let result = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, width, polynomial);
    square = multiply(square, square, width, polynomial);
  }
  return result;
}

function crcToBase64(algorithm: string, value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.subarray(algorithm === 'CRC64NVME' ? 0 : 4).toString('base64');
}

function crcFromBase64(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64').toString('hex')}`);
}
