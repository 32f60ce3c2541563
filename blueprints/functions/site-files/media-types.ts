import { extname } from 'node:path';

/** The Content-Type of a file by its name. A name we do not know is refused: a wrong type shows only in the browser. */
export function contentTypeOf(key: string): string {
  const type = contentTypes[extname(key).toLowerCase()];
  if (!type) throw new Error(`No content type is known for ${key}`);
  return type;
}

/**
 * Browsers ask for a page anew each time, and keep what it refers to for an hour, because names carry no hash. The
 * edge keeps both far longer (`s-maxage`): every upload ends with an invalidation of all it has.
 */
export function cacheControlOf(key: string): string {
  return extname(key) === '.html'
    ? 'public, max-age=0, s-maxage=300, must-revalidate'
    : 'public, max-age=3600, s-maxage=31536000';
}

const contentTypes: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/vnd.microsoft.icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};
