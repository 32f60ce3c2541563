import type {
  CreateBucketCommandInput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  HeadBucketCommandInput,
  ListBucketsCommandInput,
} from '@aws-sdk/client-s3';
import { defaultRegion } from '../../../kernel/arn.ts';
import { isRegion } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkAcl } from '../behaviour/access-control.ts';
import { bodies } from '../behaviour/bodies.ts';
import { basicEncryption } from '../behaviour/encryption.ts';
import { registerHosts, unregisterHosts } from '../behaviour/hosts.ts';
import { compareKeys } from '../behaviour/key-order.ts';
import { checkTags } from '../behaviour/object-meta.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { uploadTable } from '../behaviour/uploads.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketArn, bucketAt, buckets, ownerOf } from '../state.ts';

export function CreateBucket(ctx: Context, input: CreateBucketCommandInput) {
  const Name = input.Bucket ?? '';
  checkName(Name);
  const region = regionOf(ctx, input);
  const existing = buckets(ctx).get(Name);
  if (existing && existing.account !== ctx.account) throw s3Error('BucketAlreadyExists', { BucketName: Name });
  if (existing) {
    // In us-east-1 creating one's own bucket again succeeds ("CreateBucket", BucketAlreadyOwnedByYou).
    if (existing.region === defaultRegion && region === defaultRegion)
      return { Location: `/${Name}`, BucketArn: bucketArn(Name) };
    throw s3Error('BucketAlreadyOwnedByYou', { BucketName: Name });
  }
  const tags = (input.CreateBucketConfiguration?.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  checkTags(tags, 50);
  const bucket: Bucket = {
    Name,
    account: ctx.account,
    region,
    createdMs: ctx.clock.now(),
    versioning: input.ObjectLockEnabledForBucket ? 'Enabled' : undefined,
    policy: undefined,
    configurations: {
      // "Default settings for new S3 buckets", April 2023.
      publicAccessBlock: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
      ownership: { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] },
      encryption: basicEncryption,
      ...(input.ObjectLockEnabledForBucket ? { objectLock: { ObjectLockEnabled: 'Enabled' } } : {}),
    },
    tags,
  };
  checkAcl(bucket, input);
  buckets(ctx).put(Name, bucket);
  registerHosts(ctx, bucket);
  return {
    Location: region === defaultRegion ? `/${Name}` : `http://${Name}.s3.amazonaws.com/`,
    BucketArn: bucketArn(Name),
  };
}

/** "CreateBucket", LocationConstraint: outside us-east-1 it must name the region of the endpoint. */
function regionOf(ctx: Context, input: CreateBucketCommandInput): string {
  const { LocationConstraint: constraint, Bucket, Location } = input.CreateBucketConfiguration ?? {};
  if (Bucket || Location)
    throw s3Error('NotImplemented', {}, 'Directory buckets are refused: Orrery keeps general purpose buckets.');
  if (constraint === undefined && ctx.region === defaultRegion) return defaultRegion;
  if (constraint === undefined) {
    throw s3Error(
      'IllegalLocationConstraintException',
      {},
      'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
    );
  }
  const region = constraint === 'EU' ? 'eu-west-1' : String(constraint);
  if (!isRegion(region) || region === defaultRegion)
    throw s3Error(
      'InvalidLocationConstraint',
      { LocationConstraint: constraint },
      'The specified location-constraint is not valid',
    );
  if (ctx.region !== defaultRegion && region !== ctx.region) {
    throw s3Error(
      'IllegalLocationConstraintException',
      {},
      `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return region;
}

/** "General purpose bucket naming rules" (Amazon S3 User Guide). */
function checkName(name: string): void {
  const formed =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  const reserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/.test(name);
  if (!formed || reserved) throw s3Error('InvalidBucketName', { BucketName: name });
}

export function HeadBucket(ctx: Context, input: HeadBucketCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  return { BucketRegion: bucket.region, BucketArn: bucketArn(bucket.Name), AccessPointAlias: false };
}

/** Uploads under way do not keep a bucket from being deleted; they go with it. */
export function DeleteBucket(ctx: Context, input: DeleteBucketCommandInput) {
  const bucket = bucketAt(ctx, input.Bucket);
  if (!ctx.engine(objectTable).isEmpty(bucket.Name)) throw s3Error('BucketNotEmpty', { BucketName: bucket.Name });
  for (const upload of ctx.engine(uploadTable).ofBucket(bucket.Name)) {
    for (const part of ctx.engine(uploadTable).remove(upload.uploadId)) ctx.engine(bodies).removeLater(part);
  }
  buckets(ctx).delete(bucket.Name);
  unregisterHosts(ctx, bucket);
}

export function ListBuckets(ctx: Context, input: ListBucketsCommandInput) {
  const after = input.ContinuationToken ? Buffer.from(input.ContinuationToken, 'base64').toString() : '';
  const own = buckets(ctx)
    .values()
    .filter(
      ({ account, Name }) =>
        account === ctx.account && Name.startsWith(input.Prefix ?? '') && compareKeys(Name, after) > 0,
    )
    .filter(({ region }) => !input.BucketRegion || region === input.BucketRegion);
  const page = own.slice(0, input.MaxBuckets ?? 10_000);
  const last = page.at(-1);
  return {
    Buckets: page.map(({ Name, createdMs, region }) => ({
      Name,
      CreationDate: new Date(createdMs),
      BucketRegion: region,
      BucketArn: bucketArn(Name),
    })),
    Owner: ownerOf(ctx.account),
    Prefix: input.Prefix,
    ...(last && own.length > page.length ? { ContinuationToken: Buffer.from(last.Name).toString('base64') } : {}),
  };
}

/** Buckets of us-east-1 have no location constraint. */
export function GetBucketLocation(ctx: Context, input: GetBucketLocationCommandInput) {
  const { region } = bucketAt(ctx, input.Bucket);
  return { LocationConstraint: region === defaultRegion ? undefined : region };
}
