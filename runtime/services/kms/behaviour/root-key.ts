import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seal, sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
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
  const key = sealingKey(readFileSync(file));
  return {
    seal: (material, name) => seal(kernel.ids, key, material, Buffer.from(name)).toString('base64'),
    open: (sealed, name) => unseal(key, Buffer.from(sealed, 'base64'), Buffer.from(name)),
  };
});
