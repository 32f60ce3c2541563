import { seal as sealBytes, sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Secret } from '../state.ts';
import { newDataKey, openDataKey } from './data-keys.ts';

/** What is in a version: text or bytes, never both. */
export interface Value {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}

/** A value as kept: under a data key of its own, which is itself kept only wrapped. Base64. */
interface SealedValue {
  KmsKeyId: string;
  dataKey: string;
  sealed: string;
  kind: 'SecretString' | 'SecretBinary';
}

/** "If you don't specify this value, then Secrets Manager uses the key aws/secretsmanager" ("CreateSecret"). */
export const defaultKey = 'alias/aws/secretsmanager';

export interface Sealed {
  VersionId: string;
  KmsKeyId: string;
  value: SealedValue;
}

/** Encrypts a value for one version; `keep` then puts it beside the secret in the same turn as the secret's change. */
export async function seal(ctx: Context, secret: SecretKey, VersionId: string, value: Value): Promise<Sealed> {
  const KeyId = secret.KmsKeyId ?? defaultKey;
  const { Plaintext, CiphertextBlob } = await newDataKey(ctx, use(secret, VersionId, KeyId));
  const sealed = sealBytes(ctx.ids, sealingKey(Plaintext), value.SecretString ?? value.SecretBinary ?? '');
  return {
    VersionId,
    KmsKeyId: KeyId,
    value: {
      KmsKeyId: KeyId,
      dataKey: CiphertextBlob.toString('base64'),
      sealed: sealed.toString('base64'),
      kind: value.SecretString === undefined ? 'SecretBinary' : 'SecretString',
    },
  };
}

export function keep(kernel: Kernel, secret: Secret, { VersionId, value }: Sealed): void {
  values(kernel, secret).put(`${secret.ARN}|${VersionId}`, value);
}

export function forget(kernel: Kernel, secret: Secret, VersionId: string): void {
  values(kernel, secret).delete(`${secret.ARN}|${VersionId}`);
}

/** Undefined for a version that a rotation made and put no value in yet. */
export async function open(ctx: Context, secret: Secret, VersionId: string): Promise<Value | undefined> {
  const held = values(ctx, secret).get(`${secret.ARN}|${VersionId}`);
  if (!held) return undefined;
  const key = await openDataKey(ctx, Buffer.from(held.dataKey, 'base64'), use(secret, VersionId, held.KmsKeyId));
  const bytes = unseal(sealingKey(key), Buffer.from(held.sealed, 'base64'));
  return held.kind === 'SecretString' ? { SecretString: bytes.toString() } : { SecretBinary: bytes };
}

type SecretKey = Pick<Secret, 'ARN' | 'KmsKeyId'>;

function use(secret: SecretKey, SecretVersionId: string, KeyId: string) {
  return { KeyId, EncryptionContext: { SecretARN: secret.ARN, SecretVersionId } };
}

function values(kernel: Kernel, { account, region }: Secret): Collection<SealedValue> {
  return kernel.store.collection<SealedValue>('secretsmanager.values', { account, region });
}
