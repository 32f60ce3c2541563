import { pageAfter } from '../../kernel/pages.ts';
import { badRequest } from './errors.ts';

/** One page of a list in order of its names. */
export function page<T>(
  all: readonly T[],
  { PageSize = 100, NextToken }: { PageSize?: number | undefined; NextToken?: string | undefined },
  nameOf: (item: T) => string,
): { items: T[]; NextToken: { NextToken?: string } } {
  if (PageSize < 1 || PageSize > 1000) throw badRequest(`Invalid page size <${PageSize}>.`);
  const unknown = () => badRequest('Invalid next token.');
  const { items, next } = pageAfter(all, nameOf, { token: NextToken, size: PageSize, unknown });
  return { items, NextToken: next === undefined ? {} : { NextToken: next } };
}
