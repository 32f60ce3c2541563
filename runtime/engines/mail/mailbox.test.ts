import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { composeMail } from './compose.ts';
import { Mailbox, mailbox } from './mailbox.ts';

let orrery: Orrery;
before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts'] });
});
after(() => orrery.stop());

const place = { account: '000000000000', region: 'us-east-1', service: 'sesv2' };

async function post(box: Mailbox, id: string, subject: string, extra = Buffer.alloc(0)): Promise<void> {
  const raw = await composeMail(orrery.kernel, {
    from: 'Küche <desk@example.com>',
    to: ['admin@example.com'],
    cc: ['Ada <ada@example.com>'],
    subject,
    text: 'Grüße\n\n.\nbye',
    html: '<p>Grüße</p>',
    messageId: `${id}@example.com`,
    attachments: [
      { filename: 'tafel.csv', content: Buffer.concat([Buffer.from('a,b\r\n'), extra]), contentType: 'text/csv' },
    ],
  });
  const recipients = ['admin@example.com', 'ada@example.com', 'hidden@example.com'];
  await box.post({ ...place, id, envelopeFrom: 'desk@example.com', recipients, raw });
}

test('keeps a mail as it reads and as it was sent, over a restart', async () => {
  await post(orrery.kernel.engine(mailbox), 'first', 'Spätschicht ☕');
  await orrery.kernel.store.durable();
  await orrery.restart();
  const box = orrery.kernel.engine(mailbox);
  const [mail = assert.fail('no mail')] = box.list({ to: 'HIDDEN@' });
  assert.deepEqual(
    [mail.from, mail.to, mail.cc, mail.subject, mail.text, mail.html],
    [
      'Küche <desk@example.com>',
      ['admin@example.com'],
      ['Ada <ada@example.com>'],
      'Spätschicht ☕',
      'Grüße\n\n.\nbye',
      '<p>Grüße</p>',
    ],
  );
  assert.equal(mail.timeMs, orrery.clock.now());
  const [attachment] = await box.attachments(mail);
  assert.deepEqual(
    [attachment?.name, attachment?.contentType, attachment?.content.toString()],
    ['tafel.csv', 'text/csv', 'a,b\r\n'],
  );
  assert.match(box.raw('1')?.toString() ?? '', /^Message-ID: <first@example\.com>\r$/im);
  assert.deepEqual(box.list({ to: 'nobody@' }), []);
});

test('a mail that cannot be read is kept all the same', async () => {
  const nested = Array.from(
    { length: 600 },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
  );
  const box = orrery.kernel.engine(mailbox);
  const raw = Buffer.from(nested.join(''));
  await box.post({ ...place, id: 'deep', envelopeFrom: 'a@example.com', recipients: ['deep@example.com'], raw });
  assert.match(box.list({ to: 'deep@' })[0]?.text ?? '', /multipart\/mixed; boundary=b599/);
});

test('the oldest mail goes when there are too many, or too much', async () => {
  const few = new Mailbox(orrery.kernel, { mails: 3, bytes: 200_000 });
  for (const id of ['a', 'b', 'c', 'd']) await post(few, id, id);
  assert.deepEqual(
    few.list().map(({ id }) => id),
    ['b', 'c', 'd'],
  );
  await post(few, 'e', 'e', Buffer.alloc(120_000));
  assert.deepEqual(
    few.list().map(({ id }) => id),
    ['c', 'd', 'e'],
  );
  // Larger than all there may be: it is the newest, and stays alone.
  await post(few, 'f', 'f', Buffer.alloc(300_000));
  assert.deepEqual(
    few.list().map(({ id }) => id),
    ['f'],
  );
});
