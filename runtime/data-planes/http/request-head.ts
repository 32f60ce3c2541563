/** A request that came in one piece. */
export interface WholeRequest {
  method: string;
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const longestHead = 16 * 1024;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/**
 * Reads a piece that is exactly one plain request: HTTP/1.1, its head and its body whole, each header once, nothing in it that
 * has two readings. Undefined for everything else, also for what is wrong: Node's parser decides about that.
 */
export function readWhole(piece: Buffer): WholeRequest | undefined {
  const end = piece.indexOf('\r\n\r\n');
  if (end === -1 || end > longestHead) return undefined;
  const head = piece.toString('latin1', 0, end);
  const firstEnd = head.indexOf('\r\n');
  const line = /^([A-Z]+) (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(firstEnd === -1 ? head : head.slice(0, firstEnd));
  const method = line?.[1] ?? '';
  if (!line || !methods.has(method)) return undefined;
  const headers = firstEnd === -1 ? undefined : readHeaders(head, firstEnd + 2);
  if (headers?.host === undefined || !isPlain(headers)) return undefined;
  const length = headers['content-length'] ?? '0';
  if (!/^\d{1,9}$/.test(length) || piece.length !== end + 4 + Number(length)) return undefined;
  return { method, url: line[2] ?? '', headers, body: length === '0' ? undefined : piece.subarray(end + 4) };
}

function readHeaders(head: string, from: number): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (let start = from; start < head.length; ) {
    const found = head.indexOf('\r\n', start);
    const end = found === -1 ? head.length : found;
    const colon = head.indexOf(':', start);
    if (colon === -1 || colon > end) return undefined;
    const name = nameOf(head.slice(start, colon));
    const value = head.slice(colon + 1, end);
    // Twice is for Node to join or to refuse; so are the few names that every object has (`constructor`).
    if (name === '' || headers[name] !== undefined || /[^\t\x20-\x7e]/.test(value)) return undefined;
    headers[name] = value.trim();
    start = end + 2;
  }
  return headers;
}

/** Nothing that changes how the connection goes on, or how the body is to be read. */
function isPlain(headers: Record<string, string>): boolean {
  return (
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined &&
    headers.expect === undefined &&
    headers.trailer === undefined &&
    headers['set-cookie'] === undefined &&
    (headers.connection === undefined || /^keep-alive$/i.test(headers.connection))
  );
}

const knownNames = new Map<string, string>();
const mostNames = 1000;

/** In lower case; empty for what is no header's name. */
function nameOf(raw: string): string {
  let name = knownNames.get(raw);
  if (name === undefined) {
    name = /^[\w!#$%&'*+.^`|~-]+$/.test(raw) ? raw.toLowerCase() : '';
    if (knownNames.size >= mostNames) knownNames.clear();
    knownNames.set(raw, name);
  }
  return name;
}
