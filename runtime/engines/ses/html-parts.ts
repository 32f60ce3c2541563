// MIME (RFC 2045, 2046): the HTML of a mail is found in its parts, and written again as it was encoded.
import type * as Qp from 'nodemailer/lib/qp';
import { refused } from '../../kernel/errors.ts';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import { headerValue, parseRaw, type RawMessage, withHeaders } from './raw-message.ts';

const quotedPrintable = packageOnDemand<typeof Qp>('nodemailer/lib/qp');
const deepest = 20;

/** The mail with each HTML part changed, attached files aside. HTML is handed over as bytes (latin1). What changes nothing stays. */
export function withHtmlParts(entity: Buffer, change: (html: string) => string, depth = 0): Buffer {
  // A part that begins with its empty line has no headers: plain text.
  if (depth > deepest || entity[0] === 0x0a || entity[0] === 0x0d) return entity;
  const message = parseRaw(entity);
  const type = headerValue(message, 'Content-Type') ?? '';
  const boundary = /^multipart\//i.test(type) ? parameter(type, 'boundary') : undefined;
  if (boundary !== undefined)
    return withBody(
      entity,
      message,
      partsChanged(message.body, boundary, (part) => withHtmlParts(part, change, depth + 1)),
    );
  if (!/^text\/html\s*(?:;|$)/i.test(type)) return entity;
  if (/^attachment/i.test(headerValue(message, 'Content-Disposition') ?? '')) return entity;
  const charset = parameter(type, 'charset') ?? '';
  if (/^(?:utf-?(?:7|16|32)|iso-2022|hz-)/i.test(charset))
    throw refused(`tracking opens and clicks in HTML of the character set ${charset}`, 'send it as UTF-8.');
  return htmlChanged(entity, message, change);
}

function htmlChanged(entity: Buffer, message: RawMessage, change: (html: string) => string): Buffer {
  const encoding = headerValue(message, 'Content-Transfer-Encoding')?.trim().toLowerCase() ?? '7bit';
  const text = message.body.toString('latin1');
  const html = decoded(text, encoding);
  const changed = change(html);
  if (changed === html) return entity;
  const bytes = Buffer.from(changed, 'latin1');
  const lastBreak = /\r?\n$/.exec(text)?.[0] ?? '';
  if (encoding === 'base64') {
    const lines = bytes.toString('base64').match(/.{1,76}/g) ?? [];
    return withBody(entity, message, Buffer.from(lines.join('\r\n') + lastBreak));
  }
  const { encode, wrap } = quotedPrintable();
  const body = Buffer.from(wrap(encode(bytes)), 'latin1');
  if (encoding === 'quoted-printable') return withBody(entity, message, body);
  // Links grow: as it was, a line could become longer than mail allows.
  return withHeaders({ ...message, body }, { 'Content-Transfer-Encoding': 'quoted-printable' });
}

function decoded(text: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return text;
  return text
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The headers byte for byte as they were. */
function withBody(entity: Buffer, { body }: RawMessage, changed: Buffer): Buffer {
  return Buffer.concat([entity.subarray(0, entity.length - body.length), changed]);
}

function partsChanged(body: Buffer, boundary: string, change: (part: Buffer) => Buffer): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  let inPart = false;
  for (const { from, to, last } of delimiters(body.toString('latin1'), `--${boundary}`)) {
    // A part without anything: one line break ends the delimiter and begins the next.
    const start = Math.max(copied, from);
    const piece = body.subarray(copied, start);
    pieces.push(inPart ? change(piece) : piece, body.subarray(start, to));
    copied = to;
    inPart = !last;
    if (last) break;
  }
  const rest = body.subarray(copied);
  return Buffer.concat([...pieces, inPart ? change(rest) : rest]);
}

/** Lines that part one part from the next. The line break before such a line belongs to it (RFC 2046, 5.1.1). */
function* delimiters(text: string, line: string): Generator<{ from: number; to: number; last: boolean }> {
  const end = /(--)?[ \t]*(?:\r?\n|$)/y;
  for (let at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    end.lastIndex = at + line.length;
    const match = end.exec(text);
    if (!match) continue;
    const breakBytes = at === 0 ? 0 : text[at - 2] === '\r' ? 2 : 1;
    yield { from: at - breakBytes, to: end.lastIndex, last: match[1] !== undefined };
  }
}

function parameter(header: string, name: string): string | undefined {
  for (const [, key, quoted, bare] of header.matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/g))
    if (key?.toLowerCase() === name) return quoted ?? bare;
  return undefined;
}
