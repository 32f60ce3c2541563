import type { DecryptCommandOutput, EncryptCommandOutput, GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { seal as sealBytes, sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidKeyId } from '../errors.ts';
import { type ParameterVersion, parameterArn } from '../state.ts';

/** The AWS managed key that a SecureString takes when none is named ("AWS KMS encryption for AWS Systems Manager Parameter Store"). */
export const managedKey = 'alias/aws/ssm';

type Sealed = Pick<ParameterVersion, 'Value' | 'wrappedKey'>;

/**
 * A standard parameter is encrypted by KMS itself, an advanced one under a data key of its own, as what KMS encrypts is at
 * most 4 KB. Both are bound to the parameter's ARN, and both ask KMS as the caller.
 */
export async function seal(
  ctx: Context,
  parameter: { Name: string; Tier: string; KeyId: string },
  text: string,
): Promise<Sealed> {
  const { KeyId, Tier } = parameter;
  const EncryptionContext = contextOf(ctx, parameter.Name);
  if (Tier === 'Standard') {
    const Plaintext = Buffer.from(text);
    const sealed = await askKms<EncryptCommandOutput>(ctx, 'Encrypt', { KeyId, Plaintext, EncryptionContext });
    return { Value: base64(sealed.CiphertextBlob) };
  }
  const dataKey = await askKms<GenerateDataKeyCommandOutput>(ctx, 'GenerateDataKey', {
    KeyId,
    KeySpec: 'AES_256',
    EncryptionContext,
  });
  return {
    Value: base64(sealBytes(ctx.ids, sealingKey(dataKey.Plaintext ?? new Uint8Array()), text)),
    wrappedKey: base64(dataKey.CiphertextBlob),
  };
}

/** Needs the caller's kms:Decrypt, or a key policy that gives it through Systems Manager, as the managed key's does. */
export async function open(ctx: Context, Name: string, sealed: Sealed): Promise<string> {
  const { Plaintext = new Uint8Array() } = await askKms<DecryptCommandOutput>(ctx, 'Decrypt', {
    CiphertextBlob: Buffer.from(sealed.wrappedKey ?? sealed.Value, 'base64'),
    EncryptionContext: contextOf(ctx, Name),
  });
  if (sealed.wrappedKey === undefined) return Buffer.from(Plaintext).toString();
  return unseal(sealingKey(Plaintext), Buffer.from(sealed.Value, 'base64')).toString();
}

function contextOf(ctx: Context, name: string): Record<string, string> {
  return { PARAMETER_ARN: parameterArn(ctx.region, ctx.account, name) };
}

function base64(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}

/** What KMS refuses is told in its own words; a key that cannot be used is an InvalidKeyId. */
async function askKms<Output>(ctx: Context, operation: string, input: object): Promise<Output> {
  try {
    return await ctx.call<Output>('kms', operation, input);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500 || error.code === 'AccessDeniedException') throw error;
    throw invalidKeyId(`${error.message} (Service: AWSKMS; Status Code: ${error.status}; Error Code: ${error.code})`);
  }
}
