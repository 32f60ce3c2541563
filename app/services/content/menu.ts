import { readMenu } from '../../shared/data/menu-items.ts';
import type { Answer, HttpRequest } from '../../shared/http/answer.ts';
import { cacheable } from '../../shared/http/caching.ts';
import { categories, currency } from '../../shared/menu.ts';
import { type Reader, staleHeaders } from './last-copy.ts';

/** `GET /api/menu`. */
export async function answerMenu(request: HttpRequest, reader: Reader): Promise<Answer> {
  const copy = await reader('menu', readMenu);
  const body = JSON.stringify({ currency, categories, items: copy.value });
  return cacheable(request, { body, type: 'application/json; charset=utf-8' }, staleHeaders(copy));
}
