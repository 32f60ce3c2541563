import type { HttpResponse } from '../../../data-planes/http/exchange.ts';
import { mailbox } from '../../../engines/mail/mailbox.ts';
import { PersonError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';

const listed = 200;

/** The newest mails first, without their HTML. */
export function mailList(kernel: Kernel): object {
  const mails = kernel.engine(mailbox).list({ to: '', last: listed });
  return {
    mails: mails
      .map(({ number, timeMs, from, recipients, subject, text, html, attachments }) => ({
        number,
        timeMs,
        from,
        recipients,
        subject,
        text,
        hasHtml: html !== '',
        attachments: attachments.map(({ name, contentType, size }) => ({ name, contentType, size })),
      }))
      .reverse(),
  };
}

/**
 * A mail's HTML as a page of no origin, without scripts, forms or anything from outside; its own pictures are put into it. Shown
 * in a frame of the console.
 */
export async function mailPage(kernel: Kernel, number: string): Promise<HttpResponse> {
  const box = kernel.engine(mailbox);
  const mail = box.find(number);
  if (!mail) throw new PersonError('no-such-mail', `There is no mail ${number}.`, 'The list shows what was sent.');
  const contents = await box.attachments(mail);
  const body = mail.attachments.reduce((page, { contentId, contentType }, index) => {
    const content = contents[index]?.content;
    if (contentId === '' || !content || !/^image\/(png|jpeg|gif|webp)$/.test(contentType)) return page;
    return page.replaceAll(`cid:${contentId}`, `data:${contentType};base64,${content.toString('base64')}`);
  }, mail.html);
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
    body,
  };
}

/** A file that came with a mail, to be kept and never shown: whatever it says that it is. */
export async function mailAttachment(kernel: Kernel, query: URLSearchParams): Promise<HttpResponse> {
  const box = kernel.engine(mailbox);
  const mail = box.find(query.get('number') ?? '');
  const index = Number(query.get('index'));
  const about = mail?.attachments[index];
  const content = mail && about && (await box.attachments(mail))[index]?.content;
  if (!about || !content)
    throw new PersonError(
      'no-such-attachment',
      'There is no such attachment.',
      'The mail may have made room for others.',
    );
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      // "RFC 6266": the name in UTF-8, without what could lead out of a folder.
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName(about.name))}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
    body: content,
  };
}

function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(-120) || 'attachment';
}
