import { invalidParameter, invalidToken } from '../errors.ts';

/** MaxResults from 1 to 10000, 20 unless told; the token says where to go on. */
export function pageOf<T>(
  all: readonly T[],
  { NextToken, MaxResults = 20 }: { NextToken?: string | undefined; MaxResults?: number | undefined },
): { page: T[]; NextToken: string | undefined } {
  if (MaxResults < 0 || MaxResults > 10_000) throw invalidParameter('MaxResults must be between 0 and 10000.');
  const from = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(from) || from < 0) throw invalidToken();
  const end = from + (MaxResults || 20);
  const next = end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined;
  return { page: all.slice(from, end), NextToken: next };
}
