import { invalidParameter } from '../errors.ts';

/** The Marker/MaxItems form that all of Lambda's lists share; markers are positions, opaque to the caller. */
export function page<T>(
  all: T[],
  { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
  most = 50,
): { items: T[]; NextMarker: string | undefined } {
  const start = Marker === undefined ? 0 : Number.parseInt(Buffer.from(Marker, 'base64url').toString(), 10);
  if (!Number.isInteger(start) || start < 0) throw invalidParameter('The provided Marker is invalid.');
  const end = start + Math.min(MaxItems ?? most, most);
  return {
    items: all.slice(start, end),
    NextMarker: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}
