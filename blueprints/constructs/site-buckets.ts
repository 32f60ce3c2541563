import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** What every bucket here is: nobody's but this account's, encrypted, and asked over TLS alone. */
export const privateBucket = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
};

/** Access logs of everything, for thirty days. */
export function logBucket(scope: Construct): Bucket {
  return new Bucket(scope, 'Logs', {
    ...privateBucket,
    // "Configure and use standard logs (access logs)": CloudFront delivers by access control list.
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(30) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Holds nothing but files of the repository, so it goes with the stack; SiteFiles empties it first. */
export function siteBucket(scope: Construct, logs: Bucket): Bucket {
  return new Bucket(scope, 'Bucket', {
    ...privateBucket,
    versioned: true,
    lifecycleRules: [
      { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: 's3/',
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
