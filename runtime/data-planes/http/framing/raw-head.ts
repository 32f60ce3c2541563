/** A request's head as it came, before anybody has decided what it means. Texts are latin1. */
export interface RawHead {
  method: string;
  target: string;
  /** Empty where the request line has none (HTTP/0.9). */
  version: string;
  headers: RawHeader[];
}

export interface RawHeader {
  name: string;
  /** Without the white space around it. */
  value: string;
  /** It went on over further lines. */
  folded: boolean;
}

/** `text` ends before the empty line. Undefined for what is no request at all: a line without a colon, or without a target. */
export function readRawHead(text: string): RawHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const line = /^([^ ]+) (.*?)(?: ([^ ]* ?))?$/s.exec(first);
  if (!line?.[1]) return undefined;
  const [, method, between = '', last = ''] = line;
  const [target, version] = splitTarget(between, last);
  if (target === '') return undefined;
  const headers: RawHeader[] = [];
  for (const one of lines) {
    const before = headers.at(-1);
    if (before && /^[ \t]/.test(one)) {
      before.folded = true;
      before.value = `${before.value} ${one.trim()}`;
      continue;
    }
    const colon = one.indexOf(':', one.startsWith(':') ? 0 : 1);
    if (colon === -1) return undefined;
    headers.push({ name: one.slice(0, colon), value: trimmed(one.slice(colon + 1)), folded: false });
  }
  return { method, target, version, headers };
}

/** The version is what follows the last space, if it looks like one; a space in the target is one more before it. */
function splitTarget(between: string, last: string): [string, string] {
  return last === '' || /^HTTP\//i.test(last) ? [between, last] : [`${between} ${last}`.trim(), ''];
}

function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (isBlank(text[from])) from += 1;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
