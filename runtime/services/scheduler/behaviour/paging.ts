import { pageAt } from '../../../kernel/pages.ts';
import { validation } from '../errors.ts';

/** A page of what a List operation has. */
export function page<T>(
  all: T[],
  { NextToken, MaxResults = 100 }: { NextToken?: string | undefined; MaxResults?: number | undefined },
) {
  if (MaxResults < 1 || MaxResults > 100) throw validation('MaxResults must be between 1 and 100.');
  const unknown = () => validation('Invalid NextToken provided.');
  const { items, next } = pageAt(all, { token: NextToken, size: MaxResults, unknown });
  return { items, NextToken: next };
}
