import type {
  CreateEmailIdentityPolicyCommandInput,
  DeleteEmailIdentityPolicyCommandInput,
  GetEmailIdentityPoliciesCommandInput,
  UpdateEmailIdentityPolicyCommandInput,
} from '@aws-sdk/client-sesv2';
import { alreadyExists, badRequest, limitExceeded, notFound } from '../../../engines/ses/errors.ts';
import { changeIdentity, identityNamed } from '../../../engines/ses/identities.ts';
import { checkPolicy } from '../../../engines/ses/policies.ts';
import type { Context } from '../../../kernel/service.ts';

/** "Sending authorization policies": an identity has at most 20. */
const mostPolicies = 20;

export function CreateEmailIdentityPolicy(ctx: Context, input: CreateEmailIdentityPolicyCommandInput) {
  const { policies } = identityNamed(ctx, input.EmailIdentity);
  const { PolicyName = '', Policy = '' } = input;
  if (policies[PolicyName] !== undefined)
    throw alreadyExists(`Policy <${PolicyName}> already exists.`, 'AlreadyExists');
  if (Object.keys(policies).length >= mostPolicies)
    throw limitExceeded(`At most ${mostPolicies} policies an identity.`);
  if (!/^[\w-]{1,64}$/.test(PolicyName)) throw badRequest(`Invalid policy name <${PolicyName}>.`);
  checkPolicy(Policy);
  changeIdentity(ctx, input.EmailIdentity, { policies: { ...policies, [PolicyName]: Policy } });
  return {};
}

export function UpdateEmailIdentityPolicy(ctx: Context, input: UpdateEmailIdentityPolicyCommandInput) {
  const { policies } = identityNamed(ctx, input.EmailIdentity);
  const { PolicyName = '', Policy = '' } = input;
  if (policies[PolicyName] === undefined) throw noPolicy(PolicyName);
  checkPolicy(Policy);
  changeIdentity(ctx, input.EmailIdentity, { policies: { ...policies, [PolicyName]: Policy } });
  return {};
}

export function DeleteEmailIdentityPolicy(ctx: Context, input: DeleteEmailIdentityPolicyCommandInput) {
  const { policies } = identityNamed(ctx, input.EmailIdentity);
  const { [input.PolicyName ?? '']: gone, ...rest } = policies;
  if (gone === undefined) throw noPolicy(input.PolicyName ?? '');
  changeIdentity(ctx, input.EmailIdentity, { policies: rest });
  return {};
}

export function GetEmailIdentityPolicies(ctx: Context, input: GetEmailIdentityPoliciesCommandInput) {
  return { Policies: identityNamed(ctx, input.EmailIdentity).policies };
}

function noPolicy(name: string) {
  return notFound(`Policy <${name}> does not exist.`, 'InvalidPolicy');
}
