import type { DecryptCommandInput, EncryptCommandInput, ReEncryptCommandInput } from '@aws-sdk/client-kms';
import type { Context } from '../../../kernel/service.ts';
import { decryptRsa, encryptRsa } from '../behaviour/asymmetric.ts';
import { decryptSymmetric, type EncryptionContext, encryptSymmetric, materialIn } from '../behaviour/ciphertext.ts';
import { checkDryRun, checkUsable, findKey } from '../behaviour/find-key.ts';
import { keySpecs } from '../behaviour/key-specs.ts';
import { materialId } from '../behaviour/rotation.ts';
import { sourceKey } from '../behaviour/source-key.ts';
import { constraint, invalidKeyUsage, validation } from '../errors.ts';
import type { Key } from '../state.ts';

const symmetric = 'SYMMETRIC_DEFAULT';

export function Encrypt(ctx: Context, input: EncryptCommandInput) {
  const plaintext = input.Plaintext ?? new Uint8Array();
  checkLength('plaintext', plaintext, 4096);
  const key = findKey(ctx, input.KeyId);
  const algorithm = algorithmFor(key, input.EncryptionAlgorithm, 'Encrypt');
  checkContext(algorithm, input.EncryptionContext);
  checkDryRun(input);
  const CiphertextBlob = seal(ctx, key, { plaintext, algorithm, context: input.EncryptionContext });
  return { CiphertextBlob, KeyId: key.Arn, EncryptionAlgorithm: algorithm };
}

export function Decrypt(ctx: Context, input: DecryptCommandInput) {
  const blob = input.CiphertextBlob ?? new Uint8Array();
  checkLength('ciphertextBlob', blob, 6144);
  const key = sourceKey(ctx, blob, input.KeyId);
  const algorithm = algorithmFor(key, input.EncryptionAlgorithm, 'Decrypt');
  checkContext(algorithm, input.EncryptionContext);
  checkDryRun(input);
  return {
    KeyId: key.Arn,
    Plaintext: open(ctx, key, { blob, algorithm, context: input.EncryptionContext }),
    EncryptionAlgorithm: algorithm,
    ...(algorithm === symmetric ? { KeyMaterialId: materialId(key, materialIn(blob)) } : {}),
  };
}

export function ReEncrypt(ctx: Context, input: ReEncryptCommandInput) {
  const blob = input.CiphertextBlob ?? new Uint8Array();
  checkLength('ciphertextBlob', blob, 6144);
  const source = sourceKey(ctx, blob, input.SourceKeyId);
  const from = algorithmFor(source, input.SourceEncryptionAlgorithm, 'ReEncrypt');
  const target = findKey(ctx, input.DestinationKeyId);
  const to = algorithmFor(target, input.DestinationEncryptionAlgorithm, 'ReEncrypt');
  checkContext(from, input.SourceEncryptionContext);
  checkContext(to, input.DestinationEncryptionContext);
  checkDryRun(input);
  const plaintext = open(ctx, source, { blob, algorithm: from, context: input.SourceEncryptionContext });
  return {
    CiphertextBlob: seal(ctx, target, { plaintext, algorithm: to, context: input.DestinationEncryptionContext }),
    SourceKeyId: source.Arn,
    KeyId: target.Arn,
    SourceEncryptionAlgorithm: from,
    DestinationEncryptionAlgorithm: to,
    ...(from === symmetric ? { SourceKeyMaterialId: materialId(source, materialIn(blob)) } : {}),
    ...(to === symmetric ? { DestinationKeyMaterialId: materialId(target) } : {}),
  };
}

function algorithmFor(key: Key, asked: string | undefined, operation: string): string {
  checkUsable(key, { usage: 'ENCRYPT_DECRYPT', operation });
  const algorithm = asked ?? symmetric;
  if (!keySpecs[key.KeySpec]?.EncryptionAlgorithms?.includes(algorithm))
    throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${key.KeySpec}.`);
  return algorithm;
}

/** An asymmetric algorithm has nowhere to bind a context ("Encryption context", AWS KMS Developer Guide). */
function checkContext(algorithm: string, context: EncryptionContext | undefined): void {
  if (algorithm !== symmetric && context && Object.keys(context).length > 0)
    throw validation('EncryptionContext is not supported with an asymmetric encryption algorithm.');
}

function checkLength(member: string, bytes: Uint8Array, most: number): void {
  if (bytes.length === 0) throw constraint(member, '', 'Member must have length greater than or equal to 1');
  if (bytes.length > most) throw constraint(member, '', `Member must have length less than or equal to ${most}`);
}

interface Asked {
  algorithm: string;
  context: EncryptionContext | undefined;
}

function seal(ctx: Context, key: Key, { plaintext, algorithm, context = {} }: Asked & { plaintext: Uint8Array }) {
  if (algorithm === symmetric) return encryptSymmetric(ctx, key, { plaintext, context });
  return encryptRsa(ctx, key, { plaintext, algorithm });
}

function open(ctx: Context, key: Key, { blob, algorithm, context = {} }: Asked & { blob: Uint8Array }) {
  if (algorithm === symmetric) return decryptSymmetric(ctx, key, { blob, context });
  return decryptRsa(ctx, key, { blob, algorithm });
}
