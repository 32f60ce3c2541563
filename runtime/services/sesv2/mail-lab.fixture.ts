import assert from 'node:assert/strict';
import { CreateEmailIdentityCommand, PutAccountDetailsCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type KeptMail, mailbox } from '../../engines/mail/mailbox.ts';

/** A cloud that sends mail, and its mailboxes. */
export class MailLab {
  readonly orrery: Orrery;
  readonly ses: SESv2Client;

  static async start(services: string[] = []): Promise<MailLab> {
    return new MailLab(await startOrrery({ services: ['iam', 'sts', 'sesv2', ...services] }));
  }

  constructor(orrery: Orrery) {
    this.orrery = orrery;
    this.ses = orrery.client(SESv2Client);
  }

  /** Every mail to somebody whose address holds `to`. */
  mails(to = ''): KeptMail[] {
    return this.orrery.kernel.engine(mailbox).list({ to });
  }

  last(to = ''): KeptMail {
    return this.mails(to).at(-1) ?? assert.fail(`no mail to ${to}`);
  }

  /** Asks for the address, and opens the link in the mail that comes to it. */
  async verify(...addresses: string[]): Promise<void> {
    for (const EmailIdentity of addresses) {
      await this.ses.send(new CreateEmailIdentityCommand({ EmailIdentity }));
      await this.openLink(EmailIdentity);
    }
  }

  async openLink(address: string): Promise<Response> {
    const link = /http:\S+/.exec(this.last(address).text)?.[0] ?? assert.fail('no link');
    return fetch(link);
  }

  /** Out of the sandbox. */
  async leaveSandbox(): Promise<void> {
    await this.ses.send(
      new PutAccountDetailsCommand({
        MailType: 'TRANSACTIONAL',
        WebsiteURL: 'https://example.com',
        ProductionAccessEnabled: true,
      }),
    );
  }
}

export function simple(from: string, to: string[], subject = 'Hello') {
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: to },
    Content: {
      Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'Text' }, Html: { Data: '<p>HTML</p>' } } },
    },
  };
}
