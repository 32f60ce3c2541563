import { AwsError } from '../../../kernel/errors.ts';
import { validationError } from '../errors.ts';

export interface PageRequest {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

export interface Page<T> {
  items: T[];
  IsTruncated: boolean;
  Marker?: string;
}

/**
 * A page of a listing in key order. The marker holds the key of the last item handed out, so that a listing goes on
 * rightly when things come and go meanwhile.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { Marker, MaxItems = 100 }: PageRequest,
): Page<T> {
  if (MaxItems < 1 || MaxItems > 1000) {
    throw validationError(String(MaxItems), 'maxItems', 'Member must have value between 1 and 1000');
  }
  const after = Marker === undefined ? undefined : readMarker(Marker);
  const sorted = [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const page = rest.slice(0, MaxItems);
  const last = page.at(-1);
  if (rest.length === page.length || last === undefined) return { items: page, IsTruncated: false };
  return { items: page, IsTruncated: true, Marker: Buffer.from(`after:${keyOf(last)}`).toString('base64') };
}

function readMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('after:')) throw new AwsError('ValidationError', 'Invalid Marker.');
  return text.slice('after:'.length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
