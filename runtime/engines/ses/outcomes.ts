// What becomes of a mail after SES has accepted it: recipients' servers answer a little later, also over a restart.
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { composeMail } from '../mail/compose.ts';
import { mailbox } from '../mail/mailbox.ts';
import type { Happening } from './event-records.ts';
import type { SentMessage } from './message.ts';
import { publishEvent } from './publish-event.ts';
import type { Fate } from './recipients.ts';
import { configurationSets, identities } from './state.ts';
import { suppress } from './suppression.ts';

const answerMs = 500;
const daemon = 'MAILER-DAEMON@amazonses.com';

interface Pending {
  message: SentMessage;
  fates: [address: string, fate: Fate][];
  dueMs: number;
}

export const outcomes = defineEngine('ses.outcomes', (kernel) => new Outcomes(kernel));

class Outcomes {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Kept with the mail, so that its events come also after a crash. */
  expect(message: SentMessage, fates: Pending['fates']): void {
    const pending = { message, fates, dueMs: this.#kernel.clock.now() + answerMs };
    this.#of(message).put(message.messageId, pending);
    this.#arm(pending);
  }

  resume(): void {
    for (const scope of this.#kernel.store.scopes('ses.outcomes'))
      for (const pending of this.#of(scope).values()) this.#arm(pending);
  }

  #of({ account, region }: Scope): Collection<Pending> {
    return this.#kernel.store.collection<Pending>('ses.outcomes', { account, region });
  }

  #arm(pending: Pending): void {
    this.#kernel.clock.at(pending.dueMs, 'delivery of mail', () => this.#settle(pending), { kind: 'delivery' });
  }

  async #settle({ message, fates }: Pending): Promise<void> {
    this.#of(message).delete(message.messageId);
    for (const [address, fate] of fates)
      for (const happening of happeningsOf(this.#kernel, message, address, fate)) {
        publishEvent(this.#kernel, message, happening);
        if (happening.type !== 'DELIVERY') await this.#feedback(message, happening, address, fate);
        else if (fate === 'away') await this.#mail(message, automaticReply(address));
      }
    await this.#kernel.store.durable();
  }

  async #feedback(message: SentMessage, { type, about }: Happening, address: string, fate: Fate): Promise<void> {
    const kernel = this.#kernel;
    const set = configurationSets(kernel, message).get(message.configurationSetName ?? '');
    const Attributes = { MessageId: message.messageId, FeedbackId: String(about.feedbackId) };
    if (fate === 'no-such-domain') suppress(kernel, message, { address, Reason: 'BOUNCE', Attributes }, set);
    const identity = identities(kernel, message).get(message.identity);
    if (!identity?.FeedbackForwardingStatus || fate === 'suppressed') return;
    await this.#mail(message, type === 'BOUNCE' ? bounceMail(address) : complaintMail(address, message.messageId));
  }

  /** To where the sender wants to hear of the mail. */
  async #mail(message: SentMessage, content: { from: string; subject: string; text: string }): Promise<void> {
    const { account, region, feedbackTo } = message;
    const id = this.#kernel.ids.uuid();
    const raw = await composeMail(this.#kernel, { ...content, to: [feedbackTo], messageId: `${id}@amazonses.com` });
    await this.#kernel
      .engine(mailbox)
      .post({ account, region, id, service: 'sesv2', envelopeFrom: '', recipients: [feedbackTo], raw });
  }
}

function bounceMail(address: string) {
  const text = `An error occurred while trying to deliver the mail to the following recipients:\n${address}\n`;
  return { from: daemon, subject: 'Delivery Status Notification (Failure)', text };
}

function complaintMail(address: string, messageId: string) {
  const text = `${address} has complained about a mail of yours.\n\nMessage: ${messageId}\n`;
  return { from: daemon, subject: 'Complaint about your mail', text };
}

function automaticReply(address: string) {
  return { from: address, subject: 'Out of the office', text: 'I am away, and read your mail when I am back.\n' };
}

function happeningsOf(kernel: Kernel, message: SentMessage, address: string, fate: Fate): Happening[] {
  const timestamp = new Date(kernel.clock.now()).toISOString();
  const recipients = [address];
  const delivery: Happening = {
    type: 'DELIVERY',
    recipients,
    about: {
      timestamp,
      processingTimeMillis: kernel.clock.now() - message.timeMs,
      recipients,
      smtpResponse: '250 2.6.0 Message received',
      remoteMtaIp: '127.0.0.1',
      reportingMTA: 'smtp-out.amazonses.com',
    },
  };
  if (fate === 'delivered' || fate === 'away') return [delivery];
  const feedbackId = `${message.messageId.slice(0, 16)}-${kernel.ids.uuid()}-000000`;
  if (fate === 'complained') {
    const about = {
      complainedRecipients: [{ emailAddress: address }],
      timestamp,
      feedbackId,
      userAgent: 'Amazon SES Mailbox Simulator',
      complaintFeedbackType: 'abuse',
      arrivalDate: timestamp,
    };
    return [delivery, { type: 'COMPLAINT', recipients, about }];
  }
  const { bounceSubType, ...of } = bounces[fate];
  const bouncedRecipients = [{ emailAddress: address, action: 'failed', ...of }];
  const reportingMTA = 'dns; amazonses.com';
  const about = { bounceType: 'Permanent', bounceSubType, bouncedRecipients, timestamp, feedbackId, reportingMTA };
  return [{ type: 'BOUNCE', recipients, about }];
}

/** "Bounce types", Contents of event data; "Using the mailbox simulator". */
const bounces = {
  bounced: { bounceSubType: 'General', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
  'no-such-domain': {
    bounceSubType: 'General',
    status: '5.4.4',
    diagnosticCode: 'smtp; 550 5.4.4 Invalid domain',
  },
  'global-suppressed': {
    bounceSubType: 'Suppressed',
    status: '5.1.1',
    diagnosticCode:
      'Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.',
  },
  suppressed: {
    bounceSubType: 'OnAccountSuppressionList',
    status: '5.1.1',
    diagnosticCode:
      'Amazon SES did not send the message to this address because it is on the suppression list for your account.',
  },
};
