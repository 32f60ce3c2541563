import type { Attachment, EmailTemplateContent, MessageHeader } from '@aws-sdk/client-sesv2';
import { refused } from '../../kernel/errors.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Context } from '../../kernel/service.ts';
import { composeMail, type Part } from '../mail/compose.ts';
import { bareAddress, flat } from './addresses.ts';
import { badRequest } from './errors.ts';
import { headerValue, parseRaw, type RawMessage, withHeaders } from './raw-message.ts';
import { MissingAttribute, renderContent } from './render.ts';
import type { Unrenderable } from './send.ts';
import { TemplateError } from './template-syntax.ts';

/** What the headers of a mail that SES writes itself show. */
export interface Envelope {
  from: string;
  to?: string[] | undefined;
  cc?: string[] | undefined;
  replyTo?: string[] | undefined;
  headers?: readonly MessageHeader[] | undefined;
  attachments?: readonly Attachment[] | undefined;
}

/** Mails go out as UTF-8, of which ASCII is a part; another character set that is asked for would not be what is sent. */
export function checkCharsets(parts: readonly ({ Charset?: string | undefined } | undefined)[]): void {
  for (const part of parts) {
    const charset = part?.Charset || 'UTF-8';
    if (!/^(?:utf-?8|us-ascii|ascii|7bit)$/i.test(charset))
      throw refused(`ses parameter Charset ${charset}`, 'mails go out as UTF-8.');
  }
}

/** A mail from its subject and bodies. */
export function composeSimple(
  ctx: Context,
  { from, to = [], cc = [], replyTo = [], headers = [], attachments = [] }: Envelope,
  { Subject = '', Text, Html }: EmailTemplateContent,
): (messageId: string) => Promise<Buffer> {
  if (/[\r\n]/.test(Subject)) throw badRequest('Control characters not allowed in the subject.');
  checkHeaders(headers);
  replyTo.forEach(bareAddress);
  const parts = attachments.map(partOf);
  return (messageId) =>
    composeMail(ctx, {
      from,
      ...(to.length > 0 ? { to } : {}),
      ...(cc.length > 0 ? { cc } : {}),
      ...(replyTo.length > 0 ? { replyTo } : {}),
      subject: Subject,
      text: Text,
      html: Html,
      headers: headers.map(({ Name = '', Value = '' }) => ({ key: Name, value: Value })),
      attachments: parts,
      messageId: `${messageId}@${mailDomain(ctx.region)}`,
    });
}

/** As composeSimple, of a template; a variable that is missing is found out only here, after the mail was accepted. */
export function composeTemplate(
  ctx: Context,
  envelope: Envelope,
  {
    templateName,
    content,
    data,
  }: { templateName: string; content: EmailTemplateContent; data: Record<string, unknown> },
): (messageId: string) => Promise<Buffer | Unrenderable> {
  return async (messageId) => {
    let rendered: EmailTemplateContent;
    try {
      rendered = renderContent(content, data);
    } catch (error) {
      if (error instanceof TemplateError) return { templateName, errorMessage: error.message };
      throw error;
    }
    return composeSimple(ctx, envelope, { ...rendered, Subject: rendered.Subject && inOneLine(rendered.Subject) })(
      messageId,
    );
  };
}

/** A header ends with its line. */
function inOneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

export interface ReadRaw {
  message: RawMessage;
  from: string | undefined;
  destination: string[];
  returnPath: string | undefined;
  configurationSetName: string | undefined;
  /** The identity of somebody else that it is sent in the name of ("Sending emails for the identity owner"). */
  sourceArn: string | undefined;
  tags: { Name: string; Value: string }[] | undefined;
}

/** What the headers of a raw mail say; "Sending raw email" lists those of SES. */
export function readRaw(data: Uint8Array): ReadRaw {
  const message = parseRaw(Buffer.from(data));
  const value = (name: string) => headerValue(message, name);
  const tags = value('X-SES-MESSAGE-TAGS');
  return {
    message,
    from: value('From'),
    destination: ['To', 'Cc', 'Bcc'].flatMap((name) => flat(value(name) ?? '')),
    returnPath: value('Return-Path'),
    configurationSetName: value('X-SES-CONFIGURATION-SET'),
    sourceArn: value('X-SES-SOURCE-ARN') ?? value('X-SES-FROM-ARN'),
    tags: tags?.split(',').map((pair) => {
      const [Name = '', Value = ''] = pair.split('=');
      return { Name: Name.trim(), Value: Value.trim() };
    }),
  };
}

/** Headers that ask SES for what is not done; they do not reach the recipients either. */
const notDone = {
  'X-SES-LIST-MANAGEMENT-OPTIONS': 'contact lists are not done.',
  'X-SES-RETURN-PATH-ARN': 'the return path must be of this account.',
  'X-SES-TENANT': 'tenants are not done.',
};

/** SES puts its own Message-ID and Date in, and takes out what is not for the recipients. */
export function composeRaw(
  ctx: Context,
  { message }: ReadRaw,
  replyTo: readonly string[] = [],
): (messageId: string) => Promise<Buffer> {
  if (headerValue(message, 'From') === undefined) throw badRequest("Missing required header 'From'.");
  for (const [name, why] of Object.entries(notDone))
    if (headerValue(message, name) !== undefined) throw refused(`the mail header ${name}`, why);
  replyTo.forEach(bareAddress);
  const date = new Date(ctx.clock.now()).toUTCString().replace('GMT', '+0000');
  const own = message.headers.filter(({ name }) => /^x-ses-/i.test(name)).map(({ name }) => [name, undefined]);
  return async (messageId) =>
    withHeaders(message, {
      ...Object.fromEntries(own),
      'Return-Path': undefined,
      Bcc: undefined,
      ...(replyTo.length > 0 ? { 'Reply-To': replyTo.join(', ') } : {}),
      'Message-ID': `<${messageId}@${mailDomain(ctx.region)}>`,
      Date: date,
    });
}

export function parseTemplateData(text: string | undefined): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text ?? '{}');
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw badRequest('Invalid template data: it is not a JSON object.', 'InvalidRenderingParameter');
}

/** TestRenderTemplate: the whole MIME message, or what is wrong at once. */
export async function testRender(
  ctx: Context,
  content: EmailTemplateContent,
  data: Record<string, unknown>,
): Promise<string> {
  try {
    const rendered = renderContent(content, data);
    const raw = await composeSimple(ctx, { from: '' }, rendered)(ctx.ids.uuid());
    return withHeaders(parseRaw(raw), { From: undefined, 'Message-ID': undefined }).toString();
  } catch (error) {
    if (error instanceof MissingAttribute) throw badRequest(error.message, 'MissingRenderingAttribute');
    if (error instanceof TemplateError) throw badRequest(error.message, 'InvalidRenderingParameter');
    throw error;
  }
}

function mailDomain(region: string): string {
  return region === 'us-east-1' ? 'email.amazonses.com' : `${region}.amazonses.com`;
}

/** "Message headers", SendEmail: at most 15, and not those that have parameters of their own. */
function checkHeaders(headers: readonly MessageHeader[]): void {
  if (headers.length > 15) throw badRequest('Number of headers exceeds 15.');
  for (const { Name = '', Value = '' } of headers) {
    if (!/^[!-9;-~]{1,126}$/.test(Name)) throw badRequest(`Invalid header name: <${Name}>.`);
    if (!/^[\x20-\x7e]{1,870}$/.test(Value)) throw badRequest(`Invalid header value: <${Value}>.`);
    if (/^(from|to|cc|bcc|reply-to|subject|date|message-id|return-path|sender|mime-version|content-.*)$/i.test(Name))
      throw badRequest(`Header <${Name}> is not allowed: it has a parameter of its own.`);
  }
}

function partOf(attachment: Attachment): Part {
  const { FileName = '', RawContent = new Uint8Array(), ContentType, ContentDisposition, ContentId } = attachment;
  const { ContentTransferEncoding, ContentDescription } = attachment;
  const encoding = encodings[ContentTransferEncoding ?? 'BASE64'];
  if (FileName === '' || /\p{Cc}/u.test(FileName)) throw badRequest(`Illegal filename '${FileName}'.`);
  return {
    filename: FileName,
    content: Buffer.from(RawContent),
    contentTransferEncoding: encoding ?? 'base64',
    contentDisposition: ContentDisposition === 'INLINE' ? 'inline' : 'attachment',
    ...(ContentType === undefined ? {} : { contentType: ContentType }),
    ...(ContentId === undefined ? {} : { cid: ContentId.replace(/^<|>$/g, '') }),
    ...(ContentDescription === undefined ? {} : { headers: { 'Content-Description': ContentDescription } }),
  };
}

const encodings: Record<string, Part['contentTransferEncoding']> = lookupTable({
  BASE64: 'base64',
  QUOTED_PRINTABLE: 'quoted-printable',
  SEVEN_BIT: '7bit',
});
