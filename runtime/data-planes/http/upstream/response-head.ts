/** How an answer's body ends (RFC 9112 §6.3). */
export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'close' };

export interface ResponseHead {
  status: number;
  /** Lower-case names; `set-cookie` as a list, other repeated headers joined. */
  headers: Record<string, string | string[]>;
  framing: Framing;
  /** Whether the connection may be used again, and for how long the server keeps it when it says so. */
  keepAlive: boolean;
  keepAliveSeconds: number | undefined;
}

/** What a server sent is no HTTP/1.1: the exchange ends with it, as nothing after it could be trusted. */
export class BadResponse extends Error {
  readonly code = 'EBADRESPONSE';
}

/** Without the blank line that ends it. Lines end with CRLF, as RFC 9112 §2.2 wants of servers. */
export function parseHead(text: string, method: string): ResponseHead {
  const firstEnd = text.indexOf('\r\n');
  const statusLine = firstEnd === -1 ? text : text.slice(0, firstEnd);
  const status = Number(statusLine.slice(9, 12));
  if (!(statusLine.startsWith('HTTP/1.1 ') || statusLine.startsWith('HTTP/1.0 ')) || !(status >= 100 && status <= 999))
    throw new BadResponse(`a status line was ${JSON.stringify(statusLine.slice(0, 100))}`);
  const headers: Record<string, string | string[]> = {};
  for (let start = firstEnd === -1 ? text.length : firstEnd + 2; start < text.length; ) {
    const found = text.indexOf('\r\n', start);
    const end = found === -1 ? text.length : found;
    addHeader(headers, text, start, end);
    start = end + 2;
  }
  return {
    status,
    headers,
    framing: framingOf(status, headers, method),
    ...persistence(headers, statusLine[7] === '0'),
  };
}

function addHeader(headers: ResponseHead['headers'], text: string, start: number, end: number): void {
  const colon = text.indexOf(':', start);
  if (colon <= start || colon >= end) throw new BadResponse(`a header was ${JSON.stringify(text.slice(start, end))}`);
  const name = text.slice(start, colon).toLowerCase();
  // A space before the colon hides a header from some readers (RFC 9112 §5.1); a bare line end would forge one.
  if (!isToken(name)) throw new BadResponse(`a header's name was ${JSON.stringify(name)}`);
  const value = text.slice(colon + 1, end).trim();
  if (value.includes('\n') || value.includes('\r') || value.includes('\0'))
    throw new BadResponse(`the header ${name} has a control character`);
  const before = headers[name];
  if (name === 'set-cookie') headers[name] = before === undefined ? [value] : [...before, value];
  else headers[name] = before === undefined ? value : `${before}, ${value}`;
}

/** Names come again and again; those that were good once are. */
const goodNames = new Set<string>();
const mostNames = 1000;

function isToken(name: string): boolean {
  if (goodNames.has(name)) return true;
  const good = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name);
  if (good && goodNames.size < mostNames) goodNames.add(name);
  return good;
}

function framingOf(status: number, headers: ResponseHead['headers'], method: string): Framing {
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) return { kind: 'none' };
  const encoding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (encoding !== undefined) {
    if (length !== undefined) throw new BadResponse('both Transfer-Encoding and Content-Length were sent');
    return /(^|[\s,])chunked\s*$/i.test(String(encoding)) ? { kind: 'chunked' } : { kind: 'close' };
  }
  if (length === undefined) return { kind: 'close' };
  if (!/^\d{1,15}$/.test(String(length))) throw new BadResponse(`Content-Length was ${JSON.stringify(length)}`);
  const bytes = Number(length);
  return bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes };
}

function persistence(
  headers: ResponseHead['headers'],
  old: boolean,
): Pick<ResponseHead, 'keepAlive' | 'keepAliveSeconds'> {
  const connection = String(headers.connection ?? '').toLowerCase();
  const keepAlive = old ? connection.includes('keep-alive') : !connection.includes('close');
  const hint = headers['keep-alive'];
  const seconds = hint === undefined ? undefined : /timeout=(\d+)/.exec(String(hint))?.[1];
  return { keepAlive, keepAliveSeconds: seconds === undefined ? undefined : Number(seconds) };
}
