/**
 * Conditional and range requests of viewers, answered from a whole object (RFC 9110, sections 13 and 14; "How CloudFront
 * processes partial requests for an object (range GETs)").
 */

export interface Validators {
  etag: string | undefined;
  lastModified: string | undefined;
}

/** 304 or 412 when the viewer's conditions say so. */
export function conditionalStatus(headers: Record<string, string>, object: Validators): 304 | 412 | undefined {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, object.etag, 'strong')) return 412;
  } else if (isBefore(headers['if-unmodified-since'], object.lastModified)) return 412;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return lists(ifNoneMatch, object.etag, 'weak') ? 304 : undefined;
  const since = headers['if-modified-since'];
  if (since === undefined || object.lastModified === undefined) return undefined;
  return Date.parse(object.lastModified) <= Date.parse(since) ? 304 : undefined;
}

export interface ByteRange {
  first: number;
  /** Inclusive. */
  last: number;
}

/**
 * The ranges to send; `whole` when the header is to be ignored (malformed, If-Range no longer holds, ranges out of order
 * or overlapping, which would cost more than the object), `unsatisfiable` for 416.
 */
export function rangesOf(
  headers: Record<string, string>,
  size: number,
  object: Validators,
): ByteRange[] | 'whole' | 'unsatisfiable' {
  const range = headers.range;
  if (range === undefined || !ifRangeHolds(headers['if-range'], object)) return 'whole';
  const specs = /^bytes=(.+)$/i.exec(range.trim())?.[1]?.split(',');
  if (!specs) return 'whole';
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const match = /^\s*(\d*)-(\d*)\s*$/.exec(spec);
    if (!match || (match[1] === '' && match[2] === '')) return 'whole';
    const resolved = resolve(match[1] ?? '', match[2] ?? '', size);
    if (resolved === 'malformed') return 'whole';
    if (resolved) ranges.push(resolved);
  }
  if (ranges.length === 0) return 'unsatisfiable';
  const ordered = ranges.every((one, index) => index === 0 || one.first > (ranges[index - 1]?.last ?? -1));
  return ordered ? ranges : 'whole';
}

function resolve(from: string, to: string, size: number): ByteRange | 'malformed' | undefined {
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? undefined : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return 'malformed';
  if (first >= size) return undefined;
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

function ifRangeHolds(ifRange: string | undefined, object: Validators): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === object.etag;
  return object.lastModified !== undefined && Date.parse(ifRange) === Date.parse(object.lastModified);
}

function lists(header: string, etag: string | undefined, comparison: 'weak' | 'strong'): boolean {
  if (header.trim() === '*') return true;
  if (etag === undefined) return false;
  const bare = (tag: string): string => (comparison === 'weak' ? tag.replace(/^W\//, '') : tag);
  return header.split(',').some((tag) => bare(tag.trim()) === bare(etag));
}

function isBefore(since: string | undefined, lastModified: string | undefined): boolean {
  return since !== undefined && lastModified !== undefined && Date.parse(lastModified) > Date.parse(since);
}
