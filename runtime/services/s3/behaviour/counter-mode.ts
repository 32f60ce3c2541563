import { createDecipheriv, type Decipheriv } from 'node:crypto';

/** An encrypted body begins with its initial vector, which differs for every body. */
export const IV_BYTES = 16;

/** Decrypts from any byte on: in counter mode the vector counts blocks of 16 bytes. */
export function counterAt(key: Buffer, iv: Buffer, position: number): Decipheriv {
  const block = (BigInt(`0x${iv.toString('hex')}`) + BigInt(Math.floor(position / 16))) & ((1n << 128n) - 1n);
  const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from(block.toString(16).padStart(32, '0'), 'hex'));
  const within = position % 16;
  if (within > 0) decipher.update(Buffer.alloc(within));
  return decipher;
}
