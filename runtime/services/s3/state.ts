import { createHash } from 'node:crypto';
import type { Kernel } from '../../kernel/service.ts';
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

/** The canonical user id of an account: 64 hexadecimal characters that tell nothing of its number. */
export function ownerOf(account: string): { ID: string } {
  return { ID: createHash('sha256').update(`canonical user ${account}`).digest('hex') };
}

export function keepBucket(kernel: Kernel, bucket: Bucket, change: Partial<Bucket>): void {
  buckets(kernel).put(bucket.Name, { ...bucket, ...change });
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

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

export interface PublicAccessBlock {
  BlockPublicAcls?: boolean;
  IgnorePublicAcls?: boolean;
  BlockPublicPolicy?: boolean;
  RestrictPublicBuckets?: boolean;
}

/** None once it has been deleted; new buckets block everything ("Blocking public access to your Amazon S3 storage"). */
export function publicAccessBlock(bucket: Bucket): PublicAccessBlock {
  return (bucket.configurations.publicAccessBlock ?? {}) as PublicAccessBlock;
}
