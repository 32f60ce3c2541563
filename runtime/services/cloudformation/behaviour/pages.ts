import { pageAt } from '../../../kernel/pages.ts';
import { validationError } from '../errors.ts';

/** A page of a list that is read at once. */
export function page<T>(
  list: readonly T[],
  token: string | undefined,
  size: number,
): { items: T[]; NextToken: string | undefined } {
  const { items, next } = pageAt(list, { token, size, unknown: () => validationError('NextToken is invalid.') });
  return { items, NextToken: next };
}
