import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { Ids } from '../../kernel/ids.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** What AES-256-GCM adds to what it seals: a nonce before it and a tag. */
export const overheadBytes = nonceBytes + tagBytes;

/**
 * A key as the cipher wants it. Made once and kept where a key is used again: with the bare bytes every use would cost four
 * times as much.
 */
export function sealingKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** AES-256-GCM: nonce, tag, ciphertext. What is `bound` must be told again to open it. */
export function seal(ids: Ids, key: KeyObject, plaintext: Uint8Array | string, bound?: Buffer): Buffer {
  const nonce = Buffer.from(ids.hex(2 * nonceBytes), 'hex');
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  if (bound) cipher.setAAD(bound);
  const text = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
  const rest = cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), text, rest]);
}

/** Throws when anything was changed, or bound to something else. */
export function unseal(key: KeyObject, sealed: Uint8Array, bound?: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
  if (bound) decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(nonceBytes, overheadBytes));
  return Buffer.concat([decipher.update(sealed.subarray(overheadBytes)), decipher.final()]);
}
