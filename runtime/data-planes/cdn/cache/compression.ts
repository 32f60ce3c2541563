import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Compresses off the event loop; undefined when the object is left as it is. Rules: "Serve compressed files". */
export async function compress(object: Compressible, accepted: string): Promise<Compressed | undefined> {
  if (accepted === '' || !isCompressible(object)) return undefined;
  const encoding = accepted.startsWith('br') ? 'br' : 'gzip';
  const body =
    encoding === 'br'
      ? await brotli(object.body, brotliOptions(object.body.length))
      : await gzipped(object.body, { level: 6 });
  return { encoding, body };
}

export interface Compressible {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

export interface Compressed {
  encoding: 'br' | 'gzip';
  body: Buffer;
}

/** A strong validator no longer holds for other bytes; a malformed one is dropped ("Serve compressed files", ETag). */
export function weakened(etag: string): string | undefined {
  if (/^W\/"[^"]*"$/.test(etag)) return etag;
  return /^"[^"]*"$/.test(etag) ? `W/${etag}` : undefined;
}

function isCompressible({ status, headers, body }: Compressible): boolean {
  if (status !== 200 && status !== 403 && status !== 404) return false;
  if (headers['content-encoding'] !== undefined || body.length < 1000 || body.length > 10_000_000) return false;
  const type = headers['content-type'];
  return typeof type === 'string' && contentTypes.has((type.split(';', 1)[0] ?? '').trim().toLowerCase());
}

/** Level 4 is where Brotli beats gzip in both size and time for text of a site's usual sizes. */
function brotliOptions(size: number) {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: size } };
}

/** "File types that CloudFront compresses". */
const contentTypes = new Set(
  `application/dash+xml application/eot application/font application/font-sfnt application/javascript application/json
   application/opentype application/otf application/pdf application/pkcs7-mime application/protobuf application/rss+xml
   application/truetype application/ttf application/vnd.apple.mpegurl application/vnd.mapbox-vector-tile
   application/vnd.ms-fontobject application/wasm application/xhtml+xml application/xml application/x-font-opentype
   application/x-font-truetype application/x-font-ttf application/x-httpd-cgi application/x-javascript application/x-mpegurl
   application/x-opentype application/x-otf application/x-perl application/x-ttf font/eot font/opentype font/otf font/ttf
   image/svg+xml text/css text/csv text/html text/javascript text/js text/plain text/richtext text/tab-separated-values
   text/xml text/x-component text/x-java-source text/x-script vnd.apple.mpegurl`.split(/\s+/),
);
