import { hasControls } from './control-characters.ts';
import type { RawHead, RawHeader } from './raw-head.ts';

export type FramingClass = 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe';

/** How differently servers could read a request, and why; the words are those of access logs. */
export interface Framing {
  class: FramingClass;
  reason: string;
}

/**
 * "Desync mitigation mode" and "Classification reasons" (User Guide for Application Load Balancers); where their tables leave
 * a case open, as AWS's library HTTP Desync Guardian has it. The most severe finding counts.
 */
export function classifyHead(head: RawHead): Framing {
  const findings = [...ofRequestLine(head), ...ofHeaders(head.headers), ...ofBody(head)];
  let worst = compliant;
  for (const finding of findings) if (rank[finding.class] > rank[worst.class]) worst = finding;
  return worst;
}

export const compliant: Framing = { class: 'Compliant', reason: '-' };
const rank: Record<FramingClass, number> = { Compliant: 0, Acceptable: 1, Ambiguous: 2, Severe: 3 };
const acceptable = (reason: string): Framing => ({ class: 'Acceptable', reason });
const ambiguous = (reason: string): Framing => ({ class: 'Ambiguous', reason });
const severe = (reason: string): Framing => ({ class: 'Severe', reason });

export const token = /^[\w!#$%&'*+.^`|~-]+$/;

function* ofRequestLine({ method, target, version }: RawHead): Iterable<Framing> {
  if (!token.test(method)) yield severe('BadMethod');
  if (/[\0\r\n]/.test(target)) yield severe('BadUri');
  else if (target.includes('\t') || hasControls(target)) yield ambiguous('AmbiguousUri');
  else if (target.includes(' ')) yield acceptable('SpaceInUri');
  if (/^HTTP\/1\.[01]$/.test(version)) return;
  yield /^(HTTP\/\d\.\d)?\s*$/.test(version) ? acceptable('NonCompliantVersion') : severe('BadVersion');
}

function* ofHeaders(headers: readonly RawHeader[]): Iterable<Framing> {
  for (const { name, value, folded } of headers) {
    // A header over several lines is what RFC 9112 §5.2 took out of HTTP, for not all servers read it as one.
    if (folded || /[\0\r\n]/.test(name) || /[\0\r\n]/.test(value)) yield severe('BadHeader');
    else if (name.trim() === '') yield ambiguous('EmptyHeader');
    else if (standsFor(name) !== undefined && !isExact(name)) yield ambiguous('SuspiciousHeader');
    else if (!token.test(name) || hasControls(value)) yield acceptable('NonCompliantHeader');
  }
}

/** What says how long the body is. */
function* ofBody({ method, version, headers }: RawHead): Iterable<Framing> {
  const lengths = headers.filter(({ name }) => standsFor(name) === 'content-length');
  const encodings = headers.filter(({ name }) => standsFor(name) === 'transfer-encoding');
  if (encodings.some(({ value }) => !codingsOf(value).every((coding) => codings.has(coding))))
    yield severe('BadTransferEncoding');
  if (lengths.some(({ value }) => !isLength(value))) yield severe('BadContentLength');
  if (encodings.flatMap(({ value }) => codingsOf(value)).filter((coding) => coding === 'chunked').length > 1)
    yield severe('MultipleTransferEncodingChunked');
  if (new Set(lengths.map(({ value }) => value)).size > 1) yield severe('MultipleContentLength');
  const both = encodings.length > 0 && lengths.length > 0;
  if (both) {
    const suspicious = [...encodings, ...lengths].some(({ name }) => !isExact(name));
    yield suspicious ? severe('SuspiciousTeClPresent') : ambiguous('BothTeClPresent');
  }
  if (lengths.length > 1) yield ambiguous('DuplicateContentLength');
  const bodiless = method === 'GET' || method === 'HEAD';
  const old = !version.startsWith('HTTP/1.') || version === 'HTTP/1.0';
  if (encodings.length > 0 && (bodiless || old)) yield ambiguous('UndefinedTransferEncodingSemantics');
  if (lengths.length === 0 || !bodiless) return;
  yield lengths.every(({ value }) => value === '0')
    ? acceptable('GetHeadZeroContentLength')
    : ambiguous('UndefinedContentLengthSemantics');
}

const codings = new Set(['chunked', 'gzip', 'x-gzip', 'deflate', 'compress', 'x-compress', 'identity']);

/** Without their parameters. */
export function codingsOf(value: string): string[] {
  return value.split(',').map((one) => (one.split(';')[0] ?? '').trim().toLowerCase());
}

export function isLength(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER;
}

type BodyHeader = 'content-length' | 'transfer-encoding';

const isExact = (name: string): boolean => /^(content-length|transfer-encoding)$/i.test(name);

/**
 * The header of the two that a lenient server could take the name for: without its punctuation, with letters of Unicode that
 * fold to plain ones, or cut off at a space.
 */
export function standsFor(name: string): BodyHeader | undefined {
  if (isExact(name)) return name.toLowerCase() as BodyHeader;
  const text = Buffer.from(name, 'latin1').toString();
  const letters = (part: string): string => part.toUpperCase().replace(/[^A-Z]/g, '');
  for (const candidate of [letters(text), letters(text.trim().split(/\s/)[0] ?? '')]) {
    if (candidate === 'CONTENTLENGTH') return 'content-length';
    if (candidate === 'TRANSFERENCODING') return 'transfer-encoding';
  }
  return undefined;
}
