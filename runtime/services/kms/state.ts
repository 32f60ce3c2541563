import { formatArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';

/** A key as kept. Its material is sealed under the data folder's root key; a record alone opens nothing. */
export interface Key {
  KeyId: string;
  Arn: string;
  account: string;
  region: string;
  createdMs: number;
  Description: string;
  KeySpec: string;
  KeyUsage: string;
  KeyManager: 'CUSTOMER' | 'AWS';
  KeyState: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionMs?: number | undefined;
  policy: string;
  tags: Record<string, string>;
  /** Oldest first; only symmetric encryption keys that were rotated have more than one. */
  sealed: string[];
  rotation?: { periodDays: number; nextMs: number } | undefined;
  rotations: { rotatedMs: number; RotationType: 'AUTOMATIC' | 'ON_DEMAND' }[];
}

export interface Alias {
  AliasName: string;
  TargetKeyId: string;
  createdMs: number;
  updatedMs: number;
}

export interface Grant {
  GrantId: string;
  GrantToken: string;
  KeyId: string;
  Name: string | undefined;
  GranteePrincipal: string;
  RetiringPrincipal: string | undefined;
  Operations: string[];
  Constraints: GrantConstraints | undefined;
  IssuingAccount: string;
  createdMs: number;
}

export interface GrantConstraints {
  EncryptionContextSubset?: Record<string, string> | undefined;
  EncryptionContextEquals?: Record<string, string> | undefined;
}

export function keys(kernel: Kernel, scope: Scope): Collection<Key> {
  return kernel.store.collection<Key>('kms.keys', placeOf(scope));
}

export function aliases(kernel: Kernel, scope: Scope): Collection<Alias> {
  return kernel.store.collection<Alias>('kms.aliases', placeOf(scope));
}

export function grants(kernel: Kernel, scope: Scope): Collection<Grant> {
  return kernel.store.collection<Grant>('kms.grants', placeOf(scope));
}

/** The grants of one key: few: a key has at most 50,000, most have none. */
export function grantsOf(kernel: Kernel, key: Key): Grant[] {
  return grants(kernel, key)
    .values()
    .filter((grant) => grant.KeyId === key.KeyId);
}

export function aliasesOf(kernel: Kernel, key: Key): Alias[] {
  return aliases(kernel, key)
    .values()
    .filter((alias) => alias.TargetKeyId === key.KeyId);
}

export function keyArn(region: string, account: string, keyId: string): string {
  return formatArn('kms', region, account, `key/${keyId}`);
}

export function aliasArn(region: string, account: string, name: string): string {
  return formatArn('kms', region, account, name);
}

export function keep(kernel: Kernel, key: Key): Key {
  keys(kernel, key).put(key.KeyId, key);
  return key;
}

/** A key or a context is handed in whole; the store wants only where. */
function placeOf({ account, region }: Scope): Scope {
  return { account, region };
}
