import type { DecryptCommandOutput, GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { decryptionFailure, encryptionFailure, keyNotAllowed } from '../errors.ts';

export interface DataKey {
  Plaintext: Buffer;
  CiphertextBlob: Buffer;
}

/** What a value's data key belongs to ("Secret encryption and decryption in AWS Secrets Manager", User Guide). */
export interface DataKeyUse {
  KeyId: string;
  EncryptionContext: { SecretARN: string; SecretVersionId: string };
}

/** A key for one value, and the same key wrapped by KMS, which is what is kept. As the caller: it needs the KMS key too. */
export async function newDataKey(ctx: Context, { KeyId, EncryptionContext }: DataKeyUse): Promise<DataKey> {
  try {
    const made = await ctx.call<GenerateDataKeyCommandOutput>('kms', 'GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      EncryptionContext,
    });
    return { Plaintext: bytes(made.Plaintext), CiphertextBlob: bytes(made.CiphertextBlob) };
  } catch (error) {
    throw translated(error, encryptionFailure);
  }
}

/** The ciphertext names its key. */
export async function openDataKey(ctx: Context, CiphertextBlob: Buffer, { EncryptionContext }: DataKeyUse) {
  try {
    const { Plaintext } = await ctx.call<DecryptCommandOutput>('kms', 'Decrypt', { CiphertextBlob, EncryptionContext });
    return bytes(Plaintext);
  } catch (error) {
    throw translated(error, decryptionFailure);
  }
}

function bytes(from: Uint8Array | undefined): Buffer {
  if (!from) throw new Error('KMS answered without a key');
  return Buffer.from(from.buffer, from.byteOffset, from.byteLength);
}

function translated(error: unknown, failure: () => AwsError): unknown {
  if (!(error instanceof AwsError)) return error;
  return error.code === 'AccessDeniedException' ? keyNotAllowed() : failure();
}
