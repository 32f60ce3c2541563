import { parseArn } from '../../../../kernel/arn.ts';
import type { Context } from '../../../../kernel/service.ts';
import { EndpointFailure } from '../delivery-failure.ts';
import { type Delivery, envelope } from '../envelope.ts';
import { isFifo, sdkAttributes, textFor } from '../notification.ts';

/** "If you use raw message delivery to SQS, at most 10 message attributes" ("Amazon SNS raw message delivery"). */
const mostRawAttributes = 10;

export async function sendToQueue(ctx: Context, delivery: Delivery): Promise<void> {
  const { subscription, notification, topic } = delivery;
  const raw = subscription.attributes.RawMessageDelivery === 'true';
  if (raw && Object.keys(notification.attributes).length > mostRawAttributes)
    throw new EndpointFailure('raw delivery to a queue takes at most 10 message attributes', { retry: false });
  await putInQueue(ctx, subscription.Endpoint, {
    MessageBody: raw ? textFor(notification, 'sqs') : JSON.stringify(await envelope(ctx, delivery)),
    ...(raw && Object.keys(notification.attributes).length > 0
      ? { MessageAttributes: sdkAttributes(notification.attributes) }
      : {}),
    ...fifoMembers(subscription.Endpoint, delivery, isFifo(topic)),
  });
}

/** A FIFO queue dedups and orders as the topic did; a standard one gets the group for fair queues. */
function fifoMembers(queueArn: string, { notification }: Delivery, fifoTopic: boolean) {
  const { MessageGroupId, MessageDeduplicationId } = notification;
  if (queueArn.endsWith('.fifo')) return { MessageGroupId, MessageDeduplicationId };
  return MessageGroupId === undefined || fifoTopic ? {} : { MessageGroupId };
}

export async function putInQueue(ctx: Context, queueArn: string, message: object): Promise<void> {
  const { region = '', account = '', resource = '' } = parseArn(queueArn) ?? {};
  await ctx.call(
    'sqs',
    'SendMessage',
    { QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${resource}`, ...message },
    { region },
  );
}
