import type MailComposer from 'nodemailer/lib/mail-composer';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import type { Kernel } from '../../kernel/service.ts';

const mailComposer = packageOnDemand<typeof MailComposer>('nodemailer/lib/mail-composer');

export interface Composition {
  from: string;
  to?: string[];
  cc?: string[];
  replyTo?: string[];
  subject: string;
  text?: string | undefined;
  html?: string | undefined;
  attachments?: Part[];
  /** Further headers, in this order. */
  headers?: { key: string; value: string }[];
  /** Without the angle brackets. */
  messageId: string;
}

export interface Part {
  filename: string;
  content: Buffer;
  contentType?: string;
  contentDisposition?: 'attachment' | 'inline';
  /** Content-ID, without the angle brackets. */
  cid?: string;
  contentTransferEncoding?: '7bit' | 'base64' | 'quoted-printable';
  headers?: Record<string, string>;
}

/** MIME of a mail. Date and boundaries are the cloud's, so that the same seed gives the same bytes. */
export async function composeMail(kernel: Kernel, { messageId, ...mail }: Composition): Promise<Buffer> {
  const composer = new (mailComposer())({
    ...mail,
    messageId: `<${messageId}>`,
    date: new Date(kernel.clock.now()),
    // What is named is never fetched: content is given, and paths and addresses are not followed.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...({ baseBoundary: kernel.ids.hex(24) } as object),
  });
  return composer.compile().build();
}
