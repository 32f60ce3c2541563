import { codingsOf, isLength, standsFor, token } from './classify.ts';
import { encodeControls, withoutControls } from './control-characters.ts';
import type { RawHead, RawHeader } from './raw-head.ts';

/**
 * The same request with one reading only: the length of its body said once, each header on a line of its own. `Transfer-Encoding`
 * goes before `Content-Length` (RFC 9112 §6.3); of lengths that differ the first counts; what no header may hold is left out.
 * The connection ends with it, whatever follows on it.
 */
export function plainHead(head: RawHead, options: { last: boolean }): string {
  const body = bodyLines(head.headers);
  const version = head.version === 'HTTP/1.0' && !body.includes(chunked) ? head.version : 'HTTP/1.1';
  const lines = [`${token.test(head.method) ? head.method : 'GET'} ${encodeControls(head.target)} ${version}`];
  let hasHost = false;
  for (const { name, value } of head.headers) {
    const lower = name.toLowerCase();
    if (!token.test(name) || ofBody.has(lower) || (options.last && lower === 'connection')) continue;
    if (lower === 'host') {
      if (hasHost) continue;
      hasHost = true;
    }
    lines.push(`${name}: ${withoutControls(value)}`);
  }
  lines.push(...body);
  if (options.last) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const chunked = 'Transfer-Encoding: chunked';
const ofBody = new Set(['content-length', 'transfer-encoding']);

function bodyLines(headers: readonly RawHeader[]): string[] {
  const exact = (wanted: string): RawHeader[] =>
    headers.filter(({ name }) => standsFor(name) === wanted && name.toLowerCase() === wanted);
  const codings = exact('transfer-encoding').flatMap(({ value }) => codingsOf(value));
  if (codings.at(-1) === 'chunked') return [chunked];
  const length = exact('content-length').find(({ value }) => isLength(value));
  return length ? [`Content-Length: ${length.value}`] : [];
}
