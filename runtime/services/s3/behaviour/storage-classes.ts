import { s3Error } from '../errors.ts';
import type { ObjectMeta } from './object-meta.ts';

/** "Understanding and managing Amazon S3 storage classes": those of general purpose buckets. */
const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

export function checkStorageClass(name: string | undefined): string {
  if (name === undefined) return 'STANDARD';
  if (!storageClasses.includes(name)) throw s3Error('InvalidStorageClass', { StorageClassRequested: name });
  if (name === 'INTELLIGENT_TIERING')
    throw s3Error(
      'NotImplemented',
      {},
      'Storage class INTELLIGENT_TIERING is refused: Orrery does not watch how often objects are read.',
    );
  return name;
}

/** Whether an object's body can be read now: archived ones only while a restored copy is there. */
export function isReadable(storageClass: string, { restore }: ObjectMeta, nowMs: number): boolean {
  return !isArchived(storageClass) || (restore !== undefined && restore.readyMs <= nowMs && nowMs < restore.untilMs);
}

/** The header x-amz-restore. */
export function restoreHeader({ restore }: ObjectMeta, nowMs: number): string | undefined {
  if (!restore || restore.untilMs <= nowMs) return undefined;
  return restore.readyMs > nowMs
    ? 'ongoing-request="true"'
    : `ongoing-request="false", expiry-date="${new Date(restore.untilMs).toUTCString()}"`;
}

/** Objects of these must be restored before they are read ("Working with archived objects"). */
export function isArchived(storageClass: string): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}
