import { createHmac, timingSafeEqual } from 'node:crypto';
import type { GenerateMacCommandInput, VerifyMacCommandInput } from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkDryRun, checkUsable, findKey } from '../behaviour/find-key.ts';
import { keySpecs } from '../behaviour/key-specs.ts';
import { currentMaterial } from '../behaviour/material.ts';
import { constraint, invalidKeyUsage } from '../errors.ts';
import type { Key } from '../state.ts';

export function GenerateMac(ctx: Context, input: GenerateMacCommandInput) {
  const { key, algorithm, mac } = macOf(ctx, input, 'GenerateMac');
  return { Mac: mac(), MacAlgorithm: algorithm, KeyId: key.Arn };
}

export function VerifyMac(ctx: Context, input: VerifyMacCommandInput) {
  const { key, algorithm, mac } = macOf(ctx, input, 'VerifyMac');
  const expected = mac();
  const given = input.Mac ?? new Uint8Array();
  const MacValid = given.length === expected.length && timingSafeEqual(given, expected);
  if (!MacValid) throw new AwsError('KMSInvalidMacException', '');
  return { KeyId: key.Arn, MacValid, MacAlgorithm: algorithm };
}

function macOf(
  ctx: Context,
  input: GenerateMacCommandInput | VerifyMacCommandInput,
  operation: string,
): { key: Key; algorithm: string; mac: () => Buffer } {
  const message = input.Message ?? new Uint8Array();
  if (message.length < 1 || message.length > 4096)
    throw constraint('message', '', 'Member must have length less than or equal to 4096');
  const key = findKey(ctx, input.KeyId);
  checkUsable(key, { usage: 'GENERATE_VERIFY_MAC', operation });
  const algorithm = input.MacAlgorithm ?? '';
  if (!keySpecs[key.KeySpec]?.MacAlgorithms?.includes(algorithm))
    throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${key.KeySpec}.`);
  checkDryRun(input);
  const hash = `sha${algorithm.slice(-3)}`;
  return { key, algorithm, mac: () => createHmac(hash, currentMaterial(ctx, key)).update(message).digest() };
}
