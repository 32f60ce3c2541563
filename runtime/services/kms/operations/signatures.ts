import { constants, createPublicKey, diffieHellman, sign, verify } from 'node:crypto';
import type {
  DeriveSharedSecretCommandInput,
  GetPublicKeyCommandInput,
  SignCommandInput,
  VerifyCommandInput,
} from '@aws-sdk/client-kms';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { signOfDigest, verifyOfDigest } from '../behaviour/digest-signatures.ts';
import { checkDryRun, checkEnabled, checkUsable, findKey } from '../behaviour/find-key.ts';
import { algorithmsOf, keySpecs } from '../behaviour/key-specs.ts';
import { currentMaterial, publicKeyOf } from '../behaviour/material.ts';
import { constraint, invalidKeyUsage, unsupported, validation } from '../errors.ts';
import type { Key } from '../state.ts';

interface Asked {
  key: Key;
  algorithm: string;
  hash: string;
  message: Uint8Array;
  isDigest: boolean;
}

export function Sign(ctx: Context, input: SignCommandInput) {
  const asked = checked(ctx, input, 'Sign');
  const { key, algorithm, hash, message } = asked;
  const privateKey = currentMaterial(ctx, key);
  const Signature = asked.isDigest
    ? signOfDigest(ctx, privateKey, { KeySpec: key.KeySpec, algorithm, hash, digest: message })
    : sign(hash, message, { key: privateKey, ...paddingOf(algorithm) });
  return { KeyId: key.Arn, Signature, SigningAlgorithm: algorithm };
}

export function Verify(ctx: Context, input: VerifyCommandInput) {
  const asked = checked(ctx, input, 'Verify');
  const { key, algorithm, hash, message } = asked;
  const signature = input.Signature ?? new Uint8Array();
  const publicKey = publicKeyOf(ctx, key);
  const SignatureValid = asked.isDigest
    ? verifyOfDigest(publicKey, signature, { KeySpec: key.KeySpec, algorithm, hash, digest: message })
    : verify(hash, message, { key: publicKey, ...paddingOf(algorithm) }, signature);
  if (!SignatureValid) throw new AwsError('KMSInvalidSignatureException', '');
  return { KeyId: key.Arn, SignatureValid, SigningAlgorithm: algorithm };
}

function checked(ctx: Context, input: SignCommandInput | VerifyCommandInput, operation: string): Asked {
  const key = findKey(ctx, input.KeyId);
  checkUsable(key, { usage: 'SIGN_VERIFY', operation });
  const algorithm = input.SigningAlgorithm ?? '';
  if (!keySpecs[key.KeySpec]?.SigningAlgorithms?.includes(algorithm))
    throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${key.KeySpec}.`);
  const message = input.Message ?? new Uint8Array();
  const type = input.MessageType ?? 'RAW';
  if (type !== 'RAW' && type !== 'DIGEST') throw refused(`kms ${operation} with MessageType ${type}`);
  const hash = `sha${algorithm.slice(-3)}`;
  if (message.length < 1 || message.length > 4096)
    throw constraint('message', '', 'Member must have length less than or equal to 4096');
  if (type === 'DIGEST' && message.length !== Number(algorithm.slice(-3)) / 8)
    throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
  checkDryRun(input);
  return { key, algorithm, hash, message, isDigest: type === 'DIGEST' };
}

function paddingOf(algorithm: string): { padding?: number; saltLength?: number } {
  if (!algorithm.startsWith('RSASSA_PSS')) return {};
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

export function GetPublicKey(ctx: Context, input: GetPublicKeyCommandInput) {
  const key = findKey(ctx, input.KeyId);
  checkEnabled(key);
  if (keySpecs[key.KeySpec]?.make.kind === 'secret')
    throw unsupported(`${key.Arn} is a ${key.KeySpec} key, which has no public key.`);
  return {
    KeyId: key.Arn,
    PublicKey: publicKeyOf(ctx, key).export({ format: 'der', type: 'spki' }),
    CustomerMasterKeySpec: key.KeySpec,
    KeySpec: key.KeySpec,
    KeyUsage: key.KeyUsage,
    ...algorithmsOf(key),
  };
}

/** ECDH by SP 800-56A, section 5.7.1.2: the x coordinate, which no function has been applied to. */
export function DeriveSharedSecret(ctx: Context, input: DeriveSharedSecretCommandInput) {
  const key = findKey(ctx, input.KeyId);
  checkUsable(key, { usage: 'KEY_AGREEMENT', operation: 'DeriveSharedSecret' });
  if (input.KeyAgreementAlgorithm !== 'ECDH')
    throw constraint(
      'keyAgreementAlgorithm',
      input.KeyAgreementAlgorithm,
      'Member must satisfy enum value set: [ECDH]',
    );
  checkDryRun(input);
  return {
    KeyId: key.Arn,
    SharedSecret: secretWith(ctx, key, input.PublicKey ?? new Uint8Array()),
    KeyAgreementAlgorithm: 'ECDH',
    KeyOrigin: 'AWS_KMS',
  };
}

function secretWith(ctx: Context, key: Key, spki: Uint8Array): Buffer {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: currentMaterial(ctx, key), publicKey });
  } catch {
    throw validation('The public key is not a valid public key of the same curve as the KMS key.');
  }
}
