import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { bucketAt } from '../state.ts';

/**
 * Configurations that no bucket of Orrery has: asking for one is answered as AWS does for a bucket without it (clients such
 * as Terraform ask for all of them); setting one is refused by name.
 */
type BucketInput = { Bucket?: string };

export function GetBucketAccelerateConfiguration(ctx: Context, input: BucketInput) {
  bucketAt(ctx, input.Bucket);
  return {};
}

export function PutBucketAccelerateConfiguration(
  ctx: Context,
  input: BucketInput & { AccelerateConfiguration?: { Status?: string } },
) {
  bucketAt(ctx, input.Bucket);
  if (input.AccelerateConfiguration?.Status !== 'Suspended') throw refused('s3 PutBucketAccelerateConfiguration');
}

export function GetBucketRequestPayment(ctx: Context, input: BucketInput) {
  bucketAt(ctx, input.Bucket);
  return { Payer: 'BucketOwner' as const };
}

export function PutBucketRequestPayment(
  ctx: Context,
  input: BucketInput & { RequestPaymentConfiguration?: { Payer?: string } },
) {
  bucketAt(ctx, input.Bucket);
  if (input.RequestPaymentConfiguration?.Payer !== 'BucketOwner')
    throw refused('s3 PutBucketRequestPayment with Payer Requester');
}

export function GetBucketReplication(ctx: Context, input: BucketInput) {
  bucketAt(ctx, input.Bucket);
  throw s3Error('ReplicationConfigurationNotFoundError', { BucketName: input.Bucket });
}

function none(ctx: Context, input: BucketInput) {
  bucketAt(ctx, input.Bucket);
  return { IsTruncated: false };
}

export const ListBucketAnalyticsConfigurations = none;
export const ListBucketIntelligentTieringConfigurations = none;
export const ListBucketInventoryConfigurations = none;
export const ListBucketMetricsConfigurations = none;
