import { pageAt } from '../../../kernel/pages.ts';
import { invalidParameter } from '../errors.ts';

/** The Marker/MaxItems form that all of Lambda's lists share. */
export function page<T>(
  all: T[],
  { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
  most = 50,
): { items: T[]; NextMarker: string | undefined } {
  const unknown = () => invalidParameter('The provided Marker is invalid.');
  const { items, next } = pageAt(all, { token: Marker, size: Math.min(MaxItems ?? most, most), unknown });
  return { items, NextMarker: next };
}
