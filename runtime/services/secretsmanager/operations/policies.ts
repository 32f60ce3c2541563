import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  PutResourcePolicyCommandInput,
  ValidateResourcePolicyCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { isPublicPolicy } from '../../../engines/iam/public-policy.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, malformedPolicy, publicPolicy } from '../errors.ts';
import { change, secretAt } from '../state.ts';

/** "PutResourcePolicy": 1 to 20,480 characters. */
const longest = 20_480;

export function PutResourcePolicy(ctx: Context, input: PutResourcePolicyCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const ResourcePolicy = input.ResourcePolicy ?? '';
  checkPolicy(ctx, ResourcePolicy);
  if (input.BlockPublicPolicy && isPublicPolicy(ResourcePolicy)) throw publicPolicy();
  change(ctx, secret, (now) => ({ ...now, ResourcePolicy }));
  return { ARN: secret.ARN, Name: secret.Name };
}

function checkPolicy(ctx: Context, text: string): void {
  if (text.length < 1 || text.length > longest)
    throw invalidParameter(`The resource policy must be 1 to ${longest} characters long.`);
  try {
    ctx.engine(policyCache).compile(text, 'resource');
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error;
  }
}

export function GetResourcePolicy(ctx: Context, input: GetResourcePolicyCommandInput) {
  const { ARN, Name, ResourcePolicy } = secretAt(ctx, input.SecretId);
  return { ARN, Name, ...(ResourcePolicy === undefined ? {} : { ResourcePolicy }) };
}

export function DeleteResourcePolicy(ctx: Context, input: DeleteResourcePolicyCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  change(ctx, secret, (now) => ({ ...now, ResourcePolicy: undefined }));
  return { ARN: secret.ARN, Name: secret.Name };
}

/** A policy that is no policy is an error; one that lets everybody in does not pass. */
export function ValidateResourcePolicy(ctx: Context, input: ValidateResourcePolicyCommandInput) {
  if (input.SecretId !== undefined) secretAt(ctx, input.SecretId);
  const text = input.ResourcePolicy ?? '';
  checkPolicy(ctx, text);
  if (!isPublicPolicy(text)) return { PolicyValidationPassed: true, ValidationErrors: [] };
  return {
    PolicyValidationPassed: false,
    ValidationErrors: [{ CheckName: 'BlockPublicPolicy', ErrorMessage: publicPolicy().message }],
  };
}
