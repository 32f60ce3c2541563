import { validationError } from '../errors.ts';

/** "MaxRecords": 50 unless said, at most 100. */
export function paged<T>(
  all: T[],
  { MaxRecords = 50, NextToken }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { page: T[]; NextToken?: string } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw validationError('The NextToken value is not valid.');
  const end = start + Math.min(Math.max(MaxRecords, 1), 100);
  const page = all.slice(start, end);
  return end < all.length ? { page, NextToken: Buffer.from(String(end)).toString('base64url') } : { page };
}
