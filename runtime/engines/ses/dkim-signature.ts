import { createHash, sign } from 'node:crypto';
import type { DkimSigner } from './dkim-keys.ts';
import { parseRaw } from './raw-message.ts';

/** What is signed where it is there ("Determining the Header Fields to Sign", RFC 6376, 5.4.1); From must be. */
const signedHeaders = [
  'from',
  'to',
  'cc',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
];

/** The message with a signature in front (RFC 6376), rsa-sha256 over relaxed headers and the body as it is, as SES does. */
export function withDkimSignature(raw: Buffer, signer: DkimSigner, nowMs: number): Buffer {
  const { headers, body } = parseRaw(raw);
  const lines = signedHeaders.flatMap((name) => {
    // Of several headers of one name the last is the one that is signed first.
    const last = headers.findLast((header) => header.name.toLowerCase() === name);
    return last ? [relaxed(name, last.value)] : [];
  });
  const names = lines.map((line) => line.slice(0, line.indexOf(':')));
  const bodyHash = createHash('sha256').update(simpleBody(body)).digest('base64');
  const tags = [
    'v=1',
    'a=rsa-sha256',
    'q=dns/txt',
    'c=relaxed/simple',
    `s=${signer.selector}`,
    `d=${signer.domain}`,
    `t=${Math.floor(nowMs / 1000)}`,
    `h=${names.join(':')}`,
    `bh=${bodyHash}`,
  ];
  const unsigned = `${tags.join('; ')}; b=`;
  const text = [...lines, relaxed('dkim-signature', unsigned)].join('\r\n');
  const signature = sign('sha256', Buffer.from(text, 'latin1'), signer.privateKey).toString('base64');
  // Long values are folded where white space means nothing; what is relaxed is the same.
  const folded = [...tags, `b=${(signature.match(/.{1,72}/g) ?? []).join('\r\n\t')}`].join(';\r\n\t');
  return Buffer.concat([Buffer.from(`DKIM-Signature: ${folded}\r\n`, 'latin1'), raw]);
}

/** "The relaxed Header Canonicalization Algorithm": one line, lower-case name, single spaces. */
function relaxed(name: string, value: string): string {
  return `${name}:${value.replace(/\s+/g, ' ').trim()}`;
}

/** "The simple Body Canonicalization Algorithm": lines end in CRLF, empty ones at the end do not count. */
function simpleBody(body: Buffer): Buffer {
  const text = body.toString('latin1').replace(/\r?\n/g, '\r\n');
  let end = text.length;
  while (text.startsWith('\r\n', end - 2)) end -= 2;
  return Buffer.from(`${text.slice(0, end)}\r\n`, 'latin1');
}
