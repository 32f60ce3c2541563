import type { Fidelity } from '../../kernel/service.ts';

const directory = { refused: 'it is for directory buckets, which Orrery does not keep.' };
const mfa = { refused: 'there are no MFA devices.' };

/** What operations keep without effect or refuse; everything else that `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = {
  'CreateBucket.CreateBucketConfiguration.Location': directory,
  'CreateBucket.CreateBucketConfiguration.Bucket': directory,
  'DeleteObject.MFA': mfa,
  'DeleteObjects.MFA': mfa,
  'DeleteObject.IfMatchLastModifiedTime': directory,
  'DeleteObject.IfMatchSize': directory,
  'PutBucketVersioning.MFA': mfa,
  'PutObject.WriteOffsetBytes': directory,
  'AbortMultipartUpload.IfMatchInitiatedTime': { refused: 'it is for directory buckets, which Orrery does not keep.' },
  'CompleteMultipartUpload.ChecksumSHA512': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'CompleteMultipartUpload.ChecksumMD5': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'CompleteMultipartUpload.ChecksumXXHASH64': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.ChecksumXXHASH3': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.ChecksumXXHASH128': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'PutObject.ChecksumSHA512': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'PutObject.ChecksumMD5': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'PutObject.ChecksumXXHASH64': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'PutObject.ChecksumXXHASH3': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'PutObject.ChecksumXXHASH128': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'UploadPart.ChecksumSHA512': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'UploadPart.ChecksumMD5': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'UploadPart.ChecksumXXHASH64': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'UploadPart.ChecksumXXHASH3': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'UploadPart.ChecksumXXHASH128': { refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.' },
  'CopyObject.AnnotationDirective': { refused: 'objects have no annotations.' },
  'CopyObject.ObjectLockEventHold': { refused: 'objects are held by a retention period or a legal hold.' },
  'CopyObject.ObjectLockEventHoldDurationDays': { refused: 'objects are held by a retention period or a legal hold.' },
  'CopyObject.ObjectLockEventHoldDurationYears': { refused: 'objects are held by a retention period or a legal hold.' },
  'CreateMultipartUpload.ObjectLockEventHold': { refused: 'objects are held by a retention period or a legal hold.' },
  'CreateMultipartUpload.ObjectLockEventHoldDurationDays': {
    refused: 'objects are held by a retention period or a legal hold.',
  },
  'CreateMultipartUpload.ObjectLockEventHoldDurationYears': {
    refused: 'objects are held by a retention period or a legal hold.',
  },
  'PutObject.ObjectLockEventHold': { refused: 'objects are held by a retention period or a legal hold.' },
  'PutObject.ObjectLockEventHoldDurationDays': { refused: 'objects are held by a retention period or a legal hold.' },
  'PutObject.ObjectLockEventHoldDurationYears': { refused: 'objects are held by a retention period or a legal hold.' },
  'PutObjectLockConfiguration.ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold': {
    refused: 'objects are held by a retention period or a legal hold.',
  },
  'PutObjectRetention.Retention.EventHold': { refused: 'objects are held by a retention period or a legal hold.' },
  'PutObjectRetention.Retention.EventHoldDuration': {
    refused: 'objects are held by a retention period or a legal hold.',
  },
  'CreateBucket.BucketNamespace': { refused: 'bucket names are of all accounts.' },
  'ListObjectVersions.OptionalObjectAttributes': { refused: 'ask HeadObject of an archived object.' },
  'ListObjects.OptionalObjectAttributes': { refused: 'ask HeadObject of an archived object.' },
  'ListObjectsV2.OptionalObjectAttributes': { refused: 'ask HeadObject of an archived object.' },
  'RestoreObject.RestoreRequest.SelectParameters': { refused: 'S3 Select is not done.' },
  'RestoreObject.RestoreRequest.OutputLocation': { refused: 'S3 Select is not done.' },
  'CompleteMultipartUpload.MultipartUpload.Parts.ChecksumSHA512': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.MultipartUpload.Parts.ChecksumMD5': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.MultipartUpload.Parts.ChecksumXXHASH64': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.MultipartUpload.Parts.ChecksumXXHASH3': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'CompleteMultipartUpload.MultipartUpload.Parts.ChecksumXXHASH128': {
    refused: 'give a checksum of CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.',
  },
  'DeleteObjects.Delete.Objects.LastModifiedTime': {
    refused: 'it is for directory buckets, which Orrery does not keep.',
  },
  'DeleteObjects.Delete.Objects.Size': { refused: 'it is for directory buckets, which Orrery does not keep.' },
  'PutBucketEncryption.ServerSideEncryptionConfiguration.Rules.BlockedEncryptionTypes': {
    refused: 'deny s3:PutObject by the bucket policy instead.',
  },
  'PutBucketLogging.BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource':
    'stored',
};
