import type { HttpRequest } from '../../../data-planes/http/exchange.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Answered, BeyondModel, Kernel } from '../../../kernel/service.ts';
import { addressing } from '../addressing.ts';
import { buckets } from '../state.ts';

/**
 * What S3's answers say and its model does not: "Common response headers" and "Error responses" (Amazon S3 API Reference).
 * The region of the bucket leads clients that asked in another one ("HeadBucket").
 */
export function beyondModel(kernel: Kernel, { labels, request, error }: Answered): BeyondModel {
  const id = kernel.engine(hostId);
  if (!error) return { headers: { server: 'AmazonS3', 'x-amz-id-2': id } };
  const headers: Record<string, string> = { server: 'AmazonS3', 'x-amz-id-2': id };
  const bucket = misled.includes(error.status) ? buckets(kernel).get(labels.Bucket ?? '') : undefined;
  if (bucket) headers['x-amz-bucket-region'] = bucket.region;
  return { headers, members: { Resource: resourceOf(request, labels.Bucket), HostId: id } };
}

/** Which host answered; this runtime is one. */
export const hostId = defineEngine('s3.host-id', (kernel) =>
  Buffer.from(kernel.ids.hex(112), 'hex').toString('base64'),
);

/** Statuses of answers to clients that may have asked in the wrong region. */
const misled = [301, 307, 400, 403];

/** `/bucket/key`, also where the host names the bucket. */
function resourceOf({ host, url }: HttpRequest, bucket: string | undefined): string {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const inHost = bucket !== undefined && addressing({ host, path }).path === path;
  return inHost ? `/${bucket}${path}` : path;
}
