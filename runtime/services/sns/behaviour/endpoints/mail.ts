import { composeMail } from '../../../../engines/mail/compose.ts';
import { mailbox } from '../../../../engines/mail/mailbox.ts';
import type { Context } from '../../../../kernel/service.ts';
import { type Delivery, envelope, subscribeUrl, unsubscribeUrl } from '../envelope.ts';
import { textFor } from '../notification.ts';
import { meterDelivery } from '../usage.ts';

const sender = 'no-reply@sns.amazonaws.com';

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
  const id = ctx.ids.uuid();
  const to = [subscription.Endpoint];
  const raw = await composeMail(ctx, {
    from: `AWS Notifications <${sender}>`,
    to,
    subject,
    text,
    messageId: `${id}@sns.amazonaws.com`,
  });
  const { account, region } = topic;
  await ctx.engine(mailbox).post({ id, account, region, service: 'sns', envelopeFrom: sender, recipients: to, raw });
}

function notificationText(ctx: Context, { subscription, notification }: Delivery): string {
  const unsubscribe = `--\nTo stop receiving these notifications, visit:\n${unsubscribeUrl(ctx, subscription)}`;
  return `${textFor(notification, subscription.Protocol)}\n\n${unsubscribe}\n`;
}

function confirmationText(ctx: Context, { topic, notification }: Delivery): string {
  const { Token = '' } = notification;
  return `You have chosen to subscribe to the topic:\n${topic.TopicArn}\n\nTo confirm this subscription, visit:\n${subscribeUrl(ctx, topic, Token)}\nor call ConfirmSubscription with the token:\n${Token}\n`;
}
