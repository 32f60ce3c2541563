import { dns } from '../../data-planes/dns/dns.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { bareAddress, domainOf } from './addresses.ts';
import { badRequest, limitExceeded, noIdentity } from './errors.ts';
import { type Dkim, type Identity, identities } from './state.ts';

/** "Verifying a domain identity": SES looks for the records for 72 hours. A mailed link is good for 24. */
const domainWaitMs = 72 * 60 * 60_000;
const linkMs = 24 * 60 * 60_000;

/** The identity that stands for a sender: its address, or else its domain or the nearest domain above. */
export function identityFor(kernel: Kernel, scope: Scope, address: string): Identity | undefined {
  const all = identities(kernel, scope);
  const own = all.get(address);
  if (own) return looked(kernel, scope, own);
  const labels = domainOf(address).split('.');
  for (let at = 0; at < labels.length - 1; at += 1) {
    const found = all.get(labels.slice(at).join('.'));
    if (found) return looked(kernel, scope, found);
  }
  return undefined;
}

/** Whether mail may be sent in the name of the address: it is verified itself, or a domain above it is. */
export function mayUse(kernel: Kernel, scope: Scope, address: string): boolean {
  const all = identities(kernel, scope);
  const labels = domainOf(address).split('.');
  return [address, ...labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'))].some((name) => {
    const identity = all.get(name);
    return identity !== undefined && looked(kernel, scope, identity).VerificationStatus === 'SUCCESS';
  });
}

/** The identity as it is now: a domain whose records have appeared is verified, what was waited for too long has failed. */
export function looked(kernel: Kernel, scope: Scope, identity: Identity): Identity {
  const nowMs = kernel.clock.now();
  let found = identity;
  if (identity.IdentityType === 'DOMAIN') {
    const dkim = identity.dkim.verified || hasDkimRecords(kernel, identity);
    const domain = dkim || hasDomainRecord(kernel, identity);
    if (dkim && !identity.dkim.verified) found = { ...found, dkim: { ...identity.dkim, verified: true } };
    if (domain && identity.VerificationStatus !== 'SUCCESS')
      found = { ...found, VerificationStatus: 'SUCCESS', verifiedMs: nowMs };
  }
  const lateMs = identity.askedMs + (identity.IdentityType === 'DOMAIN' ? domainWaitMs : linkMs);
  if (found.VerificationStatus === 'PENDING' && nowMs > lateMs) found = { ...found, VerificationStatus: 'FAILED' };
  if (found !== identity) identities(kernel, scope).put(identity.EmailIdentity, found);
  return found;
}

export function verified(kernel: Kernel, scope: Scope, identity: Identity): Identity {
  const found: Identity = { ...identity, VerificationStatus: 'SUCCESS', verifiedMs: kernel.clock.now() };
  identities(kernel, scope).put(identity.EmailIdentity, found);
  return found;
}

/** The identity, by its name; as it is now. */
export function identityNamed(ctx: Context, name: string | undefined): Identity {
  const identity = identities(ctx, ctx).get(identityName(name ?? ''));
  if (!identity) throw noIdentity(name ?? '');
  return looked(ctx, ctx, identity);
}

export function changeIdentity(ctx: Context, name: string | undefined, change: Partial<Identity>): Identity {
  const changed = { ...identityNamed(ctx, name), ...change };
  identities(ctx, ctx).put(changed.EmailIdentity, changed);
  return changed;
}

/** Names are kept as they are compared: domains in lower case. */
export function identityName(given: string): string {
  if (given.includes('@')) return bareAddress(given);
  const domain = given.toLowerCase().replace(/\.$/, '');
  if (!isDomain(domain)) throw badRequest(`Invalid email identity <${given}>.`);
  return domain;
}

export function isDomain(name: string): boolean {
  return /^(?=.{1,255}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i.test(name);
}

/** "Amazon SES quotas", sender. */
const mostIdentities = 10_000;

export function newIdentity(ctx: Context, EmailIdentity: string): Identity {
  if (identities(ctx, ctx).size >= mostIdentities)
    throw limitExceeded(`You can have at most ${mostIdentities} verified identities.`);
  const kernel: Kernel = ctx;
  const domain = !EmailIdentity.includes('@');
  return {
    EmailIdentity,
    IdentityType: domain ? 'DOMAIN' : 'EMAIL_ADDRESS',
    VerificationStatus: 'PENDING',
    createdMs: kernel.clock.now(),
    askedMs: kernel.clock.now(),
    ...(domain ? { domainToken: kernel.ids.secret(43).replaceAll('-', 'a').replaceAll('_', 'b').concat('=') } : {}),
    dkim: newDkim(kernel),
    FeedbackForwardingStatus: true,
    policies: {},
    topics: {},
    headersIn: {},
    Tags: [],
  };
}

export function newDkim(kernel: Kernel): Dkim {
  return {
    SigningEnabled: true,
    Tokens: [1, 2, 3].map(() => kernel.ids.lower(32)),
    NextSigningKeyLength: 'RSA_2048_BIT',
    generatedMs: kernel.clock.now(),
    verified: false,
  };
}

/** Whether DNS of the domain is here, so that its records can be looked for. */
export function isServedHere(kernel: Kernel, domain: string): boolean {
  return kernel.engine(dns).resolve(`${domain}.`, 'SOA').rcode !== 'REFUSED';
}

/** "Easy DKIM in Amazon SES": each token is a CNAME to itself at dkim.amazonses.com. */
function hasDkimRecords(kernel: Kernel, { EmailIdentity, dkim }: Identity): boolean {
  return dkim.Tokens.every((token) =>
    answers(kernel, `${token}._domainkey.${EmailIdentity}`, 'CNAME').some(
      (data) => String(data).replace(/\.$/, '') === `${token}.dkim.amazonses.com`,
    ),
  );
}

function hasDomainRecord(kernel: Kernel, { EmailIdentity, domainToken }: Identity): boolean {
  if (domainToken === undefined) return false;
  return answers(kernel, `_amazonses.${EmailIdentity}`, 'TXT').some((data) => [data].flat().join('') === domainToken);
}

/** "Using a custom MAIL FROM domain": an MX record to feedback-smtp.REGION.amazonses.com. */
export function hasMailFromRecord(kernel: Kernel, { region }: Scope, domain: string): boolean {
  return answers(kernel, domain, 'MX').some(
    (data) => (data as { exchange?: string }).exchange?.replace(/\.$/, '') === `feedback-smtp.${region}.amazonses.com`,
  );
}

function answers(kernel: Kernel, name: string, type: string): unknown[] {
  return kernel
    .engine(dns)
    .resolve(`${name}.`, type)
    .answers.filter((answer) => answer.type === type)
    .map((answer) => ('data' in answer ? answer.data : undefined));
}
