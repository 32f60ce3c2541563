import type { Context } from '../../../../kernel/service.ts';
import { type Delivery, envelope } from '../envelope.ts';

/** "Invoking Lambda functions with Amazon SNS notifications": the same members as the envelope, two spelled otherwise. */
export async function sendToFunction(ctx: Context, delivery: Delivery): Promise<void> {
  const { notification, subscription } = delivery;
  const { SigningCertURL, UnsubscribeURL, ...about } = await envelope(ctx, delivery);
  const event = {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.SubscriptionArn,
        Sns: {
          ...about,
          Subject: notification.Subject ?? null,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: notification.attributes,
        },
      },
    ],
  };
  await ctx.call('lambda', 'Invoke', {
    FunctionName: subscription.Endpoint,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify(event)),
  });
}
