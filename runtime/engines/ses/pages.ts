import { badRequest } from './errors.ts';

/** One page of a list in order of its names; the token says the last name that was told. */
export function page<T>(
  all: readonly T[],
  { PageSize = 100, NextToken }: { PageSize?: number | undefined; NextToken?: string | undefined },
  nameOf: (item: T) => string,
): { items: T[]; NextToken: { NextToken?: string } } {
  if (PageSize < 1 || PageSize > 1000) throw badRequest(`Invalid page size <${PageSize}>.`);
  const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64url').toString();
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, PageSize);
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  return { items, NextToken: more ? { NextToken: Buffer.from(nameOf(last)).toString('base64url') } : {} };
}
