import { pageAt } from '../../../kernel/pages.ts';
import { invalidParameter, invalidToken } from '../errors.ts';

/** MaxResults from 1 to 10000, 20 unless told; 0 is as if it were left out. */
export function pageOf<T>(
  all: readonly T[],
  { NextToken, MaxResults = 20 }: { NextToken?: string | undefined; MaxResults?: number | undefined },
): { page: T[]; NextToken: string | undefined } {
  if (MaxResults < 0 || MaxResults > 10_000) throw invalidParameter('MaxResults must be between 0 and 10000.');
  const { items, next } = pageAt(all, { token: NextToken, size: MaxResults || 20, unknown: invalidToken });
  return { page: items, NextToken: next };
}
