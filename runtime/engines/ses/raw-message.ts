// A MIME message as bytes: its header block taken apart and put together again, its body untouched.

export interface RawMessage {
  headers: Header[];
  body: Buffer;
}

export interface Header {
  name: string;
  /** Unfolded, as it stands: encoded words stay encoded. */
  value: string;
}

export function parseRaw(raw: Buffer): RawMessage {
  const { end, bodyAt } = headerEnd(raw);
  const lines = raw.toString('latin1', 0, end).split(/\r?\n/);
  const headers: Header[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last) last.value += ` ${line.trim()}`;
    else if (line.includes(':')) {
      const at = line.indexOf(':');
      headers.push({ name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() });
    }
  }
  return { headers, body: raw.subarray(bodyAt) };
}

export function headerValue({ headers }: RawMessage, name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value;
}

/** With these headers instead of those of the same names; `undefined` takes one away. New ones stand first. */
export function withHeaders(message: RawMessage, change: Record<string, string | undefined>): Buffer {
  const replaced = new Set(Object.keys(change).map((name) => name.toLowerCase()));
  const added = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const kept = message.headers.filter(({ name }) => !replaced.has(name.toLowerCase()));
  const block = [...added, ...kept].map(({ name, value }) => `${folded(name, value)}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${block}\r\n`, 'latin1'), message.body]);
}

/** Lines of at most 998 bytes (RFC 5322, 2.1.1), broken at white space near 76; a value cannot bring line breaks of its own. */
function folded(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(/\s+/)) {
    if (line.length + word.length >= 76 && line.trim() !== '' && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\r\n');
}

function headerEnd(raw: Buffer): { end: number; bodyAt: number } {
  const crlf = raw.indexOf('\r\n\r\n');
  const lf = raw.indexOf('\n\n');
  if (crlf < 0 && lf < 0) return { end: raw.length, bodyAt: raw.length };
  return crlf >= 0 && (lf < 0 || crlf < lf) ? { end: crlf, bodyAt: crlf + 4 } : { end: lf, bodyAt: lf + 2 };
}
