import { createCipheriv, createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineEngine } from '../../../kernel/engine.ts';

/** What stands for KMS's hardware: key material leaves it only sealed. */
export interface RootKey {
  /** `name` is bound to what is sealed, so that one record's material cannot be put into another. */
  seal(material: Buffer, name: string): string;
  open(sealed: string, name: string): Buffer;
}

/** A file of its own that only its owner may read; the database holds nothing that opens without it. */
export const rootKey = defineEngine<RootKey>('kms.root-key', (kernel) => {
  const file = join(kernel.store.folder('kms'), 'root.key');
  if (!existsSync(file)) writeFileSync(file, Buffer.from(kernel.ids.hex(64), 'hex'), { mode: 0o600, flush: true });
  const key = readFileSync(file);
  return {
    seal(material, name) {
      const nonce = Buffer.from(kernel.ids.hex(24), 'hex');
      return Buffer.concat([nonce, sealWith(key, { nonce, plaintext: material, bound: Buffer.from(name) })]).toString(
        'base64',
      );
    },
    open(sealed, name) {
      const bytes = Buffer.from(sealed, 'base64');
      return openWith(key, { nonce: bytes.subarray(0, 12), sealed: bytes.subarray(12), bound: Buffer.from(name) });
    },
  };
});

/** AES-256-GCM: the tag, then the ciphertext. */
export function sealWith(
  key: Buffer,
  { nonce, plaintext, bound }: { nonce: Buffer; plaintext: Uint8Array; bound: Buffer },
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([cipher.getAuthTag(), text]);
}

/** Throws when anything was changed. */
export function openWith(
  key: Buffer,
  { nonce, sealed, bound }: { nonce: Buffer; sealed: Buffer; bound: Buffer },
): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(0, 16));
  return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
}
