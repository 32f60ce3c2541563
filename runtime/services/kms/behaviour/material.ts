import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { sealingKey } from '../../../engines/sealing/sealing.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Key } from '../state.ts';
import { keySpecs } from './key-specs.ts';
import { rootKey } from './root-key.ts';

const generate = promisify(generateKeyPair);

/** New material for the spec: the secret itself, or a private key in PKCS #8 DER. */
export function newMaterial(kernel: Kernel, spec: string): Buffer | Promise<Buffer> {
  const make = keySpecs[spec]?.make;
  if (!make) throw new Error(`no key spec ${spec}`);
  return make.kind === 'secret' ? Buffer.from(kernel.ids.hex(make.bytes * 2), 'hex') : newPrivateKey(make);
}

async function newPrivateKey(make: { kind: 'rsa'; bits: number } | { kind: 'ec'; curve: string }): Promise<Buffer> {
  const { privateKey } =
    make.kind === 'rsa'
      ? await generate('rsa', { modulusLength: make.bits })
      : await generate('ec', { namedCurve: make.curve });
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

export function sealMaterial(
  kernel: Kernel,
  KeyId: string,
  { index, material }: { index: number; material: Buffer },
): string {
  return kernel.engine(rootKey).seal(material, `${KeyId}:${index}`);
}

/** Material in use, by what it is sealed as: opening it again would cost as much as what it is opened for. */
const mostOpened = 1000;
const opened = defineEngine('kms.opened-material', () => new Map<string, KeyObject>());

/** The secret or the private key; undefined when the key never had that many. */
export function materialOf(kernel: Kernel, key: Key, index = key.sealed.length - 1): KeyObject | undefined {
  const sealed = key.sealed[index];
  if (sealed === undefined) return undefined;
  const known = kernel.engine(opened);
  let material = known.get(sealed);
  if (!material) {
    const bytes = kernel.engine(rootKey).open(sealed, `${key.KeyId}:${index}`);
    const secret = keySpecs[key.KeySpec]?.make.kind === 'secret';
    material = secret ? sealingKey(bytes) : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
    if (known.size >= mostOpened) known.clear();
    known.set(sealed, material);
  }
  return material;
}

/** Of a key that is gone nothing stays in memory either. */
export function forgetMaterial(kernel: Kernel, key: Key): void {
  for (const sealed of key.sealed) kernel.engine(opened).delete(sealed);
}

export function currentMaterial(kernel: Kernel, key: Key): KeyObject {
  const material = materialOf(kernel, key);
  if (!material) throw new Error(`the key ${key.Arn} has no material`);
  return material;
}

export function publicKeyOf(kernel: Kernel, key: Key): KeyObject {
  return createPublicKey(currentMaterial(kernel, key));
}
