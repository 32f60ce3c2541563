import { validationError } from '../errors.ts';

/** One page of a list that goes on after the item that the marker names. */
export function pageOf<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  { Marker, PageSize = 400 }: { Marker?: string | undefined; PageSize?: number | undefined },
): { page: T[]; NextMarker: string | undefined } {
  if (PageSize < 1 || PageSize > 400) throw validationError(`The page size '${PageSize}' must be between 1 and 400`);
  const after = Marker === undefined ? 0 : items.findIndex((item) => idOf(item) === Marker) + 1;
  const page = items.slice(after, after + PageSize);
  const last = page.at(-1);
  return { page, NextMarker: last && after + page.length < items.length ? idOf(last) : undefined };
}
