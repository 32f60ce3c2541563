import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { Checksum } from './checksums.ts';

/** What was computed of a body while it was written. */
export interface Digests {
  size: number;
  /** Lower-case hexadecimal. */
  md5: string;
  /** By algorithm, base64. */
  checksums: Record<string, string>;
}

export interface BodyPlan {
  /** Checksum algorithms beside MD5. */
  algorithms: string[];
  /** Given when the body is to be encrypted: AES-256 in counter mode, so that ranges can be read. */
  cipher?: { key: Uint8Array; iv: Uint8Array } | undefined;
}

/** Digests (of the plain bytes) and encrypts chunk by chunk; an encrypted body begins with its initial vector. */
export class BodyEncoder {
  readonly #md5 = createHash('md5');
  readonly #checksums: Checksum[];
  readonly #cipher: Cipheriv | undefined;
  #size = 0;

  constructor(plan: BodyPlan) {
    this.#checksums = plan.algorithms.map((algorithm) => new Checksum(algorithm));
    if (plan.cipher) this.#cipher = createCipheriv('aes-256-ctr', plan.cipher.key, plan.cipher.iv);
  }

  encode(chunk: Uint8Array): Uint8Array {
    this.#size += chunk.length;
    this.#md5.update(chunk);
    for (const sum of this.#checksums) sum.update(chunk);
    return this.#cipher ? this.#cipher.update(chunk) : chunk;
  }

  digests(): Digests {
    return {
      size: this.#size,
      md5: this.#md5.digest('hex'),
      checksums: Object.fromEntries(this.#checksums.map((sum) => [sum.algorithm, sum.digest()])),
    };
  }
}

/** A body being written to a file, synchronously: for the worker, whose only work it is. */
export class BodyFile {
  readonly #encoder: BodyEncoder;
  readonly #path: string;
  readonly #file: number;

  constructor(path: string, plan: BodyPlan) {
    this.#encoder = new BodyEncoder(plan);
    this.#path = path;
    this.#file = openSync(path, 'wx');
    if (plan.cipher) this.#write(plan.cipher.iv);
  }

  append(chunk: Uint8Array): void {
    this.#write(this.#encoder.encode(chunk));
  }

  finish(): Digests {
    closeSync(this.#file);
    return this.#encoder.digests();
  }

  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }
}
