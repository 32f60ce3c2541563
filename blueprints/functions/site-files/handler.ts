/**
 * Custom::SiteFiles: CloudFormation calls it when the stack is made, changed or deleted, and waits for its answer at
 * ResponseURL ("Custom resource reference").
 */
import { join } from 'node:path';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { S3Client } from '@aws-sdk/client-s3';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { answer, type Outcome } from './answer.ts';
import { emptyBucket, publish, type Site } from './site.ts';

const s3 = new S3Client();
const cloudFront = new CloudFrontClient();

/** Leaves time to report a failure before Lambda would end the function and CloudFormation wait in vain. */
const reserveMs = 5000;

export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const { BucketName, DistributionId } = event.ResourceProperties;
  const site: Site = { s3, cloudFront, bucket: String(BucketName), distributionId: String(DistributionId) };
  const outcome = await Promise.race([attempt(event, site), expiry(context.getRemainingTimeInMillis() - reserveMs)]);
  console.log(JSON.stringify({ requestType: event.RequestType, bucket: site.bucket, ...outcome }));
  await answer(event, {
    ...outcome,
    physicalResourceId: `site-files:${site.bucket}`,
    logStream: context.logStreamName,
  });
}

async function attempt(event: CloudFormationCustomResourceEvent, site: Site): Promise<Outcome> {
  try {
    if (event.RequestType === 'Delete') return { status: 'SUCCESS', data: { Deleted: await emptyBucket(site) } };
    const folder = join(process.env.LAMBDA_TASK_ROOT ?? '.', 'site');
    return { status: 'SUCCESS', data: await publish(site, { folder, reference: event.RequestId }) };
  } catch (error) {
    return { status: 'FAILED', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function expiry(delayMs: number): Promise<Outcome> {
  const reason = 'The files were not uploaded before the function had to end.';
  return new Promise((resolve) => setTimeout(resolve, delayMs, { status: 'FAILED', reason }).unref());
}
