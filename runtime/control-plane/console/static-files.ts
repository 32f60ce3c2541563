import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { HttpRequest, HttpResponse } from '../../data-planes/http/exchange.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';

/** Where tools/console.ts builds the page. */
const folder = join(import.meta.dirname, '..', '..', '..', 'dist', 'console');

const types: Record<string, string> = lookupTable({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
});

/** Everything from here, nothing inline, in nobody's frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of the page, or the page itself: what its address names, it shows. */
export async function staticFile(request: HttpRequest, path: string): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'The page can only be read.');
  const asset = /^assets\/[\w.-]+$/.test(path) && !path.includes('..');
  const file = asset ? path : 'index.html';
  try {
    const body = await readFile(join(folder, file));
    return {
      status: 200,
      headers: {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        // Names of assets hold the hash of what is in them.
        'cache-control': asset ? 'public, max-age=31536000, immutable' : 'no-cache',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      },
      body,
    };
  } catch {
    if (asset) return plain(404, 'There is no such file. Load the page again: the console may have been built anew.');
    return plain(
      503,
      'The console has not been built. `node bin/run.js tools/console.ts` in the project folder does it.',
    );
  }
}

function plain(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}
