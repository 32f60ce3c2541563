import { parametersOf, refusedFor, stored } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

/** What operations keep without effect or refuse; everything else that `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...refusedFor(
    'it is for directory buckets, which Orrery does not keep.',
    parametersOf('CreateBucket', 'CreateBucketConfiguration.Location', 'CreateBucketConfiguration.Bucket'),
    parametersOf('DeleteObject', 'IfMatchLastModifiedTime', 'IfMatchSize'),
    'PutObject.WriteOffsetBytes',
    'AbortMultipartUpload.IfMatchInitiatedTime',
    parametersOf('DeleteObjects', 'Delete.Objects.LastModifiedTime', 'Delete.Objects.Size'),
  ),
  ...refusedFor(
    'there are no MFA devices.',
    parametersOf(['DeleteObject', 'DeleteObjects', 'PutBucketVersioning'], 'MFA'),
  ),
  ...refusedFor(
    'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
    parametersOf(
      ['CompleteMultipartUpload', 'PutObject', 'UploadPart', 'CompleteMultipartUpload.MultipartUpload.Parts'],
      'ChecksumSHA512',
      'ChecksumMD5',
      'ChecksumXXHASH64',
      'ChecksumXXHASH3',
      'ChecksumXXHASH128',
    ),
  ),
  ...refusedFor('objects have no annotations.', 'CopyObject.AnnotationDirective'),
  ...refusedFor(
    'objects are held by a retention period or a legal hold.',
    parametersOf(
      ['CopyObject', 'CreateMultipartUpload', 'PutObject'],
      'ObjectLockEventHold',
      'ObjectLockEventHoldDurationDays',
      'ObjectLockEventHoldDurationYears',
    ),
    'PutObjectLockConfiguration.ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold',
    parametersOf('PutObjectRetention', 'Retention.EventHold', 'Retention.EventHoldDuration'),
  ),
  ...refusedFor('bucket names are of all accounts.', 'CreateBucket.BucketNamespace'),
  ...refusedFor(
    'ask HeadObject of an archived object.',
    parametersOf(['ListObjectVersions', 'ListObjects', 'ListObjectsV2'], 'OptionalObjectAttributes'),
  ),
  ...refusedFor(
    'S3 Select is not done.',
    parametersOf('RestoreObject', 'RestoreRequest.SelectParameters', 'RestoreRequest.OutputLocation'),
  ),
  ...refusedFor(
    'deny s3:PutObject by the bucket policy instead.',
    'PutBucketEncryption.ServerSideEncryptionConfiguration.Rules.BlockedEncryptionTypes',
  ),
  ...stored(
    'PutBucketLogging.BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource',
  ),
});
