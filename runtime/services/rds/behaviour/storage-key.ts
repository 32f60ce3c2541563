import type { CreateGrantCommandOutput, DescribeKeyCommandOutput } from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, keyNotAccessible } from '../errors.ts';
import { asRds } from './places.ts';

export interface StorageKey {
  /** ARN. */
  KmsKeyId: string;
  GrantId: string;
}

/**
 * The key of encrypted storage: it must be there and enabled, and the caller allowed to let RDS use it by a grant
 * ("Encrypting Amazon RDS resources", "AWS KMS key management"). The files themselves rest on this machine's disk as
 * they are: see decisions/0012 and 0015.
 */
export async function storageKey(
  ctx: Context,
  input: { StorageEncrypted?: boolean | undefined; KmsKeyId?: string | undefined },
  resourceId: string,
): Promise<StorageKey | undefined> {
  if (!input.StorageEncrypted) {
    if (input.KmsKeyId === undefined) return undefined;
    throw invalidCombination('StorageEncrypted must be set to true when KmsKeyId is specified.');
  }
  const wanted = input.KmsKeyId ?? 'alias/aws/rds';
  try {
    const { KeyMetadata } = await ctx.call<DescribeKeyCommandOutput>('kms', 'DescribeKey', { KeyId: wanted });
    if (!KeyMetadata?.Arn || !KeyMetadata.Enabled) throw keyNotAccessible(wanted);
    const { GrantId = '' } = await ctx.call<CreateGrantCommandOutput>('kms', 'CreateGrant', {
      KeyId: KeyMetadata.Arn,
      GranteePrincipal: `rds.${ctx.region}.amazonaws.com`,
      RetiringPrincipal: `rds.${ctx.region}.amazonaws.com`,
      Operations: ['Encrypt', 'Decrypt', 'GenerateDataKey', 'DescribeKey', 'CreateGrant', 'RetireGrant'],
      Constraints: { EncryptionContextSubset: { 'aws:rds:dbc-id': resourceId } },
    });
    return { KmsKeyId: KeyMetadata.Arn, GrantId };
  } catch (error) {
    if (error instanceof AwsError && error.code !== 'KMSKeyNotAccessibleFault') throw keyNotAccessible(wanted);
    throw error;
  }
}

/** With its storage goes RDS's leave to use the key. */
export async function retire(ctx: Context, key: StorageKey | undefined): Promise<void> {
  if (!key) return;
  try {
    await ctx.call('kms', 'RevokeGrant', { KeyId: key.KmsKeyId, GrantId: key.GrantId }, asRds(ctx));
  } catch (error) {
    // The key is gone, or its grants are: nothing is left to give back.
    if (!(error instanceof AwsError)) throw error;
  }
}
