import { s3Error } from '../errors.ts';

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

/** Objects of these must be restored before they are read ("Working with archived objects"). */
export function isArchived(storageClass: string): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}
