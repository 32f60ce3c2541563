import { AwsError } from '../../../kernel/errors.ts';
import { pageAfter } from '../../../kernel/pages.ts';
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

/** A page of a listing in key order. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { Marker, MaxItems = 100 }: PageRequest,
): Page<T> {
  if (MaxItems < 1 || MaxItems > 1000) {
    throw validationError(String(MaxItems), 'maxItems', 'Member must have value between 1 and 1000');
  }
  const sorted = [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const unknown = () => new AwsError('ValidationError', 'Invalid Marker.');
  const { items: page, next } = pageAfter(sorted, keyOf, { token: Marker, size: MaxItems, unknown });
  return next === undefined ? { items: page, IsTruncated: false } : { items: page, IsTruncated: true, Marker: next };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
