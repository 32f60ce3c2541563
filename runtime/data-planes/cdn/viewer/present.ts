import type { CachedObject } from '../cache/object-cache.ts';
import { type ByteRange, conditionalStatus, rangesOf } from './partial.ts';

/** What of a whole object the viewer asked for. Headers are the answer's own and may be changed. */
export interface Presented {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
}

/** The hit path: nothing here waits or copies the body. */
export function present(
  object: CachedObject,
  viewerHeaders: Record<string, string>,
  boundary: () => string,
): Presented {
  const headers = { ...object.headers };
  if (object.status !== 200) return { status: object.status, headers, body: object.body };
  const validators = { etag: headers.etag as string | undefined, lastModified: object.lastModified };
  const condition = hasConditions(viewerHeaders) ? conditionalStatus(viewerHeaders, validators) : undefined;
  if (condition !== undefined) {
    delete headers['content-length'];
    if (condition === 304) for (const name of describesBody) delete headers[name];
    return { status: condition, headers, body: undefined };
  }
  if (viewerHeaders.range === undefined) return { status: 200, headers, body: object.body };
  const ranges = rangesOf(viewerHeaders, object.body.length, validators);
  if (ranges === 'whole') return { status: 200, headers, body: object.body };
  if (ranges === 'unsatisfiable') return unsatisfiable(headers, object.body.length);
  return partial(headers, object.body, ranges, boundary);
}

const describesBody = ['content-type', 'content-encoding', 'content-language', 'content-range'];

function hasConditions(headers: Record<string, string>): boolean {
  return (
    headers['if-none-match'] !== undefined ||
    headers['if-modified-since'] !== undefined ||
    headers['if-match'] !== undefined ||
    headers['if-unmodified-since'] !== undefined
  );
}

function unsatisfiable(headers: Presented['headers'], size: number): Presented {
  headers['content-range'] = `bytes */${size}`;
  headers['content-length'] = '0';
  return { status: 416, headers, body: Buffer.alloc(0) };
}

function partial(headers: Presented['headers'], body: Buffer, ranges: ByteRange[], boundary: () => string): Presented {
  const [only] = ranges;
  if (ranges.length === 1 && only) {
    headers['content-range'] = contentRange(only, body.length);
    headers['content-length'] = String(only.last - only.first + 1);
    return { status: 206, headers, body: body.subarray(only.first, only.last + 1) };
  }
  const mark = boundary();
  const type = headers['content-type'];
  const parts: Buffer[] = [];
  for (const range of ranges) {
    const typeLine = typeof type === 'string' ? `Content-Type: ${type}\r\n` : '';
    parts.push(Buffer.from(`\r\n--${mark}\r\n${typeLine}Content-Range: ${contentRange(range, body.length)}\r\n\r\n`));
    parts.push(body.subarray(range.first, range.last + 1));
  }
  parts.push(Buffer.from(`\r\n--${mark}--\r\n`));
  const joined = Buffer.concat(parts);
  headers['content-type'] = `multipart/byteranges; boundary=${mark}`;
  headers['content-length'] = String(joined.length);
  return { status: 206, headers, body: joined };
}

function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.first}-${range.last}/${size}`;
}
