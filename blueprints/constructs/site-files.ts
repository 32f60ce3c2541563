import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CustomResource, Duration, FileSystem, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { contentTypeOf } from '../functions/site-files/media-types.ts';
import { bundledCode } from './bundled-code.ts';
import { suppress } from './nag.ts';
import { TypescriptFunction } from './typescript-function.ts';

export interface SiteFilesOptions {
  /** Folder of static files, uploaded as they are; TypeScript among them (their tests) stays behind. */
  readonly folder: string;
  /** The bucket belongs to the files: whatever else lies in it is deleted. */
  readonly bucket: Bucket;
  readonly distribution: Distribution;
}

const entry = fileURLToPath(new URL('../functions/site-files/handler.ts', import.meta.url));

/**
 * Puts the files of a folder into a bucket whenever they change, and makes the distribution forget the old ones. The
 * files travel in the code asset of the function that uploads them. (The CDK's own BucketDeployment does the same
 * with a Python function and an 80 MB layer.)
 */
export class SiteFiles extends Construct {
  constructor(scope: Construct, id: string, { folder, bucket, distribution }: SiteFilesOptions) {
    super(scope, id);
    mustBeKnown(folder);
    const uploader = new TypescriptFunction(this, 'Uploader', {
      description: 'Uploads the site to its bucket when the stack changes',
      code: bundledCode(entry, { folder, wanted: isServed }),
      timeout: Duration.minutes(5),
      memoryMb: 512,
      statements: [
        new PolicyStatement({
          sid: 'ListSite',
          actions: ['s3:ListBucket', 's3:ListBucketVersions'],
          resources: [bucket.bucketArn],
        }),
        new PolicyStatement({
          sid: 'ReplaceSite',
          actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
          resources: [bucket.arnForObjects('*')],
        }),
        new PolicyStatement({
          sid: 'ForgetOldFiles',
          actions: ['cloudfront:CreateInvalidation'],
          resources: [distribution.distributionArn],
        }),
      ],
    });
    suppress(uploader.role, 'AwsSolutions-IAM5', 'It owns every object of this one bucket, whatever the file names.');
    new CustomResource(this, 'Files', {
      resourceType: 'Custom::SiteFiles',
      serviceToken: uploader.function.functionArn,
      serviceTimeout: Duration.minutes(6),
      removalPolicy: RemovalPolicy.DESTROY,
      properties: {
        BucketName: bucket.bucketName,
        DistributionId: distribution.distributionId,
        FilesHash: FileSystem.fingerprint(folder, { exclude: neverServed.map((ending) => `*${ending}`) }),
      },
    });
  }
}

const neverServed = ['.ts', '.DS_Store'];

function isServed(name: string): boolean {
  return !neverServed.some((ending) => name.endsWith(ending));
}

/** A file that the uploader would refuse is refused now, before anything is deployed. */
function mustBeKnown(folder: string): void {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isFile() && isServed(entry.name)) contentTypeOf(entry.name);
}
