import { validation } from '../errors.ts';

/** A page of what a List operation has; the token is where the next one starts. */
export function page<T>(
  all: T[],
  { NextToken, MaxResults = 100 }: { NextToken?: string | undefined; MaxResults?: number | undefined },
) {
  if (MaxResults < 1 || MaxResults > 100) throw validation('MaxResults must be between 1 and 100.');
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64').toString());
  if (!Number.isInteger(start)) throw validation('Invalid NextToken provided.');
  const end = start + MaxResults;
  return {
    items: all.slice(start, end),
    ...(end < all.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {}),
  };
}
