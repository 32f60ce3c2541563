import type { CreateBucketCommandInput, DeleteBucketCommandInput, GetBucketLocationCommandInput, HeadBucketCommandInput, ListBucketsCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { registerHosts, unregisterHosts } from '../behaviour/hosts.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt, buckets } from '../state.ts';
import { checkAcl } from './objects.ts';

export function CreateBucket(ctx: Context, input: CreateBucketCommandInput) {
  const Name = input.Bucket ?? '';
  checkName(Name);
  checkAcl(input.ACL);
  const constraint = input.CreateBucketConfiguration?.LocationConstraint;
  const region = constraint === 'EU' ? 'eu-west-1' : (constraint ?? ctx.region);
  const existing = buckets(ctx).get(Name);
  if (existing && existing.account !== ctx.account) throw s3Error('BucketAlreadyExists', { BucketName: Name });
  if (existing) {
    // In us-east-1 creating one's own bucket again succeeds ("CreateBucket", BucketAlreadyOwnedByYou).
    if (existing.region === 'us-east-1' && region === 'us-east-1') return { Location: `/${Name}` };
    throw s3Error('BucketAlreadyOwnedByYou', { BucketName: Name });
  }
  const bucket: Bucket = {
    Name,
    account: ctx.account,
    region,
    createdMs: ctx.clock.now(),
    versioning: undefined,
    policy: undefined,
    configurations: {
      publicAccessBlock: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
      ownership: { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] },
      encryption: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
    },
    tags: (input.CreateBucketConfiguration?.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value })),
  };
  buckets(ctx).put(Name, bucket);
  registerHosts(ctx, bucket);
  return { Location: `/${Name}`, BucketArn: `arn:aws:s3:::${Name}` };
}

/** "Bucket naming rules" (Amazon S3 User Guide). */
function checkName(name: string): void {
  const formed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\./.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  const reserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (!formed || reserved) throw s3Error('InvalidBucketName', { BucketName: name });
}

export function HeadBucket(ctx: Context, input: HeadBucketCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  return { BucketRegion: bucket.region, AccessPointAlias: false };
}

export function DeleteBucket(ctx: Context, input: DeleteBucketCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  if (!ctx.engine(objectTable).isEmpty(bucket.Name)) throw s3Error('BucketNotEmpty', { BucketName: bucket.Name });
  buckets(ctx).delete(bucket.Name);
  unregisterHosts(ctx, bucket);
}

export function ListBuckets(ctx: Context, input: ListBucketsCommandInput) {
  const own = buckets(ctx)
    .values()
    .filter((bucket) => bucket.account === ctx.account && bucket.Name.startsWith(input.Prefix ?? '') && (!input.BucketRegion || bucket.region === input.BucketRegion))
    .filter((bucket) => !input.ContinuationToken || bucket.Name > Buffer.from(input.ContinuationToken, 'base64').toString());
  const page = own.slice(0, input.MaxBuckets ?? 10_000);
  const last = page.at(-1);
  return {
    Buckets: page.map((bucket) => ({ Name: bucket.Name, CreationDate: new Date(bucket.createdMs), BucketRegion: bucket.region, BucketArn: `arn:aws:s3:::${bucket.Name}` })),
    Owner: { ID: ctx.account },
    Prefix: input.Prefix,
    ...(last && own.length > page.length ? { ContinuationToken: Buffer.from(last.Name).toString('base64') } : {}),
  };
}

export function GetBucketLocation(ctx: Context, input: GetBucketLocationCommandInput) {
  const { region } = bucketAt(ctx, input.Bucket);
  return { LocationConstraint: region === 'us-east-1' ? undefined : region };
}
