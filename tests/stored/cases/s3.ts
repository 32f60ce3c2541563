import type { StoredCases } from '../stored-cases.ts';

export const s3: StoredCases = {
  service: 's3',
  resources: {
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'stored-bucket',
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LoggingConfiguration: {
          DestinationBucketName: { Ref: 'Target' },
          TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'DeliveryTime' } },
        },
      },
    },
    Target: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'stored-target' } },
  },
  told: {
    Bucket: async (ask, Bucket) => [
      await ask('GetBucketEncryption', { Bucket }),
      await ask('GetBucketLogging', { Bucket }),
    ],
  },
  requests: {
    PutBucketLogging: async (ask) => {
      const asked = {
        Bucket: 'stored-bucket',
        BucketLoggingStatus: {
          LoggingEnabled: {
            TargetBucket: 'stored-target',
            TargetPrefix: '',
            TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'EventTime' } },
          },
        },
      };
      await ask('PutBucketLogging', asked);
      return { asked, told: await ask('GetBucketLogging', { Bucket: 'stored-bucket' }) };
    },
  },
};
