import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import type { Subscription, Topic } from '../state.ts';
import { deliveries } from './delivery.ts';
import { isReachable } from './endpoints/web.ts';
import { isFifo, type Notification } from './notification.ts';

/** "The token is valid for 2 days", and so long is a subscription pending ("ConfirmSubscription", "Subscribe"). */
export const pendingMs = 48 * 60 * 60_000;

const done = ['sqs', 'lambda', 'email', 'email-json', 'http', 'https'];

/** Throws InvalidParameter, or a refusal by name of what would have to leave the machine. */
export function checkEndpoint(ctx: Context, topic: Topic, Protocol: string, Endpoint: string): void {
  if (['sms', 'application', 'firehose'].includes(Protocol))
    throw refused(`sns Subscribe with Protocol ${Protocol}`, `${done.join(', ')} are done.`);
  if (!done.includes(Protocol))
    throw invalidParameter(`Amazon SNS Protocol Reason: Does not support this protocol string: ${Protocol}`);
  if (isFifo(topic) && Protocol !== 'sqs') throw invalidParameter(`Invalid protocol type: ${Protocol}`);
  if (Protocol === 'sqs') checkQueue(topic, Endpoint);
  else if (Protocol === 'lambda') checkFunction(Endpoint);
  else if (Protocol.startsWith('email')) checkMail(Endpoint);
  else checkUrl(ctx, Protocol, Endpoint);
}

function checkQueue(topic: Topic, Endpoint: string): void {
  if (!/^arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+$/.test(Endpoint)) throw invalidParameter('SQS endpoint ARN');
  if (Endpoint.endsWith('.fifo') && !isFifo(topic))
    throw invalidParameter('Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
}

function checkFunction(Endpoint: string): void {
  if (!/^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/.test(Endpoint))
    throw invalidParameter('Lambda endpoint ARN');
}

function checkMail(Endpoint: string): void {
  if (!/^[^@\s]+@[^@\s]+$/.test(Endpoint)) throw invalidParameter('Email address');
}

function checkUrl(ctx: Context, Protocol: string, Endpoint: string): void {
  if (!Endpoint.startsWith(`${Protocol}://`) || !URL.canParse(Endpoint))
    throw invalidParameter('Endpoint must match the specified protocol');
  if (!isReachable(ctx, Endpoint))
    throw refused(
      `sns Subscribe with Endpoint ${Endpoint}`,
      'nothing leaves this machine: endpoints on loopback and names that are served here are done.',
    );
}

/** Asks the endpoint's owner whether it wants the messages. */
export function askToConfirm(ctx: Context, topic: Topic, subscription: Subscription): void {
  const Message = `You have chosen to subscribe to the topic ${topic.TopicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
  const message = confirmation(ctx, { Type: 'SubscriptionConfirmation', Message, Token: subscription.token });
  ctx.engine(deliveries).accept(topic, message, [subscription]);
}

export function confirmation(ctx: Context, about: Pick<Notification, 'Type' | 'Message' | 'Token'>): Notification {
  return {
    ...about,
    MessageId: ctx.ids.uuid(),
    timeMs: ctx.clock.now(),
    attributes: {},
    traceHeader: ctx.trace.header,
  };
}
