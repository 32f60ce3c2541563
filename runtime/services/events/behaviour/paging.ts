import { validation } from '../errors.ts';

/** A page of what a List operation has; the token is where the next one starts. */
export function page<T>(
  all: T[],
  { NextToken, Limit = 100 }: { NextToken?: string | undefined; Limit?: number | undefined },
) {
  if (Limit < 1 || Limit > 100)
    throw validation(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${Limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
    );
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64').toString());
  if (!Number.isInteger(start)) throw validation('The provided NextToken is invalid.');
  const end = start + Limit;
  return {
    items: all.slice(start, end),
    ...(end < all.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {}),
  };
}
