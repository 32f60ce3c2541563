import type { Kernel } from '../../../kernel/service.ts';
import type { Subscription, Topic } from '../state.ts';
import { isFifo, type Notification, textFor } from './notification.ts';
import { linkPrefix, type Signer, signing } from './signing.ts';

export interface Delivery {
  topic: Topic;
  subscription: Subscription;
  notification: Notification;
}

/** "Parsing Amazon SNS message formats" (Developer Guide): what SQS, HTTP and e-mail in JSON get unless delivery is raw. */
export async function envelope(kernel: Kernel, delivery: Delivery): Promise<Record<string, unknown>> {
  const { topic, subscription, notification } = delivery;
  const { Type, MessageId, Subject, Token } = notification;
  const Message = textFor(notification, subscription.Protocol);
  const Timestamp = new Date(notification.timeMs).toISOString();
  const about = {
    Type,
    MessageId,
    ...given({ SequenceNumber: notification.SequenceNumber, Token }),
    TopicArn: topic.TopicArn,
    ...given({ Subject }),
    Message,
    ...given({ SubscribeURL: Token && subscribeUrl(kernel, topic, Token) }),
    Timestamp,
  };
  return {
    ...about,
    ...(isFifo(topic) ? {} : signature(kernel, topic, about, await kernel.engine(signing).signer())),
    ...(Type === 'Notification' ? { UnsubscribeURL: unsubscribeUrl(kernel, subscription) } : {}),
    ...(Object.keys(notification.attributes).length > 0 ? { MessageAttributes: notification.attributes } : {}),
  };
}

/** Messages of FIFO topics are not signed. */
function signature(kernel: Kernel, topic: Topic, about: Record<string, unknown>, signer: Signer) {
  const SignatureVersion = topic.attributes.SignatureVersion === '2' ? '2' : '1';
  return {
    SignatureVersion,
    Signature: signer.sign(SignatureVersion, textToSign(about)),
    SigningCertURL: `${kernel.addresses.apiUrl}${linkPrefix}${signer.fileName}`,
  };
}

/** Names and values line by line, in byte order of the names; those that are not there are left out. */
function textToSign(about: Record<string, unknown>): string {
  const signedMembers = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  return signedMembers
    .filter((name) => about[name] !== undefined)
    .map((name) => `${name}\n${about[name]}\n`)
    .join('');
}

export function subscribeUrl(kernel: Kernel, topic: Topic, Token: string): string {
  return link(kernel, { Action: 'ConfirmSubscription', TopicArn: topic.TopicArn, Token });
}

export function unsubscribeUrl(kernel: Kernel, { SubscriptionArn }: Subscription): string {
  return link(kernel, { Action: 'Unsubscribe', SubscriptionArn });
}

function link(kernel: Kernel, query: Record<string, string>): string {
  return `${kernel.addresses.apiUrl}${linkPrefix}?${new URLSearchParams(query)}`;
}

function given<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
