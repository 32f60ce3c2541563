// An address is verified by whoever reads its mail: the link is in the mail that was sent to it (decisions/0019).
import { internalRoutes } from '../../data-planes/http/internal-routes.ts';
import { defaultRegion } from '../../kernel/arn.ts';
import type { HttpResponse } from '../../kernel/http.ts';
import type { Kernel, Running } from '../../kernel/service.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { composeMail } from '../mail/compose.ts';
import { mailbox } from '../mail/mailbox.ts';
import { isServedHere, looked, verified } from './identities.ts';
import { type Identity, identities } from './state.ts';

const prefix = '/_orrery/ses/verify/';
const sender = 'no-reply-aws@amazon.com';

/** Mails the address a link; an earlier one is void. */
export async function askToVerify(kernel: Kernel, scope: Scope, identity: Identity): Promise<Identity> {
  const linkToken = kernel.ids.hex(48);
  const asked: Identity = {
    ...identity,
    linkToken,
    askedMs: kernel.clock.now(),
    VerificationStatus: identity.VerificationStatus === 'SUCCESS' ? 'SUCCESS' : 'PENDING',
  };
  identities(kernel, scope).put(identity.EmailIdentity, asked);
  const url = `${kernel.addresses.apiUrl}${prefix}${scope.account}/${scope.region}/${linkToken}`;
  const id = kernel.ids.uuid();
  const raw = await composeMail(kernel, {
    from: `Amazon Web Services <${sender}>`,
    to: [identity.EmailIdentity],
    subject: `Amazon Web Services – Email Address Verification Request in region ${scope.region}`,
    text: `Somebody asks Amazon SES of this cloud (account ${scope.account}) to send mail from ${identity.EmailIdentity}.\n\nIf it was you, open this link within 24 hours:\n\n${url}\n`,
    messageId: `${id}@amazonses.com`,
  });
  const recipients = [identity.EmailIdentity];
  await kernel.engine(mailbox).post({ ...scope, id, service: 'sesv2', envelopeFrom: sender, recipients, raw });
  return asked;
}

/** Answers the links. */
export function serveVerification(kernel: Kernel): Running {
  const routes = kernel.engine(internalRoutes);
  routes.set(prefix, async ({ url }) => {
    const [account = '', region = defaultRegion, token = ''] = new URL(url, 'http://localhost').pathname
      .slice(prefix.length)
      .split('/');
    return follow(kernel, { account, region }, token);
  });
  return { stop: () => routes.remove(prefix) };
}

async function follow(kernel: Kernel, scope: Scope, token: string): Promise<HttpResponse> {
  const known = kernel.store
    .scopes('ses.identities')
    .some((one) => one.account === scope.account && one.region === scope.region);
  const all = known ? identities(kernel, scope).values() : [];
  const identity = all.find(({ linkToken }) => linkToken !== undefined && linkToken === token);
  if (!identity || looked(kernel, scope, identity).VerificationStatus === 'FAILED')
    return page(400, 'This link is not good any more. Ask for a new one: CreateEmailIdentity or VerifyEmailIdentity.');
  if (identity.VerificationStatus !== 'SUCCESS') verified(kernel, scope, identity);
  await kernel.store.durable();
  return page(200, `Congratulations! ${identity.EmailIdentity} is verified: SES of this cloud sends mail from it.`);
}

function page(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

/**
 * For a stack: nobody clicks while it is deployed, so the link of an address is followed here, and a domain whose DNS is
 * not here, where its records could be looked for, is taken for verified.
 */
export async function verifyForStack(kernel: Kernel, scope: Scope, name: string): Promise<void> {
  const identity = identities(kernel, scope).get(name);
  if (!identity || identity.VerificationStatus === 'SUCCESS') return;
  if (identity.IdentityType === 'EMAIL_ADDRESS') await follow(kernel, scope, identity.linkToken ?? '');
  else if (!isServedHere(kernel, name)) verified(kernel, scope, identity);
}
