import type { Context } from '../../kernel/service.ts';
import { gigabyte } from '../../kernel/usage.ts';
import type { KeptMail } from '../mail/mailbox.ts';

/** Base64 in lines of 76 characters (RFC 2045, 6.8): what attachments are when they are sent. */
const encoding = 78 / 57;

/** "Amazon SES pricing": each recipient is a mail, the simulator's too, and gets its own copy of the attachments. */
export function meterMail(ctx: Context, resource: string, { recipients, attachments }: KeptMail): void {
  const { account, region } = ctx;
  const traces = [ctx.trace.traceId];
  const emit = (usageType: string, amount: number) =>
    ctx.events.emit('usage', { service: 'ses', usageType, amount, resource, account, region, traces });
  emit('Recipients', recipients.length);
  const bytes = attachments.reduce((sum, { size }) => sum + size, 0);
  if (bytes > 0) emit('AttachmentsSize-Bytes', (bytes * encoding * recipients.length) / gigabyte);
}
