import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Context } from 'aws-lambda';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Database } from '../../shared/data/database.ts';
import { createLog } from '../../shared/log.ts';
import { barChart } from './chart.ts';
import { type MonthSales, monthBefore, monthSales } from './month-sales.ts';
import { reportMail } from './report-mail.ts';

export type Reporter = {
  database: () => Promise<Database>;
  mail: Pick<SESv2Client, 'send'>;
  to: string;
  from: string;
  timeZone: string;
  createLog?: typeof createLog;
};

/** EventBridge's schedules say when they were due, so a late or repeated call still reports the same month. */
export type ReportEvent = { time?: string };

export function createReporter({ database, mail, to, from, timeZone, createLog: makeLog = createLog }: Reporter) {
  return async (event: ReportEvent, context: Pick<Context, 'awsRequestId'>): Promise<void> => {
    const log = makeLog({ requestId: context.awsRequestId });
    const due = event.time === undefined ? new Date() : new Date(event.time);
    if (Number.isNaN(due.getTime())) throw new Error(`The event's time is not a time: ${event.time}`);
    const month = monthBefore(due, timeZone);
    const sales = await monthSales(await database(), { month, timeZone });
    const { subject, text, html, csv } = reportMail(sales);
    const composed = new MailComposer({
      from,
      to,
      subject,
      text,
      html,
      attachments: [
        { filename: `sales-${month}.csv`, content: csv, contentType: 'text/csv; charset=utf-8' },
        ...(sales.total === 0 ? [] : [chartOf(sales)]),
      ],
    });
    const Data = await composed.compile().build();
    const { MessageId } = await mail.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Raw: { Data } },
      }),
    );
    log.info('report sent', { month, orders: sales.orders, total: sales.total, messageId: MessageId });
  };
}

/** Shown by the HTML, which names it by its Content-ID. A month without sales has none. */
function chartOf({ month, days }: MonthSales) {
  return {
    filename: `sales-${month}.png`,
    content: barChart(days.map(({ total }) => total)),
    contentType: 'image/png',
    cid: 'chart@slack-water',
    contentDisposition: 'inline' as const,
  };
}
