import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import { putInQueue } from './endpoints/queue.ts';
import { type Delivery, envelope } from './envelope.ts';
import { count } from './metrics.ts';
import { isFifo, sdkAttributes, textFor } from './notification.ts';

/** "Amazon SNS dead-letter queues": what could not be delivered goes to the queue as a queue subscription would get it. */
export async function deadLetter(ctx: Context, delivery: Delivery): Promise<void> {
  const { topic, subscription, notification } = delivery;
  const { RedrivePolicy, RawMessageDelivery } = subscription.attributes;
  if (!RedrivePolicy) return;
  const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn: string };
  const raw = RawMessageDelivery === 'true';
  const { MessageGroupId, MessageDeduplicationId } = notification;
  try {
    await putInQueue(ctx, deadLetterTargetArn, {
      MessageBody: raw ? textFor(notification, subscription.Protocol) : JSON.stringify(await envelope(ctx, delivery)),
      ...(raw ? { MessageAttributes: sdkAttributes(notification.attributes) } : {}),
      ...(isFifo(topic) && deadLetterTargetArn.endsWith('.fifo') ? { MessageGroupId, MessageDeduplicationId } : {}),
    });
    count(ctx, topic, 'NumberOfNotificationsRedrivenToDlq');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    count(ctx, topic, 'NumberOfNotificationsFailedToRedriveToDlq');
  }
}

export function checkRedrivePolicy(text: string): void {
  let policy: { deadLetterTargetArn?: unknown };
  try {
    policy = JSON.parse(text) as { deadLetterTargetArn?: unknown };
  } catch {
    throw invalidParameter('RedrivePolicy: failed to parse JSON');
  }
  const arn = policy?.deadLetterTargetArn;
  if (typeof arn !== 'string' || !/^arn:[^:]+:sqs:[^:]+:\d{12}:[A-Za-z0-9_.-]+$/.test(arn))
    throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn');
}
