import { constraint, validation } from '../errors.ts';

interface PageRequest {
  Limit?: number | undefined;
  Marker?: string | undefined;
}

/** One page of what is in the order of `nameOf`; the marker is the last name given. */
export function pageOf<T>(
  all: T[],
  input: PageRequest,
  { most, nameOf }: { most: { least: number; preset: number; most: number }; nameOf: (one: T) => string },
): { page: T[]; rest: { Truncated: boolean; NextMarker?: string } } {
  const limit = input.Limit ?? most.preset;
  if (limit < most.least) throw constraint('limit', limit, 'Member must have value greater than or equal to 1');
  if (limit > most.most) throw constraint('limit', limit, `Member must have value less than or equal to ${most.most}`);
  const after = input.Marker === undefined ? undefined : readMarker(input.Marker);
  const left = after === undefined ? all : all.filter((one) => nameOf(one) > after);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || left.length <= page.length) return { page, rest: { Truncated: false } };
  return { page, rest: { Truncated: true, NextMarker: Buffer.from(`m:${nameOf(last)}`).toString('base64') } };
}

function readMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('m:')) throw validation('Invalid marker');
  return text.slice(2);
}
