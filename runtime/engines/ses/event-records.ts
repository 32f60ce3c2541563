import type { EventType } from '@aws-sdk/client-sesv2';
import { domainOf } from './addresses.ts';
import type { SentMessage } from './message.ts';

/** Something that befell a mail. `about` is the object of its own name in the record. */
export interface Happening {
  type: EventType;
  about: Record<string, unknown>;
  /** Those it befell, for the notifications of an identity. */
  recipients: string[];
}

interface Naming {
  /** eventType of the record, which is also the metric's name without its space. */
  eventType: string;
  member: string;
  /** "Amazon SES events detail reference" of EventBridge. */
  detailType: string;
}

/** The types that SES here ever has: nothing is delayed, and there are no contact lists to leave. */
export const naming: Partial<Record<EventType, Naming>> = {
  SEND: { eventType: 'Send', member: 'send', detailType: 'Email Sent' },
  DELIVERY: { eventType: 'Delivery', member: 'delivery', detailType: 'Email Delivered' },
  BOUNCE: { eventType: 'Bounce', member: 'bounce', detailType: 'Email Bounced' },
  COMPLAINT: { eventType: 'Complaint', member: 'complaint', detailType: 'Email Complaint Received' },
  REJECT: { eventType: 'Reject', member: 'reject', detailType: 'Email Rejected' },
  OPEN: { eventType: 'Open', member: 'open', detailType: 'Email Opened' },
  CLICK: { eventType: 'Click', member: 'click', detailType: 'Email Clicked' },
  RENDERING_FAILURE: { eventType: 'Rendering Failure', member: 'failure', detailType: 'Email Rendering Failed' },
};

/** "Contents of event data that Amazon SES publishes to Amazon SNS". */
export function eventRecord(message: SentMessage, { type, about }: Happening): Record<string, unknown> {
  const { eventType = '', member = '' } = naming[type] ?? {};
  const tags: Record<string, string[]> = {
    'ses:source-ip': [message.sourceIp],
    'ses:from-domain': [domainOf(message.source.replace(/>\s*$/, ''))],
    'ses:caller-identity': [message.callerIdentity],
    ...(message.configurationSetName === undefined ? {} : { 'ses:configuration-set': [message.configurationSetName] }),
  };
  for (const { Name = '', Value = '' } of message.tags) tags[Name] = [...(tags[Name] ?? []), Value];
  return { eventType, mail: { ...mailOf(message, true), tags }, [member]: about };
}

/** "Notification contents for Amazon SES": what the topics of an identity get. Headers only where that is switched on. */
export function notificationRecord(
  message: SentMessage,
  { type, about }: Happening,
  withHeaders: boolean,
): Record<string, unknown> {
  const { eventType = '', member = '' } = naming[type] ?? {};
  const { sourceIp, callerIdentity } = message;
  return {
    notificationType: eventType,
    mail: { ...mailOf(message, withHeaders), sourceIp, callerIdentity },
    [member]: about,
  };
}

function mailOf(message: SentMessage, withHeaders: boolean): Record<string, unknown> {
  const { headers, headersTruncated, messageId, destination, source, sourceArn } = message;
  const value = (name: string) => headers.find((header) => header.name.toLowerCase() === name)?.value;
  const list = (name: string) => value(name)?.split(/,\s*/);
  const commonHeaders = {
    from: list('from'),
    replyTo: list('reply-to'),
    date: value('date'),
    to: list('to'),
    cc: list('cc'),
    messageId,
    subject: value('subject'),
  };
  return {
    timestamp: new Date(message.timeMs).toISOString(),
    source,
    sourceArn,
    sendingAccountId: message.account,
    messageId,
    destination,
    ...(withHeaders ? { headersTruncated, headers, commonHeaders } : {}),
  };
}
