import type { PutBucketAclCommandInput, PutObjectAclCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { checkAcl } from '../behaviour/access-control.ts';
import { findObject, type ObjectAddress } from '../behaviour/find-object.ts';
import { bucketAt, ownerOf } from '../state.ts';

/** The one access control list that runs: everything to the owner. */
function ownersOwn(account: string) {
  const Owner = ownerOf(account);
  return {
    Owner,
    Grants: [{ Grantee: { ...Owner, Type: 'CanonicalUser' as const }, Permission: 'FULL_CONTROL' as const }],
  };
}

export function GetBucketAcl(ctx: Context, input: { Bucket?: string }) {
  return ownersOwn(bucketAt(ctx, input.Bucket).account);
}

export function PutBucketAcl(ctx: Context, input: PutBucketAclCommandInput) {
  checkAcl(bucketAt(ctx, input.Bucket), input);
}

export function GetObjectAcl(ctx: Context, input: ObjectAddress) {
  return ownersOwn(findObject(ctx, input).bucket.account);
}

export function PutObjectAcl(ctx: Context, input: PutObjectAclCommandInput) {
  checkAcl(findObject(ctx, input).bucket, input);
}
