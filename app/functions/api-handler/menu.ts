import { createHash } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { categories, currency, menu } from '../../shared/menu.ts';
import type { ApiRequest } from './api.ts';

const body = JSON.stringify({ currency, categories, items: menu });
const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
const headers = { 'cache-control': 'public, max-age=60, stale-while-revalidate=600, stale-if-error=86400', etag };

/** `GET /api/menu`: the menu changes only with a deployment, so edge and browser may keep it a minute and then ask again. */
export function answerMenu({ event }: ApiRequest): APIGatewayProxyStructuredResultV2 {
  if (matches(event.headers['if-none-match'])) return { statusCode: 304, headers };
  return { statusCode: 200, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body };
}

/** A cache that compresses on the way turns our validator into a weak one; for a GET it is the same menu. */
function matches(ifNoneMatch = ''): boolean {
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
