import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Context, EventBridgeEvent } from 'aws-lambda';
import { createLog } from '../../shared/log.ts';
import { type OrderPlaced, orderPlacedType } from '../../shared/order-placed.ts';
import { orderMail } from './order-mail.ts';

export type Notifier = {
  mail: Pick<SESv2Client, 'send'>;
  to: string;
  from: string;
  timeZone: string;
  createLog?: typeof createLog;
};

/**
 * Makes the Lambda handler. Events come at least once, so a mail may too; an event it cannot mail makes it fail, and
 * Lambda then tries again and at last leaves the event in the function's dead-letter queue.
 */
export function createNotifier({ mail, to, from, timeZone, createLog: makeLog = createLog }: Notifier) {
  return async (
    event: EventBridgeEvent<string, OrderPlaced>,
    context: Pick<Context, 'awsRequestId'>,
  ): Promise<void> => {
    const log = makeLog({ requestId: context.awsRequestId, eventId: event.id });
    if (event['detail-type'] !== orderPlacedType) throw new Error(`Not an order: ${event['detail-type']}`);
    const { subject, text, html } = orderMail(event.detail, timeZone);
    const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const { MessageId } = await mail.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        ReplyToAddresses: [event.detail.customer.email],
        Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } } },
      }),
    );
    log.info('admin notified', { orderId: event.detail.orderId, messageId: MessageId });
  };
}
