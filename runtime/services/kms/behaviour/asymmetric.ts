import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidCiphertext, validation } from '../errors.ts';
import type { Key } from '../state.ts';
import { currentMaterial, publicKeyOf } from './material.ts';

/** The hash of each of RSA's encryption algorithms ("RSA key specs", AWS KMS Developer Guide). */
const oaepHashes: Readonly<Record<string, string>> = lookupTable({
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_OAEP_SHA_256: 'sha256',
});

export function encryptRsa(
  kernel: Kernel,
  key: Key,
  { plaintext, algorithm }: { plaintext: Uint8Array; algorithm: string },
): Buffer {
  const most = Number(key.KeySpec.slice(4)) / 8 - 2 * (algorithm === 'RSAES_OAEP_SHA_1' ? 20 : 32) - 2;
  if (plaintext.length > most)
    throw validation(
      `Algorithm ${algorithm} and key spec ${key.KeySpec} cannot encrypt data larger than ${most} bytes.`,
    );
  return publicEncrypt({ key: publicKeyOf(kernel, key), ...paddingOf(algorithm) }, plaintext);
}

export function decryptRsa(
  kernel: Kernel,
  key: Key,
  { blob, algorithm }: { blob: Uint8Array; algorithm: string },
): Buffer {
  try {
    return privateDecrypt({ key: currentMaterial(kernel, key), ...paddingOf(algorithm) }, blob);
  } catch {
    throw invalidCiphertext();
  }
}

function paddingOf(algorithm: string) {
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: oaepHashes[algorithm] ?? '' };
}
