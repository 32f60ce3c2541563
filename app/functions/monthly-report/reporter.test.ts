import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import type { SESv2Client, SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import PostalMime from 'postal-mime';
import { type Postgres, postgresMissing, startPostgres } from '../../postgres-fixture.ts';
import { type Database, openDatabase } from '../../shared/data/database.ts';
import { migrate } from '../../shared/data/migrations.ts';
import { barChart } from './chart.ts';
import { monthBefore } from './month-sales.ts';
import { createReporter } from './reporter.ts';

const quiet = { info() {}, warn() {}, error() {} };
const timeZone = 'Europe/London';

test('the month that ended is the one before on the restaurant’s clock', () => {
  assert.equal(monthBefore(new Date('2026-12-01T06:00:00Z'), timeZone), '2026-11');
  assert.equal(monthBefore(new Date('2027-01-31T06:00:00Z'), timeZone), '2026-12');
  // Half past midnight of the first of July in London.
  assert.equal(monthBefore(new Date('2026-06-30T23:30:00Z'), timeZone), '2026-06');
});

test('the chart has a bar as high as each value', () => {
  const chart = barChart([0, 50, 100]);
  assert.equal(chart.readUInt32BE(16), 1200);
  const start = chart.indexOf('IDAT');
  const pixels = inflateSync(chart.subarray(start + 4, start + 4 + chart.readUInt32BE(start - 4)));
  const column = (x: number) =>
    Array.from({ length: 356 }, (_, y) => pixels[y * 1201 + 1 + x]).filter((colour) => colour !== 0).length;
  assert.deepEqual([column(200), column(600), column(1000)], [0, 168, 336]);
});

describe('the monthly report', { skip: postgresMissing() }, () => {
  let postgres: Postgres;
  let database: Database;
  before(async () => {
    postgres = await startPostgres();
    database = await openDatabase({ environment: await postgres.createDatabase() });
    await migrate(database, quiet);
  });
  after(async () => {
    await database.close();
    await postgres.stop();
  });

  test('tells the totals and best sellers of that month alone, with a chart and every figure as CSV', async () => {
    await order('ord_1', '2026-06-30T22:59:00Z', [['chips', 'Sea-salt chips', 2, 450]]); // 23:59 in London: June
    await order('ord_2', '2026-06-30T23:00:00Z', [['chips', 'Sea-salt chips', 1, 450]]); // 00:00: the first of July
    await order('ord_3', '2026-07-31T20:00:00Z', [
      ['oysters', '=cmd, "six" oysters', 3, 1450],
      ['chips', 'Sea-salt chips', 4, 450],
    ]);
    await order('ord_4', '2026-07-15T20:00:00Z', [['chips', 'Sea-salt chips', 20, 450]], 'cancelled');
    const { input, mail } = await report('2026-08-01T06:00:00Z');
    assert.deepEqual(input.Destination, { ToAddresses: ['admin@example.com'] });
    assert.equal(mail.subject, 'Sales in July 2026: £66.00');
    assert.match(mail.text ?? '', /Orders: 2\nAverage order: £33\.00\nCancelled orders: 1/);
    assert.match(mail.text ?? '', /1\. Sea-salt chips: 5, £22\.50\n2\. =cmd, "six" oysters: 3, £43\.50/);
    assert.match(mail.html ?? '', /=cmd, &quot;six&quot; oysters/);
    assert.match(mail.html ?? '', /Best: Fri 31 July, £61\.50/);
    const [chart, csv] = mail.attachments;
    assert.equal(csv?.filename, 'sales-2026-07.csv');
    const lines = new TextDecoder().decode(csv?.content as ArrayBuffer).split('\r\n');
    assert.equal(lines.length, 1 + 31 + 2 + 1);
    assert.deepEqual([lines[1], lines[31]], ['day,2026-07-01,1,4.50', 'day,2026-07-31,1,61.50']);
    assert.equal(lines[33], 'dish,"\'=cmd, ""six"" oysters",3,43.50');
    assert.deepEqual([chart?.mimeType, chart?.contentId], ['image/png', '<chart@slack-water>']);
  });

  test('says so when nothing was sold', async () => {
    const { mail } = await report('2026-02-01T06:00:00Z');
    assert.equal(mail.subject, 'Sales in January 2026: £0.00');
    assert.match(mail.text ?? '', /Nothing was sold\./);
    assert.doesNotMatch(mail.html ?? '', /<img|Best sellers/);
    assert.deepEqual(
      mail.attachments.map(({ mimeType }) => mimeType),
      ['text/csv'],
    );
  });

  type Line = [sku: string, name: string, quantity: number, price: number];
  async function order(id: string, at: string, lines: Line[], status: 'confirmed' | 'cancelled' = 'confirmed') {
    const total = lines.reduce((sum, [, , quantity, price]) => sum + quantity * price, 0);
    const customer = { customer_name: 'Ada', customer_email: 'a@example.com', customer_phone: '12345', note: null };
    const time = { received_at: new Date(at), confirmed_at: new Date(at) };
    const db = database.kysely;
    await db
      .insertInto('orders')
      .values({ id, status, request_hash: '', ...time, ...customer, total, currency: 'GBP' })
      .execute();
    await db
      .insertInto('order_lines')
      .values(
        lines.map(([sku, name, quantity, price], position) => ({
          order_id: id,
          position,
          sku,
          name,
          quantity,
          unit_price: price,
          line_price: quantity * price,
        })),
      )
      .execute();
  }

  async function report(time: string) {
    const sent: SendEmailCommandInput[] = [];
    const send = async ({ input }: { input: SendEmailCommandInput }) => {
      sent.push(input);
      return { MessageId: 'id' };
    };
    const reporter = createReporter({
      database: async () => database,
      mail: { send } as unknown as Pick<SESv2Client, 'send'>,
      to: 'admin@example.com',
      from: 'desk@example.com',
      timeZone,
      createLog: () => quiet,
    });
    await reporter({ time }, { awsRequestId: 'request' });
    const [input = {} as SendEmailCommandInput] = sent;
    return { input, mail: await PostalMime.parse(input.Content?.Raw?.Data ?? '') };
  }
});
