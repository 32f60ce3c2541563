import { AwsError } from '../../../kernel/errors.ts';

/** "MaxResults": 50 unless said, at most 50. */
export function paged<T>(
  all: T[],
  { MaxResults = 50, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { page: T[]; NextToken?: string } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('InvalidNextTokenException', 'The next token supplied was invalid.');
  const end = start + Math.min(Math.max(MaxResults, 1), 50);
  const page = all.slice(start, end);
  return end < all.length ? { page, NextToken: Buffer.from(String(end)).toString('base64url') } : { page };
}
