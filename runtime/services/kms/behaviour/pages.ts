import { pageAfter } from '../../../kernel/pages.ts';
import { constraint, validation } from '../errors.ts';

interface PageRequest {
  Limit?: number | undefined;
  Marker?: string | undefined;
}

/** One page of what is in the order of `nameOf`. */
export function pageOf<T>(
  all: T[],
  input: PageRequest,
  { most, nameOf }: { most: { least: number; preset: number; most: number }; nameOf: (one: T) => string },
): { page: T[]; rest: { Truncated: boolean; NextMarker?: string } } {
  const limit = input.Limit ?? most.preset;
  if (limit < most.least) throw constraint('limit', limit, 'Member must have value greater than or equal to 1');
  if (limit > most.most) throw constraint('limit', limit, `Member must have value less than or equal to ${most.most}`);
  const unknown = () => validation('Invalid marker');
  const { items, next } = pageAfter(all, nameOf, { token: input.Marker, size: limit, unknown });
  return { page: items, rest: next === undefined ? { Truncated: false } : { Truncated: true, NextMarker: next } };
}
