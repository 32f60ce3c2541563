import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Kernel } from '../../../kernel/service.ts';

export interface DataKey {
  Plaintext: Buffer;
  CiphertextBlob: Buffer;
}

/** What a value's data key belongs to ("Secret encryption and decryption", User Guide). */
export interface DataKeyUse {
  KeyId: string;
  EncryptionContext: { SecretARN: string; SecretVersionId: string };
}

/** A key for one value, and the same key wrapped, which is what is kept. */
export function newDataKey(kernel: Kernel, use: DataKeyUse): DataKey {
  const Plaintext = Buffer.from(kernel.ids.hex(64), 'hex');
  const iv = Buffer.from(kernel.ids.hex(24), 'hex');
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(kernel), iv).setAAD(contextBytes(use));
  const wrapped = Buffer.concat([cipher.update(Plaintext), cipher.final()]);
  return { Plaintext, CiphertextBlob: Buffer.concat([iv, cipher.getAuthTag(), wrapped]) };
}

export function openDataKey(kernel: Kernel, CiphertextBlob: Buffer, use: DataKeyUse): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey(kernel), CiphertextBlob.subarray(0, 12))
    .setAuthTag(CiphertextBlob.subarray(12, 28))
    .setAAD(contextBytes(use));
  return Buffer.concat([decipher.update(CiphertextBlob.subarray(28)), decipher.final()]);
}

function contextBytes({ EncryptionContext }: DataKeyUse): Buffer {
  return Buffer.from(JSON.stringify(EncryptionContext));
}

/** Until KMS runs here, the key that wraps the others is the data folder's own. */
function wrappingKey(kernel: Kernel): Buffer {
  const keys = kernel.store.collection<{ key: string }>('secretsmanager.wrapping-keys', { account: '', region: '' });
  const held = keys.get('wrapping');
  if (held) return Buffer.from(held.key, 'hex');
  const key = kernel.ids.hex(64);
  keys.put('wrapping', { key });
  return Buffer.from(key, 'hex');
}
