import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { kmsKeyNotUsable } from '../errors.ts';

/**
 * Logs must be able to use the key for this group, which its key policy grants to logs.<region>.amazonaws.com by the
 * encryption context ("Encrypt log data in CloudWatch Logs using AWS KMS", User Guide). Only that is checked: events lie in the
 * data folder as they came.
 */
export async function checkKey(ctx: Context, KeyId: string, groupArn: string): Promise<void> {
  const principal = servicePrincipal(`logs.${ctx.region}.amazonaws.com`, ctx.account, { sourceArn: groupArn });
  const input = { KeyId, KeySpec: 'AES_256', EncryptionContext: { 'aws:logs:arn': groupArn } };
  try {
    await ctx.call('kms', 'GenerateDataKey', input, { principal });
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) throw kmsKeyNotUsable(groupArn);
    throw error;
  }
}
