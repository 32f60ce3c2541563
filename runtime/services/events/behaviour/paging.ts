import { pageAt } from '../../../kernel/pages.ts';
import { validation } from '../errors.ts';

/** A page of what a List operation has. */
export function page<T>(
  all: T[],
  { NextToken, Limit = 100 }: { NextToken?: string | undefined; Limit?: number | undefined },
) {
  if (Limit < 1 || Limit > 100)
    throw validation(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${Limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
    );
  const unknown = () => validation('The provided NextToken is invalid.');
  const { items, next } = pageAt(all, { token: NextToken, size: Limit, unknown });
  return { items, NextToken: next };
}
