import type { Context } from '../../../../kernel/service.ts';
import { type Delivery, envelope, subscribeUrl, unsubscribeUrl } from '../envelope.ts';
import { textFor } from '../notification.ts';
import { sendMail } from '../outbox.ts';
import { meterDelivery } from '../usage.ts';

export async function sendAsMail(ctx: Context, delivery: Delivery): Promise<void> {
  const { topic, subscription, notification } = delivery;
  const confirmation = notification.Type === 'SubscriptionConfirmation';
  const text =
    subscription.Protocol === 'email-json'
      ? JSON.stringify(await envelope(ctx, delivery), null, 2)
      : confirmation
        ? confirmationText(ctx, delivery)
        : notificationText(ctx, delivery);
  const subject = confirmation
    ? 'AWS Notification - Subscription Confirmation'
    : (notification.Subject ?? 'AWS Notification Message');
  meterDelivery(ctx, topic, 'DeliveryAttempts-SMTP');
  sendMail(ctx, topic, { to: subscription.Endpoint, subject, text });
}

function notificationText(ctx: Context, { subscription, notification }: Delivery): string {
  const unsubscribe = `--\nTo stop receiving these notifications, visit:\n${unsubscribeUrl(ctx, subscription)}`;
  return `${textFor(notification, subscription.Protocol)}\n\n${unsubscribe}\n`;
}

function confirmationText(ctx: Context, { topic, notification }: Delivery): string {
  const { Token = '' } = notification;
  return `You have chosen to subscribe to the topic:\n${topic.TopicArn}\n\nTo confirm this subscription, visit:\n${subscribeUrl(ctx, topic, Token)}\nor call ConfirmSubscription with the token:\n${Token}\n`;
}
