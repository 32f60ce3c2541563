import { type KeptMail, mailbox } from '../engines/mail/mailbox.ts';
import { PersonError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/service.ts';

/** A mail as `orrery mail --json` gives it. */
export interface ShownMail {
  number: number;
  id: string;
  /** What sent it: sesv2, sns. */
  service: string;
  time: string;
  from: string;
  to: string[];
  cc: string[];
  replyTo: string[];
  /** Those it was delivered to, which the headers need not name. */
  recipients: string[];
  subject: string;
  text: string;
  html: string;
  attachments: {
    name: string;
    contentType: string;
    size: number;
    disposition: string;
    contentId: string;
    /** Base64; only where contents were asked for. */
    content?: string;
  }[];
  /** MIME as it was sent, where that was asked for. */
  raw?: string;
}

/** The mails of the running cloud, one a line: all, or one by its number or id. */
export async function* keptMail(kernel: Kernel, query: URLSearchParams): AsyncGenerator<ShownMail> {
  const box = kernel.engine(mailbox);
  const which = query.get('which');
  const last = Number(query.get('last') ?? '');
  const mails =
    which === null ? box.list({ to: query.get('to') ?? '', ...(last > 0 ? { last } : {}) }) : [one(kernel, which)];
  for (const mail of mails) {
    const contents = query.get('contents') === 'true' ? await box.attachments(mail) : [];
    yield {
      ...shown(mail),
      attachments: mail.attachments.map((about, index) => {
        const content = contents[index]?.content;
        return { ...about, ...(content ? { content: content.toString('base64') } : {}) };
      }),
      ...(query.get('raw') === 'true' ? { raw: box.raw(mail.id)?.toString() ?? '' } : {}),
    };
  }
}

function one(kernel: Kernel, which: string): KeptMail {
  const mail = kernel.engine(mailbox).find(which);
  if (mail) return mail;
  throw new PersonError('no-such-mail', `There is no mail ${which}.`, '`orrery mail` lists what was sent.');
}

function shown(mail: KeptMail): ShownMail {
  const { number, id, service, timeMs, from, to, cc, replyTo, recipients, subject, text, html, attachments } = mail;
  const time = new Date(timeMs).toISOString();
  return { number, id, service, time, from, to, cc, replyTo, recipients, subject, text, html, attachments };
}
