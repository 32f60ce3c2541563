import { validationError } from '../errors.ts';

/** A page of a list and the token of the next: the offset, which is stable enough for lists that are read at once. */
export function page<T>(
  list: readonly T[],
  token: string | undefined,
  size: number,
): { items: T[]; NextToken: string | undefined } {
  const offset = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isInteger(offset) || offset < 0) throw validationError('NextToken is invalid.');
  const next = offset + size;
  return {
    items: list.slice(offset, next),
    NextToken: next < list.length ? Buffer.from(String(next)).toString('base64url') : undefined,
  };
}
