import type { Context } from '../../../kernel/service.ts';
import { incorrectKey, invalidCiphertext } from '../errors.ts';
import type { Key } from '../state.ts';
import { keyIdIn } from './ciphertext.ts';
import { findKey, keyOfCiphertext } from './find-key.ts';

/**
 * The key a ciphertext was made with: a symmetric one says so itself, and the KeyId given must then be that key's; of an
 * asymmetric one the caller must know ("Decrypt", AWS KMS API Reference).
 */
export function sourceKey(ctx: Context, blob: Uint8Array, KeyId: string | undefined): Key {
  const named = KeyId === undefined ? undefined : findKey(ctx, KeyId);
  if (named && named.KeySpec !== 'SYMMETRIC_DEFAULT') return named;
  const id = keyIdIn(blob);
  const key = id === undefined ? undefined : keyOfCiphertext(ctx, id);
  if (!key) throw invalidCiphertext();
  if (named && named.KeyId !== key.KeyId) throw incorrectKey();
  return key;
}
