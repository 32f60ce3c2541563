import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Subscription, subscriptionsOf, type Topic } from '../state.ts';
import { sendMail } from './outbox.ts';
import { meterDelivery } from './usage.ts';

export interface Notification {
  MessageId: string;
  Message: string;
  byProtocol: Record<string, string> | undefined;
  Subject: string | undefined;
  timeMs: number;
  attributes: Record<string, MessageAttributeValue>;
}

/** Every confirmed subscription gets it, in the topic's name; the queue's or function's policy decides. */
export function deliverLater(ctx: Context, topic: Topic, notification: Notification): void {
  for (const subscription of subscriptionsOf(ctx, topic)) {
    if (!subscription.confirmed) continue;
    ctx.clock.track(
      deliver(ctx, topic, subscription, notification).then(
        () => count(ctx, topic, 'NumberOfNotificationsDelivered'),
        (error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
          ctx.trace.note('notDelivered', `${subscription.Endpoint}: ${error.code}`);
          count(ctx, topic, 'NumberOfNotificationsFailed');
        },
      ),
    );
  }
}

async function deliver(
  ctx: Context,
  topic: Topic,
  subscription: Subscription,
  notification: Notification,
): Promise<void> {
  const text = notification.byProtocol?.[subscription.Protocol] ?? notification.Message;
  const as = ctx.as({
    principal: servicePrincipal('sns.amazonaws.com', topic.account, { sourceArn: topic.TopicArn }),
    region: topic.region,
  });
  if (subscription.Protocol === 'email') {
    meterDelivery(ctx, topic, 'DeliveryAttempts-SMTP');
    sendMail(ctx, topic, {
      to: subscription.Endpoint,
      subject: notification.Subject ?? 'AWS Notification Message',
      text,
    });
    return;
  }
  if (subscription.Protocol === 'lambda') {
    const event = {
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: subscription.SubscriptionArn,
          Sns: { ...envelope(topic, notification, text), MessageAttributes: attributesOf(notification) },
        },
      ],
    };
    await as.call('lambda', 'Invoke', {
      FunctionName: subscription.Endpoint,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    });
    return;
  }
  const [, , , region, account, name] = subscription.Endpoint.split(':');
  const raw = subscription.attributes.RawMessageDelivery === 'true';
  const attributes = attributesOf(notification);
  await as.call('sqs', 'SendMessage', {
    QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    MessageBody: raw
      ? text
      : JSON.stringify({
          ...envelope(topic, notification, text),
          ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
        }),
    ...(raw && Object.keys(notification.attributes).length > 0 ? { MessageAttributes: notification.attributes } : {}),
  });
}

/** "Parsing Amazon SNS message formats". Messages are not signed yet, so no signature is claimed. */
function envelope(topic: Topic, notification: Notification, text: string): object {
  return {
    Type: 'Notification',
    MessageId: notification.MessageId,
    TopicArn: topic.TopicArn,
    ...(notification.Subject === undefined ? {} : { Subject: notification.Subject }),
    Message: text,
    Timestamp: new Date(notification.timeMs).toISOString(),
  };
}

function attributesOf(notification: Notification): Record<string, { Type: string; Value: string }> {
  const entries = Object.entries(notification.attributes).map(([name, { DataType = '', StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64') },
  ]);
  return Object.fromEntries(entries) as Record<string, { Type: string; Value: string }>;
}

function count(ctx: Context, topic: Topic, name: string): void {
  ctx.events.emit('metric', {
    namespace: 'AWS/SNS',
    name,
    dimensions: { TopicName: topic.Name },
    value: 1,
    unit: 'Count',
    timeMs: ctx.clock.now(),
    region: topic.region,
    account: topic.account,
  });
}
