import { s3Error } from '../errors.ts';
import type { StoredObject } from './object-table.ts';

export interface ReadConditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfModifiedSince?: Date | undefined;
  IfUnmodifiedSince?: Date | undefined;
}

/** "Conditional requests" (Amazon S3 User Guide) with RFC 9110's precedence: an entity tag outweighs a date. */
export function checkRead(object: StoredObject, conditions: ReadConditions): void {
  const failed = failedCondition(object, conditions);
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') {
    // "304 Not Modified" (RFC 9110) names what is still current.
    throw s3Error('NotModified', {}, undefined, {
      etag: `"${object.etag}"`,
      'last-modified': new Date(object.modifiedMs).toUTCString(),
    });
  }
  if (failed) throw s3Error('PreconditionFailed', { Condition: failed });
}

/** "CopyObject": every failed condition on the source is a 412. */
export function checkCopySource(object: StoredObject, conditions: ReadConditions): void {
  const failed = failedCondition(object, conditions);
  if (failed) throw s3Error('PreconditionFailed', { Condition: `x-amz-copy-source-${failed}` });
}

function failedCondition(object: StoredObject, conditions: ReadConditions): string | undefined {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modified = Math.floor(object.modifiedMs / 1000) * 1000;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, object.etag)) return 'If-Match';
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) return 'If-Unmodified-Since';
  if (IfNoneMatch !== undefined) return matches(IfNoneMatch, object.etag) ? 'If-None-Match' : undefined;
  return IfModifiedSince && modified <= IfModifiedSince.getTime() ? 'If-Modified-Since' : undefined;
}

export interface WriteConditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
}

/** "Conditional writes": If-None-Match takes `*` alone, If-Match an entity tag. */
export function checkWrite(current: StoredObject | undefined, conditions: WriteConditions): void {
  const exists = current !== undefined && current.deleteMarker === 0;
  if (conditions.IfNoneMatch !== undefined && conditions.IfNoneMatch !== '*') {
    throw s3Error(
      'NotImplemented',
      { Header: 'If-None-Match' },
      'A header you provided implies functionality that is not implemented',
    );
  }
  if (conditions.IfNoneMatch === '*' && exists) throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' });
  if (conditions.IfMatch === undefined) return;
  if (!exists) throw s3Error('NoSuchKey');
  if (!matches(conditions.IfMatch, current.etag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
}

function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '').replaceAll('"', '') === etag);
}

export interface ByteRange {
  start: number;
  end: number;
}

/** One range of bytes; several, or what is not a range of bytes, is passed over as S3 does. */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start >= size || (suffix && Number(match[2]) === 0))
    throw s3Error('InvalidRange', { RangeRequested: header, ActualObjectSize: size });
  return start > end ? undefined : { start, end };
}
