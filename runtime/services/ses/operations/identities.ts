import type {
  DeleteIdentityCommandInput,
  DeleteVerifiedEmailAddressCommandInput,
  GetIdentityVerificationAttributesCommandInput,
  IdentityVerificationAttributes,
  ListIdentitiesCommandInput,
  VerificationStatus,
  VerifyDomainDkimCommandInput,
  VerifyDomainIdentityCommandInput,
  VerifyEmailAddressCommandInput,
  VerifyEmailIdentityCommandInput,
} from '@aws-sdk/client-ses';
import { bareAddress } from '../../../engines/ses/addresses.ts';
import { dkimKeys } from '../../../engines/ses/dkim-keys.ts';
import { badRequest } from '../../../engines/ses/errors.ts';
import { identityName, looked, newIdentity } from '../../../engines/ses/identities.ts';
import { page } from '../../../engines/ses/pages.ts';
import { type Identity, identities } from '../../../engines/ses/state.ts';
import { askToVerify } from '../../../engines/ses/verification.ts';
import type { Context } from '../../../kernel/service.ts';

/** Asked again, it mails another link. */
export async function VerifyEmailIdentity(ctx: Context, input: VerifyEmailIdentityCommandInput) {
  const address = bareAddress(input.EmailAddress ?? '');
  await askToVerify(ctx, ctx, identities(ctx, ctx).get(address) ?? newIdentity(ctx, address));
  return {};
}

export async function VerifyEmailAddress(ctx: Context, input: VerifyEmailAddressCommandInput) {
  await VerifyEmailIdentity(ctx, input);
}

export async function VerifyDomainIdentity(ctx: Context, input: VerifyDomainIdentityCommandInput) {
  return { VerificationToken: (await domainAsked(ctx, input.Domain)).domainToken };
}

export async function VerifyDomainDkim(ctx: Context, input: VerifyDomainDkimCommandInput) {
  return { DkimTokens: (await domainAsked(ctx, input.Domain)).dkim.Tokens };
}

/** The domain's identity, made if it was not there; looking for its records begins again. */
async function domainAsked(ctx: Context, given = ''): Promise<Identity> {
  const name = identityName(given);
  if (name.includes('@')) throw badRequest(`Invalid domain name ${given}.`);
  const known = identities(ctx, ctx).get(name) ?? newIdentity(ctx, name);
  const asked: Identity =
    known.VerificationStatus === 'SUCCESS'
      ? known
      : { ...known, VerificationStatus: 'PENDING', askedMs: ctx.clock.now() };
  identities(ctx, ctx).put(name, asked);
  await ctx.engine(dkimKeys).of(ctx, asked);
  return looked(ctx, ctx, asked);
}

export function ListIdentities(ctx: Context, input: ListIdentitiesCommandInput) {
  const { IdentityType, MaxItems: PageSize, NextToken: token } = input;
  const type = IdentityType === 'EmailAddress' ? 'EMAIL_ADDRESS' : IdentityType === 'Domain' ? 'DOMAIN' : undefined;
  const all = identities(ctx, ctx)
    .values()
    .filter((identity) => type === undefined || identity.IdentityType === type);
  const { items, NextToken } = page(
    all,
    { PageSize: PageSize ?? 1000, NextToken: token },
    ({ EmailIdentity }) => EmailIdentity,
  );
  return { Identities: items.map(({ EmailIdentity }) => EmailIdentity), ...NextToken };
}

export function ListVerifiedEmailAddresses(ctx: Context) {
  const VerifiedEmailAddresses = identities(ctx, ctx)
    .values()
    .filter((one) => one.IdentityType === 'EMAIL_ADDRESS' && one.VerificationStatus === 'SUCCESS')
    .map(({ EmailIdentity }) => EmailIdentity);
  return { VerifiedEmailAddresses };
}

/** Those it does not know are left out of the answer. */
export function GetIdentityVerificationAttributes(ctx: Context, input: GetIdentityVerificationAttributesCommandInput) {
  const VerificationAttributes: Record<string, IdentityVerificationAttributes> = {};
  for (const [name, identity] of known(ctx, input.Identities)) {
    const { domainToken } = identity;
    VerificationAttributes[name] = {
      VerificationStatus: statusOf(identity.VerificationStatus),
      ...(domainToken === undefined ? {} : { VerificationToken: domainToken }),
    };
  }
  return { VerificationAttributes };
}

export function DeleteIdentity(ctx: Context, input: DeleteIdentityCommandInput) {
  const known = identities(ctx, ctx).get(identityName(input.Identity ?? ''));
  if (!known) return {};
  ctx.engine(dkimKeys).forget(ctx, known);
  identities(ctx, ctx).delete(known.EmailIdentity);
  return {};
}

export function DeleteVerifiedEmailAddress(ctx: Context, input: DeleteVerifiedEmailAddressCommandInput) {
  identities(ctx, ctx).delete(bareAddress(input.EmailAddress ?? ''));
}

/** The identities of a request that there are, as they are now. */
export function known(ctx: Context, names: string[] = []): [string, Identity][] {
  if (names.length > 100) throw badRequest('At most 100 identities can be asked for at once.');
  return names.flatMap((name): [string, Identity][] => {
    const identity = identities(ctx, ctx).get(identityName(name));
    return identity ? [[name, looked(ctx, ctx, identity)]] : [];
  });
}

export function statusOf(status: Identity['VerificationStatus']): VerificationStatus {
  return status === 'SUCCESS' ? 'Success' : status === 'FAILED' ? 'Failed' : 'Pending';
}
