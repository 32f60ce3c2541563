import type PostalMime from 'postal-mime';
import type { Address, Email } from 'postal-mime';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';

const postalMime = packageOnDemand<typeof PostalMime>('postal-mime');

/** A mail as a person reads it. */
export interface ParsedMail {
  /** As the header shows it: `desk@example.com`, or `Slack Water <desk@example.com>`. */
  from: string;
  to: string[];
  cc: string[];
  replyTo: string[];
  subject: string;
  /** Empty when the mail has no plain part. */
  text: string;
  html: string;
  attachments: AttachmentAbout[];
}

export interface AttachmentAbout {
  /** Empty when the part has none. */
  name: string;
  contentType: string;
  size: number;
  disposition: 'attachment' | 'inline';
  /** Without the angle brackets: what `cid:` in the HTML names. */
  contentId: string;
}

export interface Attachment extends AttachmentAbout {
  content: Buffer;
}

export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const email = await readable(raw);
  return {
    from: email.from ? shown(email.from) : '',
    to: (email.to ?? []).map(shown),
    cc: (email.cc ?? []).map(shown),
    replyTo: (email.replyTo ?? []).map(shown),
    subject: email.subject ?? '',
    text: withoutLastBreak(email.text ?? ''),
    html: withoutLastBreak(email.html ?? ''),
    attachments: attachmentsOf(email).map(({ content, ...about }) => about),
  };
}

export async function readAttachments(raw: Buffer): Promise<Attachment[]> {
  return attachmentsOf(await readable(raw));
}

const shownBytes = 64 * 1024;

/** What the parser gives up on (parts in parts without end) was sent all the same: it is shown as it is. */
async function readable(raw: Buffer): Promise<Email> {
  try {
    return await postalMime().parse(raw);
  } catch {
    return { headers: [], headerLines: [], attachments: [], text: raw.toString('latin1', 0, shownBytes) };
  }
}

function attachmentsOf({ attachments }: Email): Attachment[] {
  return attachments.map((part) => {
    const content =
      typeof part.content === 'string' ? Buffer.from(part.content) : Buffer.from(part.content as ArrayBuffer);
    return {
      name: part.filename ?? '',
      contentType: part.mimeType,
      size: content.length,
      disposition: part.disposition === 'inline' ? 'inline' : 'attachment',
      contentId: part.contentId?.replace(/^<|>$/g, '') ?? '',
      content,
    };
  });
}

function shown(address: Address): string {
  if ('group' in address && address.group) return `${address.name}: ${address.group.map(shown).join(', ')};`;
  return address.name ? `${address.name} <${address.address ?? ''}>` : (address.address ?? '');
}

/** The line break before a boundary belongs to the boundary (RFC 2046, 5.1.1); the parser leaves one at the end. */
function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
