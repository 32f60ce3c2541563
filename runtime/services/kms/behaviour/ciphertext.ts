import { overheadBytes, seal, unseal } from '../../../engines/sealing/sealing.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidCiphertext } from '../errors.ts';
import type { Key } from '../state.ts';
import { currentMaterial, materialOf } from './material.ts';

export type EncryptionContext = Record<string, string>;

/**
 * A symmetric ciphertext says which key, and which of its materials, it was made with, so that Decrypt needs no KeyId and
 * rotation changes nothing ("Rotating AWS KMS keys"): form (1 byte), key id (16), material (4), nonce (12), tag (16), text.
 */
const form = 1;
const headBytes = 1 + 16 + 4;

export function encryptSymmetric(
  kernel: Kernel,
  key: Key,
  { plaintext, context }: { plaintext: Uint8Array; context: EncryptionContext },
): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(form, 0);
  Buffer.from(key.KeyId.replaceAll('-', ''), 'hex').copy(head, 1);
  head.writeUInt32BE(key.sealed.length - 1, 17);
  return Buffer.concat([head, seal(kernel.ids, currentMaterial(kernel, key), plaintext, bound(head, context))]);
}

export function decryptSymmetric(
  kernel: Kernel,
  key: Key,
  { blob, context }: { blob: Uint8Array; context: EncryptionContext },
): Buffer {
  const bytes = asBuffer(blob);
  if (keyIdIn(bytes) !== key.KeyId) throw invalidCiphertext();
  const head = bytes.subarray(0, headBytes);
  const material = materialOf(kernel, key, head.readUInt32BE(17));
  if (!material) throw invalidCiphertext();
  try {
    return unseal(material, bytes.subarray(headBytes), bound(head, context));
  } catch {
    throw invalidCiphertext();
  }
}

/** Undefined when it is no symmetric ciphertext. */
export function keyIdIn(blob: Uint8Array): string | undefined {
  const bytes = asBuffer(blob);
  if (bytes.length < headBytes + overheadBytes || bytes[0] !== form) return undefined;
  const hex = bytes.toString('hex', 1, 17);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Which of its key's materials a symmetric ciphertext was made with. */
export function materialIn(blob: Uint8Array): number {
  return asBuffer(blob).readUInt32BE(17);
}

/** The same bytes, not a copy of them: a ciphertext is looked at several times before it is opened. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The context's order does not matter, its case does ("Encryption context"). */
function bound(head: Buffer, context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([head, Buffer.from(JSON.stringify(entries))]);
}
