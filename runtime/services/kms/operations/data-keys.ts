import { createPrivateKey, createPublicKey } from 'node:crypto';
import type {
  GenerateDataKeyCommandInput,
  GenerateDataKeyPairCommandInput,
  GenerateDataKeyPairWithoutPlaintextCommandInput,
  GenerateDataKeyWithoutPlaintextCommandInput,
  GenerateRandomCommandInput,
} from '@aws-sdk/client-kms';
import type { Context } from '../../../kernel/service.ts';
import { encryptSymmetric } from '../behaviour/ciphertext.ts';
import { checkDryRun, checkUsable, findKey } from '../behaviour/find-key.ts';
import { keySpecs } from '../behaviour/key-specs.ts';
import { newMaterial } from '../behaviour/material.ts';
import { materialId } from '../behaviour/rotation.ts';
import { constraint, invalidKeyUsage, unsupported, validation } from '../errors.ts';
import type { Key } from '../state.ts';

export function GenerateDataKey(ctx: Context, input: GenerateDataKeyCommandInput) {
  const key = wrappingKey(ctx, input.KeyId, 'GenerateDataKey');
  const length = lengthOf(input);
  checkDryRun(input);
  const Plaintext = Buffer.from(ctx.ids.hex(length * 2), 'hex');
  return { Plaintext, ...wrapped(ctx, key, Plaintext, input.EncryptionContext) };
}

export function GenerateDataKeyWithoutPlaintext(ctx: Context, input: GenerateDataKeyWithoutPlaintextCommandInput) {
  const key = wrappingKey(ctx, input.KeyId, 'GenerateDataKeyWithoutPlaintext');
  const length = lengthOf(input);
  checkDryRun(input);
  return wrapped(ctx, key, Buffer.from(ctx.ids.hex(length * 2), 'hex'), input.EncryptionContext);
}

function wrapped(ctx: Context, key: Key, plaintext: Buffer, context: Record<string, string> | undefined) {
  return {
    CiphertextBlob: encryptSymmetric(ctx, key, { plaintext, context: context ?? {} }),
    KeyId: key.Arn,
    KeyMaterialId: materialId(key),
  };
}

function wrappingKey(ctx: Context, KeyId: string | undefined, operation: string): Key {
  const key = findKey(ctx, KeyId);
  checkUsable(key, { usage: 'ENCRYPT_DECRYPT', operation });
  if (key.KeySpec !== 'SYMMETRIC_DEFAULT')
    throw invalidKeyUsage(`${key.Arn} key spec is ${key.KeySpec} which is not valid for ${operation}.`);
  return key;
}

function lengthOf(input: { KeySpec?: string | undefined; NumberOfBytes?: number | undefined }): number {
  const { KeySpec, NumberOfBytes } = input;
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validation('Please specify either number of bytes or key spec.');
  if (NumberOfBytes !== undefined) return checkedCount(NumberOfBytes);
  if (KeySpec === 'AES_256') return 32;
  if (KeySpec === 'AES_128') return 16;
  throw constraint('keySpec', KeySpec, 'Member must satisfy enum value set: [AES_256, AES_128]');
}

function checkedCount(count: number): number {
  if (count < 1) throw constraint('numberOfBytes', count, 'Member must have value greater than or equal to 1');
  if (count > 1024) throw constraint('numberOfBytes', count, 'Member must have value less than or equal to 1024');
  return count;
}

export async function GenerateDataKeyPair(ctx: Context, input: GenerateDataKeyPairCommandInput) {
  const { PrivateKeyPlaintext, ...rest } = await newPair(ctx, input, 'GenerateDataKeyPair');
  return { PrivateKeyPlaintext, ...rest };
}

export async function GenerateDataKeyPairWithoutPlaintext(
  ctx: Context,
  input: GenerateDataKeyPairWithoutPlaintextCommandInput,
) {
  const { PrivateKeyPlaintext: _secret, ...rest } = await newPair(ctx, input, 'GenerateDataKeyPairWithoutPlaintext');
  return rest;
}

async function newPair(ctx: Context, input: GenerateDataKeyPairCommandInput, operation: string) {
  const key = wrappingKey(ctx, input.KeyId, operation);
  const KeyPairSpec = input.KeyPairSpec ?? '';
  const make = keySpecs[KeyPairSpec]?.make;
  if (!make || make.kind === 'secret') throw unsupported(`Orrery makes no key pairs of spec ${KeyPairSpec}.`);
  checkDryRun(input);
  const PrivateKeyPlaintext = await newMaterial(ctx, KeyPairSpec);
  const { CiphertextBlob, ...about } = wrapped(ctx, key, PrivateKeyPlaintext, input.EncryptionContext);
  const privateKey = createPrivateKey({ key: PrivateKeyPlaintext, format: 'der', type: 'pkcs8' });
  return {
    PrivateKeyPlaintext,
    PrivateKeyCiphertextBlob: CiphertextBlob,
    PublicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    KeyPairSpec,
    ...about,
  };
}

export function GenerateRandom(ctx: Context, input: GenerateRandomCommandInput) {
  if (input.NumberOfBytes === undefined) throw validation('NumberOfBytes is required.');
  return { Plaintext: Buffer.from(ctx.ids.hex(checkedCount(input.NumberOfBytes) * 2), 'hex') };
}
