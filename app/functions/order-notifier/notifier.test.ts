import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SESv2Client, SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { OrderPlaced } from '../../shared/order-placed.ts';
import { createNotifier } from './notifier.ts';

const order: OrderPlaced = {
  orderId: 'ord_1',
  receivedAt: '2026-07-01T18:30:00.000Z',
  customer: { name: 'Ada <b>Fisher</b>', email: 'ada@example.com', phone: '01728 555010' },
  lines: [{ sku: 'chips', name: 'Sea-salt chips', quantity: 2, unitPrice: 450, linePrice: 900 }],
  total: 900,
  currency: 'GBP',
  note: '</p><script>alert(1)</script>',
};

test('mails the admin what was ordered, in text and in HTML that holds no markup of the customer', async () => {
  const [input] = await notify(order);
  assert.deepEqual(input?.Destination, { ToAddresses: ['admin@example.com'] });
  assert.deepEqual(input?.ReplyToAddresses, ['ada@example.com']);
  const { Subject, Body } = input?.Content?.Simple ?? {};
  assert.equal(Subject?.Data, 'New order: 2 dishes for Ada <b>Fisher</b>, £9.00');
  assert.match(Body?.Text?.Data ?? '', /1 July 2026 at 19:30[\s\S]*2 x Sea-salt chips: £9\.00\nTotal: £9\.00/);
  const html = Body?.Html?.Data ?? '';
  assert.match(html, /Ada &lt;b&gt;Fisher&lt;\/b&gt;/);
  assert.doesNotMatch(html, /<script|<b>/);
});

test('a name cannot add a header to the mail', async () => {
  const [input] = await notify({ ...order, customer: { ...order.customer, name: 'Ada\r\nBcc: all@example.com' } });
  assert.match(
    input?.Content?.Simple?.Subject?.Data ?? '',
    /^New order: 2 dishes for Ada Bcc: all@example\.com, £9\.00$/,
  );
});

test('fails when the mail could not be sent, so that Lambda tries again', async () => {
  await assert.rejects(notify(order, new Error('throttled')), /throttled/);
});

async function notify(detail: OrderPlaced, failure?: Error): Promise<SendEmailCommandInput[]> {
  const sent: SendEmailCommandInput[] = [];
  const send = async ({ input }: { input: SendEmailCommandInput }) => {
    if (failure) throw failure;
    sent.push(input);
    return { MessageId: 'id' };
  };
  const log = { info() {}, warn() {}, error() {} };
  const notifier = createNotifier({
    mail: { send } as unknown as Pick<SESv2Client, 'send'>,
    to: 'admin@example.com',
    from: 'desk@example.com',
    timeZone: 'Europe/London',
    createLog: () => log,
  });
  const event = {
    id: '1',
    version: '0',
    account: '',
    time: '',
    region: '',
    resources: [],
    source: 'slack-water.orders',
  };
  await notifier({ ...event, 'detail-type': 'Order Placed', detail }, { awsRequestId: 'request' });
  return sent;
}
