import { pageAt } from '../../../kernel/pages.ts';
import { validationError } from '../errors.ts';

/** "MaxRecords": 50 unless said, at most 100. */
export function paged<T>(
  all: T[],
  { MaxRecords = 50, NextToken }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { page: T[]; NextToken: string | undefined } {
  const unknown = () => validationError('The NextToken value is not valid.');
  const { items, next } = pageAt(all, { token: NextToken, size: Math.min(Math.max(MaxRecords, 1), 100), unknown });
  return { page: items, NextToken: next };
}
