import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateEmailIdentityCommand,
  CreateEmailTemplateCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  PutAccountSendingAttributesCommand,
  SendBulkEmailCommand,
  SendEmailCommand,
  TestRenderEmailTemplateCommand,
} from '@aws-sdk/client-sesv2';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { MailLab, simple } from './mail-lab.fixture.ts';

const desk = 'desk@example.com';
const admin = 'admin@example.com';

describe('in the sandbox', () => {
  let lab: MailLab;
  before(async () => {
    lab = await MailLab.start();
  });
  after(() => lab.orrery.stop());
  const status = async (EmailIdentity: string) =>
    (await lab.ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerificationStatus;

  test('an address is verified by the link that is mailed to it, within a day', async () => {
    await lab.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: desk }));
    assert.equal(await status(desk), 'PENDING');
    await assert.rejects(lab.ses.send(new SendEmailCommand(simple(desk, [desk]))), {
      name: 'MessageRejected',
      message: `Email address is not verified. The following identities failed the check in region US-EAST-1: ${desk}`,
    });
    const opened = await lab.openLink(desk);
    assert.deepEqual([opened.status, /desk@example\.com is verified/.test(await opened.text())], [200, true]);
    assert.equal(await status(desk), 'SUCCESS');
    await assert.rejects(lab.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: desk })), {
      name: 'AlreadyExistsException',
    });
    await lab.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'late@example.com' }));
    await lab.orrery.clock.wind(25 * 60 * 60_000);
    assert.equal((await lab.openLink('late@example.com')).status, 400);
    assert.equal(await status('late@example.com'), 'FAILED');
  });

  test('recipients have to be verified too, but for the simulator’s', async () => {
    await assert.rejects(
      lab.ses.send(new SendEmailCommand(simple(desk, [admin, 'success@simulator.amazonses.com', 'x@y.org']))),
      { name: 'MessageRejected', message: /: admin@example\.com, x@y\.org$/ },
    );
    await lab.verify(admin);
    const { MessageId } = await lab.ses.send(new SendEmailCommand(simple(`Desk <${desk}>`, [admin], 'Grüße')));
    const mail = lab.last(admin);
    assert.deepEqual(
      [mail.id, mail.from, mail.to, mail.subject, mail.text, mail.html],
      [MessageId, `Desk <${desk}>`, [admin], 'Grüße', 'Text', '<p>HTML</p>'],
    );
  });

  test('sends 200 a day, one a second with short bursts', async () => {
    await lab.orrery.clock.wind(60_000);
    const send = () => lab.ses.send(new SendEmailCommand(simple(desk, [admin])));
    for (let sent = 0; sent < 10; sent += 1) await send();
    await assert.rejects(send(), { name: 'TooManyRequestsException', message: 'Maximum sending rate exceeded.' });
    await lab.orrery.clock.wind(1000);
    await send();
    const account = await lab.ses.send(new GetAccountCommand({}));
    assert.deepEqual(
      [account.ProductionAccessEnabled, account.SendQuota],
      [false, { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 12 }],
    );
    const many = {
      ...simple(
        desk,
        Array.from({ length: 47 }, () => admin),
      ),
    };
    for (let sent = 0; sent < 4; sent += 1) {
      await lab.orrery.clock.wind(60_000);
      await lab.ses.send(new SendEmailCommand(many));
    }
    await lab.orrery.clock.wind(60_000);
    await assert.rejects(send(), { name: 'TooManyRequestsException', message: 'Daily message quota exceeded.' });
    await lab.orrery.clock.wind(24 * 60 * 60_000);
    await send();
  });
});

describe('a mail', () => {
  let lab: MailLab;
  before(async () => {
    lab = await MailLab.start();
    await lab.leaveSandbox();
    await lab.verify(desk);
  });
  after(() => lab.orrery.stop());

  test('has its attachments and headers, and hides who is in Bcc', async () => {
    const input = simple(desk, [admin]);
    await lab.ses.send(
      new SendEmailCommand({
        ...input,
        Destination: { ToAddresses: [admin], CcAddresses: ['cc@example.com'], BccAddresses: ['bcc@example.com'] },
        ReplyToAddresses: ['reply@example.com'],
        Content: {
          Simple: {
            ...input.Content.Simple,
            Headers: [{ Name: 'List-Unsubscribe', Value: '<https://example.com/u>' }],
            Attachments: [
              { FileName: 'a.csv', ContentType: 'text/csv', RawContent: Buffer.from('a,b\n') },
              {
                FileName: 'i.png',
                ContentType: 'image/png',
                RawContent: Buffer.from([1, 2, 3]),
                ContentDisposition: 'INLINE',
                ContentId: 'pic',
              },
            ],
          },
        },
      }),
    );
    const mail = lab.last('bcc@');
    assert.deepEqual(
      [mail.cc, mail.replyTo, mail.recipients],
      [['cc@example.com'], ['reply@example.com'], [admin, 'cc@example.com', 'bcc@example.com']],
    );
    const box = lab.orrery.kernel.engine(mailbox);
    assert.deepEqual(
      (await box.attachments(mail)).map(({ name, contentType, disposition, contentId, content }) => [
        name,
        contentType,
        disposition,
        contentId,
        content.length,
      ]),
      [
        ['i.png', 'image/png', 'inline', 'pic', 3],
        ['a.csv', 'text/csv', 'attachment', '', 4],
      ],
    );
    const raw = box.raw(mail.id)?.toString() ?? '';
    assert.match(raw, /^List-Unsubscribe: <https:\/\/example\.com\/u>\r$/m);
    assert.doesNotMatch(raw, /bcc@/);
  });

  test('sent raw, keeps its body and gets the Message-ID and Date of SES', async () => {
    const Data = Buffer.from(
      `From: ${desk}\r\nTo: ${admin}\r\nBcc: bcc@example.com\r\nSubject: raw\r\nMessage-ID: <mine@x>\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\nX-SES-MESSAGE-TAGS: a=b\r\n\r\nBody\r\n.\r\n`,
    );
    const { MessageId } = await lab.ses.send(new SendEmailCommand({ Content: { Raw: { Data } } }));
    const mail = lab.last('bcc@');
    const raw = lab.orrery.kernel.engine(mailbox).raw(mail.id)?.toString() ?? '';
    assert.ok(raw.endsWith('\r\n\r\nBody\r\n.\r\n'));
    assert.match(raw, new RegExp(`^Message-ID: <${MessageId}@email\\.amazonses\\.com>`, 'm'));
    assert.doesNotMatch(raw, /mine@x|1970|bcc|X-SES/i);
    assert.deepEqual([mail.to, mail.recipients], [[admin], [admin, 'bcc@example.com']]);
  });

  test('sent raw, says by its headers whose identity it uses, and what is not done of them is refused by name', async () => {
    const withHeader = (header: string) => {
      const Data = Buffer.from(`From: ${desk}\r\nTo: ${admin}\r\nSubject: header\r\n${header}\r\n\r\nBody\r\n`);
      return lab.ses.send(new SendEmailCommand({ Content: { Raw: { Data } } }));
    };
    await withHeader(`X-SES-SOURCE-ARN: arn:aws:ses:us-east-1:000000000000:identity/${desk}`);
    assert.equal(lab.last(admin).subject, 'header');
    await assert.rejects(withHeader('X-SES-SOURCE-ARN: arn:aws:sns:us-east-1:000000000000:topic'), {
      name: 'BadRequestException',
      message: /Invalid identity ARN/,
    });
    for (const name of ['X-SES-LIST-MANAGEMENT-OPTIONS', 'X-SES-RETURN-PATH-ARN', 'X-SES-TENANT'])
      await assert.rejects(withHeader(`${name}: guests`), { name: 'NotImplemented', message: new RegExp(name) });
  });

  test('of a template is filled in; one that cannot be is accepted and not sent', async () => {
    const TemplateContent = { Subject: 'Order {{id}}', Html: '<p>{{#each dishes}}{{name}};{{/each}}</p>' };
    await lab.ses.send(new CreateEmailTemplateCommand({ TemplateName: 'order', TemplateContent }));
    const content = (TemplateData: string) => ({ Template: { TemplateName: 'order', TemplateData } });
    const to = { FromEmailAddress: desk, Destination: { ToAddresses: [admin] } };
    await lab.ses.send(new SendEmailCommand({ ...to, Content: content('{"id": 7, "dishes": [{"name": "crab"}]}') }));
    assert.deepEqual([lab.last(admin).subject, lab.last(admin).html], ['Order 7', '<p>crab;</p>']);
    const before = lab.mails(admin).length;
    await lab.ses.send(new SendEmailCommand({ ...to, Content: content('{}') }));
    assert.equal(lab.mails(admin).length, before);
    const test = (TemplateData: string) =>
      lab.ses.send(new TestRenderEmailTemplateCommand({ TemplateName: 'order', TemplateData }));
    await assert.rejects(test('{}'), {
      name: 'BadRequestException',
      message: "Attribute 'id' is not present in the rendering data.",
    });
    assert.match((await test('{"id": 8, "dishes": []}')).RenderedTemplate ?? '', /Subject: Order 8/);
  });

  test('in bulk goes to each with its own data, and what fails is told of that one', async () => {
    const { BulkEmailEntryResults: results = [] } = await lab.ses.send(
      new SendBulkEmailCommand({
        FromEmailAddress: desk,
        DefaultContent: { Template: { TemplateName: 'order', TemplateData: '{"id": 1, "dishes": []}' } },
        BulkEmailEntries: [
          { Destination: { ToAddresses: ['one@example.com'] } },
          {
            Destination: { ToAddresses: ['two@example.com'] },
            ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: '{"id": 2}' } },
          },
          { Destination: { ToAddresses: ['nonsense'] } },
        ],
      }),
    );
    assert.deepEqual(
      results.map(({ Status }) => Status),
      ['SUCCESS', 'SUCCESS', 'INVALID_PARAMETER'],
    );
    assert.deepEqual([lab.last('one@').subject, lab.last('two@').subject], ['Order 1', 'Order 2']);
  });

  test('is charged by its recipients and the size of its attachments', async () => {
    const used: Record<string, number> = {};
    const stop = lab.orrery.kernel.events.on('usage', ({ service, usageType, amount }) => {
      if (service === 'ses') used[usageType] = (used[usageType] ?? 0) + amount;
    });
    const input = simple(desk, [admin, 'two@example.com']);
    const Attachments = [{ FileName: 'a.bin', RawContent: Buffer.alloc(57 * 1024) }];
    const Content = { Simple: { ...input.Content.Simple, Attachments } };
    await lab.ses.send(new SendEmailCommand({ ...input, Content }));
    stop();
    assert.deepEqual(used, { Recipients: 2, 'AttachmentsSize-Bytes': (2 * 78 * 1024) / 2 ** 30 });
  });

  test('is refused by what is wrong with it', async () => {
    const good = simple(desk, [admin]);
    const refusedWith = (input: object, name: string, message: RegExp) =>
      assert.rejects(lab.ses.send(new SendEmailCommand({ ...good, ...input })), { name, message });
    await refusedWith({ Destination: {} }, 'BadRequestException', /recipient/);
    await refusedWith({ ReplyToAddresses: ['a@b.org\r\nBcc: x@y.org'] }, 'BadRequestException', /Illegal address/);
    await refusedWith(
      { Destination: { ToAddresses: ['a@b.org\r\nBcc: x@y.org'] } },
      'BadRequestException',
      /Illegal address/,
    );
    await refusedWith({ FromEmailAddress: `Desk\r\nBcc: x@y.org <${desk}>` }, 'BadRequestException', /Illegal address/);
    await refusedWith({ Destination: { ToAddresses: Array(51).fill(admin) } }, 'BadRequestException', /exceeds 50/);
    await refusedWith({ FromEmailAddress: 'stranger@other.org' }, 'MessageRejected', /US-EAST-1: stranger@other\.org$/);
    await refusedWith(
      { ConfigurationSetName: 'none' },
      'NotFoundException',
      /Configuration set <none> does not exist\./,
    );
    await refusedWith(
      { ListManagementOptions: { ContactListName: 'x' } },
      'NotImplemented',
      /ListManagementOptions.* contact lists/,
    );
    const Attachments = [{ FileName: 'run.exe', RawContent: Buffer.from('MZ') }];
    await refusedWith(
      { Content: { Simple: { ...good.Content.Simple, Attachments } } },
      'BadRequestException',
      /Illegal filename 'run\.exe'/,
    );
    const Data = Buffer.concat([Buffer.from(`From: ${desk}\r\n\r\n`), Buffer.alloc(40 * 1024 * 1024, 'x')]);
    await refusedWith(
      { Content: { Raw: { Data } } },
      'BadRequestException',
      /Message length is more than 41943040 bytes/,
    );
    await lab.ses.send(new PutAccountSendingAttributesCommand({ SendingEnabled: false }));
    await refusedWith({}, 'SendingPausedException', /disabled for this account/);
    await lab.ses.send(new PutAccountSendingAttributesCommand({ SendingEnabled: true }));
  });
});
