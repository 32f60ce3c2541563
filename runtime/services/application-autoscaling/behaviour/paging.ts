import { AwsError } from '../../../kernel/errors.ts';
import { pageAt } from '../../../kernel/pages.ts';

/** "MaxResults": 50 unless said, at most 50. */
export function paged<T>(
  all: T[],
  { MaxResults = 50, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { page: T[]; NextToken: string | undefined } {
  const unknown = () => new AwsError('InvalidNextTokenException', 'The next token supplied was invalid.');
  const { items, next } = pageAt(all, { token: NextToken, size: Math.min(Math.max(MaxResults, 1), 50), unknown });
  return { page: items, NextToken: next };
}
