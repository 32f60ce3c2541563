import type { MessageTag } from '@aws-sdk/client-sesv2';
import { parseArn } from '../../kernel/arn.ts';
import { describePrincipal } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { mailbox } from '../mail/mailbox.ts';
import { bareAddress } from './addresses.ts';
import { checkAttachments } from './attachments.ts';
import { dkimSigner } from './dkim-keys.ts';
import { withDkimSignature } from './dkim-signature.ts';
import { badRequest, messageRejected, noConfigurationSet, sendingPaused } from './errors.ts';
import { hasMailFromRecord, identityFor, mayUse } from './identities.ts';
import { cutHeaders, type SentMessage } from './message.ts';
import { outcomes } from './outcomes.ts';
import { publishEvent } from './publish-event.ts';
import { takeQuota } from './quota.ts';
import { parseRaw } from './raw-message.ts';
import { type Fate, fateAt, isSimulator } from './recipients.ts';
import { type ConfigurationSet, configurationSets, type Identity, identityArn, sendingAccount } from './state.ts';
import { isSuppressed } from './suppression.ts';
import { tracked } from './tracking.ts';
import { meterMail } from './usage.ts';

/** A mail somebody asks SES to send, by whichever API. */
export interface Outgoing {
  /** As given: `Slack Water <desk@example.com>`. */
  from: string;
  /** Of somebody else's identity, or of a domain to use instead of the address's own. */
  sourceArn?: string | undefined;
  /** Further addresses the mail says it is from: the From header of a raw one. */
  alsoFrom?: string[];
  /** Where bounces and complaints are mailed to, when not to `from`. */
  feedbackTo?: string | undefined;
  /** To, Cc and Bcc alike. */
  destination: string[];
  configurationSetName?: string | undefined;
  tags?: MessageTag[] | undefined;
  /** Of the whole message as it goes out. */
  maxBytes: number;
  /** MIME with this message id. Undefined: it was accepted, but cannot be made (a template's variable is missing). */
  compose(messageId: string): Promise<Buffer | Unrenderable>;
}

export interface Unrenderable {
  templateName: string;
  errorMessage: string;
}

/** "Amazon SES quotas": recipients of one message. */
const mostRecipients = 50;

/** Accepts a mail or refuses it; gives the message id. */
export async function send(ctx: Context, outgoing: Outgoing): Promise<string> {
  const from = bareAddress(outgoing.from);
  const feedbackTo = bareAddress(outgoing.feedbackTo ?? outgoing.from);
  const also = (outgoing.alsoFrom ?? []).map(bareAddress);
  const recipients = outgoing.destination.map(bareAddress);
  if (recipients.length === 0) throw badRequest('Missing final recipient.');
  if (recipients.length > mostRecipients) throw badRequest(`Recipient count exceeds ${mostRecipients}.`);
  const owner = ownerOf(ctx, outgoing.sourceArn);
  checkVerified(ctx, owner, { senders: [from, ...also, feedbackTo], recipients });
  const identity = identityFor(ctx, owner, from);
  const set = configurationSetOf(ctx, outgoing.configurationSetName ?? identity?.ConfigurationSetName);
  checkTags(outgoing.tags ?? []);
  checkMailFrom(ctx, owner, identity);
  const messageId = newMessageId(ctx);
  const raw = await outgoing.compose(messageId);
  if (Buffer.isBuffer(raw) && raw.length > outgoing.maxBytes)
    throw badRequest(`Message length is more than ${outgoing.maxBytes} bytes long: '${raw.length}'.`);
  if (Buffer.isBuffer(raw)) checkAttachments(raw);
  takeQuota(ctx, ctx, recipients.length);
  const message: SentMessage = {
    account: ctx.account,
    region: ctx.region,
    messageId,
    timeMs: ctx.clock.now(),
    source: outgoing.from,
    sourceArn: outgoing.sourceArn ?? identityArn(owner, identity?.EmailIdentity ?? from),
    identity: identity?.EmailIdentity ?? from,
    sourceIp: ctx.http?.clientIp ?? '127.0.0.1',
    callerIdentity: describePrincipal(ctx.principal).split('/').at(-1) ?? '',
    feedbackTo,
    destination: recipients,
    configurationSetName: set?.ConfigurationSetName,
    tags: outgoing.tags ?? [],
    ...cutHeaders(Buffer.isBuffer(raw) ? parseRaw(raw).headers : []),
  };
  const signer = await dkimSigner(ctx, owner, from);
  if (Buffer.isBuffer(raw)) {
    const marked = tracked(ctx, message, set, raw);
    await accept(ctx, message, signer ? withDkimSignature(marked, signer, ctx.clock.now()) : marked, set);
  } else publishEvent(ctx, message, { type: 'RENDERING_FAILURE', recipients, about: { ...raw } });
  return messageId;
}

async function accept(
  ctx: Context,
  message: SentMessage,
  raw: Buffer,
  set: ConfigurationSet | undefined,
): Promise<void> {
  const fates = message.destination.map((address): [string, Fate] => [
    address,
    isSuppressed(ctx, ctx, address, set) ? 'suppressed' : fateAt(address),
  ]);
  const sentTo = fates.filter(([, fate]) => fate !== 'suppressed').map(([address]) => address);
  const { account, region, messageId: id, feedbackTo: envelopeFrom } = message;
  if (sentTo.length > 0) {
    const posted = { account, region, id, service: 'sesv2', envelopeFrom, recipients: sentTo, raw };
    meterMail(ctx, message.sourceArn, await ctx.engine(mailbox).post(posted));
  }
  ctx.trace.note('recipients', message.destination.length);
  ctx.engine(outcomes).expect(message, fates);
  publishEvent(ctx, message, { type: 'SEND', recipients: message.destination, about: {} });
}

function ownerOf({ account, region }: Context, sourceArn: string | undefined): Scope {
  if (sourceArn === undefined) return { account, region };
  const arn = parseArn(sourceArn);
  if (arn?.service !== 'ses' || !arn.resource.startsWith('identity/'))
    throw badRequest(`Invalid identity ARN <${sourceArn}>.`);
  return { account: arn.account, region: arn.region };
}

/** "Moving out of the Amazon SES sandbox": there, recipients have to be verified too, but for the simulator's. */
function checkVerified(
  ctx: Context,
  owner: Scope,
  { senders, recipients }: { senders: string[]; recipients: string[] },
): void {
  const sandbox = !sendingAccount(ctx, ctx).ProductionAccessEnabled;
  const checked = sandbox ? recipients.filter((address) => !isSimulator(address)) : [];
  const unverified = [
    ...senders.filter((address) => !mayUse(ctx, owner, address)),
    ...checked.filter((address) => !mayUse(ctx, ctx, address)),
  ];
  if (unverified.length === 0) return;
  throw messageRejected(
    `Email address is not verified. The following identities failed the check in region ${ctx.region.toUpperCase()}: ${[...new Set(unverified)].join(', ')}`,
  );
}

function configurationSetOf(ctx: Context, name: string | undefined): ConfigurationSet | undefined {
  if (!sendingAccount(ctx, ctx).SendingEnabled)
    throw sendingPaused(`Email sending is disabled for this account: ${ctx.account}`, 'AccountSendingPausedException');
  if (name === undefined) return undefined;
  const set = configurationSets(ctx, ctx).get(name);
  if (!set) throw noConfigurationSet(name);
  if (!set.sendingEnabled)
    throw sendingPaused(
      `Email sending is disabled for the configuration set <${name}>.`,
      'ConfigurationSetSendingPausedException',
    );
  return set;
}

/** "MessageTag": letters, digits, underscores, dashes (and, in values, dots and at signs); 256 characters. */
function checkTags(tags: readonly MessageTag[]): void {
  if (tags.length > 50) throw badRequest('The number of message tags exceeds 50.');
  for (const { Name = '', Value = '' } of tags) {
    if (!/^[\w-]{1,256}$/.test(Name)) throw badRequest(`Invalid tag name <${Name}>.`);
    if (!/^[\w.@-]{1,256}$/.test(Value)) throw badRequest(`Invalid tag value <${Value}>.`);
  }
}

function checkMailFrom(ctx: Context, owner: Scope, identity: Identity | undefined): void {
  if (!identity?.MailFromDomain || identity.BehaviorOnMxFailure !== 'REJECT_MESSAGE') return;
  if (hasMailFromRecord(ctx, owner, identity.MailFromDomain)) return;
  throw badRequest(
    `MAIL FROM domain <${identity.MailFromDomain}> is not verified.`,
    'MailFromDomainNotVerifiedException',
  );
}

/** As AWS's look: the time in milliseconds, and what makes it unique. */
function newMessageId({ clock, ids }: Context): string {
  return `0100${clock.now().toString(16).padStart(12, '0')}-${ids.uuid()}-000000`;
}
