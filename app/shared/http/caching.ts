import { createHash } from 'node:crypto';
import type { Answer, HttpRequest } from './answer.ts';

/** What edge and browser may keep a minute, may use ten more while asking again, and for a day when we do not answer. */
const publicly = 'public, max-age=60, stale-while-revalidate=600, stale-if-error=86400';

/** An answer for everyone, with a validator: who has this very body is told so with 304. */
export function cacheable(
  request: HttpRequest,
  { body, type }: { body: string; type: string },
  extra: Record<string, string> = {},
): Answer {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { 'cache-control': publicly, etag, ...extra };
  if (matches(request.headers['if-none-match'], etag)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'content-type': type }, body };
}

/** A cache that compresses on the way turns our validator into a weak one; for a GET it is the same body. */
function matches(ifNoneMatch = '', etag: string): boolean {
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
