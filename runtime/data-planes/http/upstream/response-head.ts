/** How an answer's body ends (RFC 9112 §6.3). */
export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'close' };

export interface ResponseHead {
  status: number;
  /** Lower-case names; `set-cookie` as a list, other repeated headers joined. Without the connection's own, but for 101. */
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
  const own: Record<string, string | string[]> = {};
  for (let start = firstEnd === -1 ? text.length : firstEnd + 2; start < text.length; ) {
    const found = text.indexOf('\r\n', start);
    const end = found === -1 ? text.length : found;
    addHeader(status === 101 ? [headers, headers] : [headers, own], text, start, end);
    start = end + 2;
  }
  return {
    status,
    headers,
    framing: framingOf(status, headers['content-length'], own['transfer-encoding'], method),
    ...persistence(own, statusLine[7] === '0'),
  };
}

type Headers = ResponseHead['headers'];

/** What belongs to the connection and does not go on (RFC 9110 §7.6.1). */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** Kept apart when the head is read: an object from which names are deleted is slow ever after. */
function addHeader([passing, own]: [Headers, Headers], text: string, start: number, end: number): void {
  const colon = text.indexOf(':', start);
  if (colon <= start || colon >= end) throw new BadResponse(`a header was ${JSON.stringify(text.slice(start, end))}`);
  const name = text.slice(start, colon).toLowerCase();
  // A space before the colon hides a header from some readers (RFC 9112 §5.1); a bare line end would forge one.
  if (!isToken(name)) throw new BadResponse(`a header's name was ${JSON.stringify(name)}`);
  const value = text.slice(colon + 1, end).trim();
  if (value.includes('\n') || value.includes('\r') || value.includes('\0'))
    throw new BadResponse(`the header ${name} has a control character`);
  const headers = ofConnection.has(name) ? own : passing;
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

type Value = string | string[] | undefined;

function framingOf(status: number, length: Value, encoding: Value, method: string): Framing {
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) return { kind: 'none' };
  if (encoding !== undefined) {
    if (length !== undefined) throw new BadResponse('both Transfer-Encoding and Content-Length were sent');
    return /(^|[\s,])chunked\s*$/i.test(String(encoding)) ? { kind: 'chunked' } : { kind: 'close' };
  }
  if (length === undefined) return { kind: 'close' };
  if (!/^\d{1,15}$/.test(String(length))) throw new BadResponse(`Content-Length was ${JSON.stringify(length)}`);
  const bytes = Number(length);
  return bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes };
}

function persistence(headers: Headers, old: boolean): Pick<ResponseHead, 'keepAlive' | 'keepAliveSeconds'> {
  const connection = String(headers.connection ?? '').toLowerCase();
  const keepAlive = old ? connection.includes('keep-alive') : !connection.includes('close');
  const hint = headers['keep-alive'];
  const seconds = hint === undefined ? undefined : /timeout=(\d+)/.exec(String(hint))?.[1];
  return { keepAlive, keepAliveSeconds: seconds === undefined ? undefined : Number(seconds) };
}
