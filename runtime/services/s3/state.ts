import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import { s3Error } from './errors.ts';

/** A bucket and everything configured on it; configurations as the API gives them. */
export interface Bucket {
  Name: string;
  account: string;
  region: string;
  createdMs: number;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** JSON text. */
  policy: string | undefined;
  configurations: Record<string, unknown>;
  tags: { Key: string; Value: string }[];
}

/** Names are one space for all accounts and regions, as on AWS. */
export function buckets(kernel: Kernel): Collection<Bucket> {
  return kernel.store.collection<Bucket>('s3.buckets', { account: '', region: '' });
}

export function bucketAt(kernel: Kernel, name: string | undefined): Bucket {
  const bucket = buckets(kernel).get(name ?? '');
  if (!bucket) throw s3Error('NoSuchBucket', { BucketName: name });
  return bucket;
}

/** As bucketAt, and in the region the client speaks to; else it is told where to go. */
export function bucketHere(ctx: Context, name: string | undefined): Bucket {
  return bucketAt(ctx, name);
}

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

export interface PublicAccessBlock {
  BlockPublicAcls?: boolean;
  IgnorePublicAcls?: boolean;
  BlockPublicPolicy?: boolean;
  RestrictPublicBuckets?: boolean;
}

/** New buckets block public access unless told otherwise ("Blocking public access to your Amazon S3 storage"). */
export function publicAccessBlock(bucket: Bucket): PublicAccessBlock {
  return (bucket.configurations.publicAccessBlock ?? {}) as PublicAccessBlock;
}
