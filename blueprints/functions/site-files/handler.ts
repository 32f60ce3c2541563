/** Custom::SiteFiles: uploads the files that lie beside it when the stack is made or changed, clears up when deleted. */
import { join } from 'node:path';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { S3Client } from '@aws-sdk/client-s3';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { answered } from './answered.ts';
import { emptyBucket, publish, type Site } from './site.ts';

const s3 = new S3Client();
const cloudFront = new CloudFrontClient();

export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const { BucketName, DistributionId } = event.ResourceProperties;
  const site: Site = { s3, cloudFront, bucket: String(BucketName), distributionId: String(DistributionId) };
  await answered(event, context, {
    physicalResourceId: `site-files:${site.bucket}`,
    work: async () => {
      if (event.RequestType === 'Delete') return { Deleted: await emptyBucket(site) };
      const folder = join(process.env.LAMBDA_TASK_ROOT ?? '.', 'site');
      return publish(site, { folder, reference: event.RequestId });
    },
  });
}
