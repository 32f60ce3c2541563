import type { Kernel } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall, Standing } from '../../../kernel/usage.ts';
import { findSecret, secrets } from '../state.ts';

/** "AWS Secrets Manager pricing": every API call is charged, and each secret for as long as it is kept. */
export function meterCall({ input, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  if (errorCode !== undefined) return [];
  const named = typeof input.SecretId === 'string' ? findSecret(ctx, input.SecretId) : undefined;
  return [{ usageType: 'AWSSecretsManagerAPIRequest', amount: 1, resource: named?.ARN ?? '' }];
}

/** "Delete an AWS Secrets Manager secret": a secret marked for deletion is not charged. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('secretsmanager.secrets'))
    for (const { ARN, deletionMs } of secrets(kernel, scope).values())
      if (deletionMs === undefined)
        yield { usageType: 'AWSSecretsManager-Secrets', amount: 1, resource: ARN, ...scope };
}
