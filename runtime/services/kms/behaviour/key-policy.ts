import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import type { Context } from '../../../kernel/service.ts';
import { limitExceeded, malformedPolicy } from '../errors.ts';

/** "Default key policy": the account decides, by its IAM policies, who may use the key. */
export function defaultPolicy(account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** "AWS KMS resource quotas". */
const longestPolicy = 32_768;

/**
 * Throws unless the text is a policy, and one under which whoever puts it could also put the next ("About the policy
 * lockout safety check").
 */
export function checkPolicy(
  ctx: Context,
  text: string,
  { keyArn, bypass }: { keyArn: string; bypass: boolean | undefined },
): void {
  if (Buffer.byteLength(text) > longestPolicy) throw limitExceeded('Policy document exceeds the maximum size.');
  try {
    ctx.engine(policyCache).compile(text, 'resource');
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error;
  }
  if (bypass) return;
  const asked = { action: 'kms:PutKeyPolicy', resource: keyArn, resourcePolicy: text };
  if (ctx.engine(authorization).current?.refusal(ctx, [asked]) !== undefined)
    throw malformedPolicy('The new key policy will not allow you to update the key policy in the future.');
}
