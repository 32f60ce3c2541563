import type {
  GetKeyPolicyCommandInput,
  ListKeyPoliciesCommandInput,
  PutKeyPolicyCommandInput,
} from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkNotPendingDeletion, findKeyById } from '../behaviour/find-key.ts';
import { checkPolicy } from '../behaviour/key-policy.ts';
import { keep } from '../state.ts';

/** "The only valid value is default" (GetKeyPolicy, PutKeyPolicy). */
const PolicyName = 'default';

export function GetKeyPolicy(ctx: Context, input: GetKeyPolicyCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  checkName(input.PolicyName);
  return { Policy: key.policy, PolicyName };
}

export function PutKeyPolicy(ctx: Context, input: PutKeyPolicyCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  checkName(input.PolicyName);
  checkNotPendingDeletion(key);
  const policy = input.Policy ?? '';
  checkPolicy(ctx, policy, { keyArn: key.Arn, bypass: input.BypassPolicyLockoutSafetyCheck });
  keep(ctx, { ...key, policy });
}

export function ListKeyPolicies(ctx: Context, input: ListKeyPoliciesCommandInput) {
  findKeyById(ctx, input.KeyId);
  return { PolicyNames: [PolicyName], Truncated: false };
}

function checkName(name: string = PolicyName): void {
  if (name !== PolicyName) throw new AwsError('NotFoundException', `No such policy exists`);
}
