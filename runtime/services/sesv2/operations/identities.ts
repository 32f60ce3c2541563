import type {
  CreateEmailIdentityCommandInput,
  DeleteEmailIdentityCommandInput,
  DkimAttributes,
  GetEmailIdentityCommandInput,
  IdentityInfo,
  ListEmailIdentitiesCommandInput,
  PutEmailIdentityConfigurationSetAttributesCommandInput,
  PutEmailIdentityDkimAttributesCommandInput,
  PutEmailIdentityDkimSigningAttributesCommandInput,
  PutEmailIdentityFeedbackAttributesCommandInput,
  PutEmailIdentityMailFromAttributesCommandInput,
} from '@aws-sdk/client-sesv2';
import { configurationSetNamed } from '../../../engines/ses/configuration-sets.ts';
import { dkimKeys } from '../../../engines/ses/dkim-keys.ts';
import { alreadyExists, badRequest } from '../../../engines/ses/errors.ts';
import {
  changeIdentity,
  hasMailFromRecord,
  identityName,
  identityNamed,
  looked,
  newDkim,
  newIdentity,
} from '../../../engines/ses/identities.ts';
import { page } from '../../../engines/ses/pages.ts';
import { type Identity, identities } from '../../../engines/ses/state.ts';
import { askToVerify } from '../../../engines/ses/verification.ts';
import type { Context } from '../../../kernel/service.ts';

export async function CreateEmailIdentity(ctx: Context, input: CreateEmailIdentityCommandInput) {
  const name = identityName(input.EmailIdentity ?? '');
  if (identities(ctx, ctx).has(name)) throw alreadyExists(`Email identity ${name} already exist.`, 'AlreadyExists');
  if (input.ConfigurationSetName !== undefined) configurationSetNamed(ctx, input.ConfigurationSetName);
  const made = newIdentity(ctx, name);
  const { ConfigurationSetName, DkimSigningAttributes } = input;
  const NextSigningKeyLength = DkimSigningAttributes?.NextSigningKeyLength ?? made.dkim.NextSigningKeyLength;
  const identity: Identity = {
    ...made,
    dkim: { ...made.dkim, NextSigningKeyLength },
    Tags: input.Tags ?? [],
    ...(ConfigurationSetName === undefined ? {} : { ConfigurationSetName }),
  };
  identities(ctx, ctx).put(name, identity);
  if (identity.IdentityType === 'EMAIL_ADDRESS') await askToVerify(ctx, ctx, identity);
  else await ctx.engine(dkimKeys).of(ctx, identity);
  const now = identityNamed(ctx, name);
  return {
    IdentityType: now.IdentityType,
    VerifiedForSendingStatus: now.VerificationStatus === 'SUCCESS',
    DkimAttributes: dkimOf(now),
  };
}

export function GetEmailIdentity(ctx: Context, input: GetEmailIdentityCommandInput) {
  const identity = identityNamed(ctx, input.EmailIdentity);
  const { MailFromDomain, BehaviorOnMxFailure = 'USE_DEFAULT_VALUE', ConfigurationSetName } = identity;
  return {
    IdentityType: identity.IdentityType,
    FeedbackForwardingStatus: identity.FeedbackForwardingStatus,
    VerifiedForSendingStatus: identity.VerificationStatus === 'SUCCESS',
    VerificationStatus: identity.VerificationStatus,
    VerificationInfo: {
      LastCheckedTimestamp: new Date(ctx.clock.now()),
      ...(identity.verifiedMs === undefined ? {} : { LastSuccessTimestamp: new Date(identity.verifiedMs) }),
    },
    DkimAttributes: dkimOf(identity),
    MailFromAttributes: {
      MailFromDomain: MailFromDomain ?? '',
      MailFromDomainStatus:
        MailFromDomain === undefined ? undefined : hasMailFromRecord(ctx, ctx, MailFromDomain) ? 'SUCCESS' : 'PENDING',
      BehaviorOnMxFailure,
    },
    Policies: identity.policies,
    Tags: identity.Tags,
    ...(ConfigurationSetName === undefined ? {} : { ConfigurationSetName }),
  };
}

export function ListEmailIdentities(ctx: Context, input: ListEmailIdentitiesCommandInput) {
  const { items, NextToken } = page(identities(ctx, ctx).values(), input, ({ EmailIdentity }) => EmailIdentity);
  const EmailIdentities: IdentityInfo[] = items.map((one) => {
    const { EmailIdentity, IdentityType, VerificationStatus } = looked(ctx, ctx, one);
    return {
      IdentityName: EmailIdentity,
      IdentityType,
      SendingEnabled: VerificationStatus === 'SUCCESS',
      VerificationStatus,
    };
  });
  return { EmailIdentities, ...NextToken };
}

export function DeleteEmailIdentity(ctx: Context, input: DeleteEmailIdentityCommandInput) {
  const identity = identityNamed(ctx, input.EmailIdentity);
  ctx.engine(dkimKeys).forget(ctx, identity);
  identities(ctx, ctx).delete(identity.EmailIdentity);
  return {};
}

export function PutEmailIdentityDkimAttributes(ctx: Context, input: PutEmailIdentityDkimAttributesCommandInput) {
  const { dkim } = identityNamed(ctx, input.EmailIdentity);
  changeIdentity(ctx, input.EmailIdentity, { dkim: { ...dkim, SigningEnabled: input.SigningEnabled ?? false } });
  return {};
}

/** New tokens: the records of the old ones count no more. */
export async function PutEmailIdentityDkimSigningAttributes(
  ctx: Context,
  input: PutEmailIdentityDkimSigningAttributesCommandInput,
) {
  if (input.SigningAttributesOrigin !== 'AWS_SES')
    throw badRequest(`Signing with attributes of the origin ${input.SigningAttributesOrigin} is not done here.`);
  const before = identityNamed(ctx, input.EmailIdentity);
  const { dkim } = before;
  const NextSigningKeyLength = input.SigningAttributes?.NextSigningKeyLength ?? dkim.NextSigningKeyLength;
  const again: Partial<Identity> = { dkim: { ...newDkim(ctx), NextSigningKeyLength }, askedMs: ctx.clock.now() };
  const changed = changeIdentity(ctx, input.EmailIdentity, again);
  ctx.engine(dkimKeys).forget(ctx, before);
  if (changed.IdentityType === 'DOMAIN') await ctx.engine(dkimKeys).of(ctx, changed);
  const { Status, Tokens } = dkimOf(changed);
  return { DkimStatus: Status, DkimTokens: Tokens };
}

export function PutEmailIdentityFeedbackAttributes(
  ctx: Context,
  input: PutEmailIdentityFeedbackAttributesCommandInput,
) {
  changeIdentity(ctx, input.EmailIdentity, { FeedbackForwardingStatus: input.EmailForwardingEnabled ?? false });
  return {};
}

export function PutEmailIdentityMailFromAttributes(
  ctx: Context,
  input: PutEmailIdentityMailFromAttributesCommandInput,
) {
  const { MailFromDomain: _old, ...rest } = identityNamed(ctx, input.EmailIdentity);
  const { MailFromDomain, BehaviorOnMxFailure = 'USE_DEFAULT_VALUE' } = input;
  identities(ctx, ctx).put(rest.EmailIdentity, {
    ...rest,
    BehaviorOnMxFailure,
    ...(MailFromDomain ? { MailFromDomain: identityName(MailFromDomain) } : {}),
  });
  return {};
}

export function PutEmailIdentityConfigurationSetAttributes(
  ctx: Context,
  input: PutEmailIdentityConfigurationSetAttributesCommandInput,
) {
  const { ConfigurationSetName: _old, ...rest } = identityNamed(ctx, input.EmailIdentity);
  const { ConfigurationSetName } = input;
  if (ConfigurationSetName !== undefined) configurationSetNamed(ctx, ConfigurationSetName);
  identities(ctx, ctx).put(rest.EmailIdentity, {
    ...rest,
    ...(ConfigurationSetName === undefined ? {} : { ConfigurationSetName }),
  });
  return {};
}

/** Of an address DKIM is its domain's business: there are no tokens. */
function dkimOf({ IdentityType, VerificationStatus, dkim }: Identity): DkimAttributes {
  const domain = IdentityType === 'DOMAIN';
  const waiting = VerificationStatus === 'FAILED' ? 'FAILED' : 'PENDING';
  return {
    SigningEnabled: domain && dkim.SigningEnabled,
    Status: domain ? (dkim.verified ? 'SUCCESS' : waiting) : 'NOT_STARTED',
    ...(domain ? { Tokens: dkim.Tokens } : {}),
    SigningAttributesOrigin: 'AWS_SES',
    NextSigningKeyLength: dkim.NextSigningKeyLength,
    ...(domain ? { CurrentSigningKeyLength: dkim.NextSigningKeyLength } : {}),
    LastKeyGenerationTimestamp: new Date(dkim.generatedMs),
  };
}
