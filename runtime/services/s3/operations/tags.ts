import type { PutBucketTaggingCommandInput, PutObjectTaggingCommandInput } from '@aws-sdk/client-s3';
import type { Context } from '../../../kernel/service.ts';
import { findObject, type ObjectAddress } from '../behaviour/find-object.ts';
import { announce } from '../behaviour/notifications.ts';
import { checkTags, type Tag } from '../behaviour/object-meta.ts';
import { objectTable } from '../behaviour/object-table.ts';
import { metaOf, versionMembers } from '../behaviour/presentation.ts';
import { s3Error } from '../errors.ts';
import { bucketAt, keepBucket } from '../state.ts';

type BucketInput = { Bucket?: string };

function tagSet(
  input: { Tagging?: { TagSet?: { Key?: string | undefined; Value?: string | undefined }[] | undefined } | undefined },
  limit: number,
): Tag[] {
  const tags = (input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  checkTags(tags, limit);
  return tags;
}

export function PutBucketTagging(ctx: Context, input: PutBucketTaggingCommandInput) {
  keepBucket(ctx, bucketAt(ctx, input.Bucket), { tags: tagSet(input, 50) });
}

export function GetBucketTagging(ctx: Context, input: BucketInput) {
  const { tags } = bucketAt(ctx, input.Bucket);
  if (tags.length === 0) throw s3Error('NoSuchTagSet', { BucketName: input.Bucket });
  return { TagSet: tags };
}

export function DeleteBucketTagging(ctx: Context, input: BucketInput) {
  keepBucket(ctx, bucketAt(ctx, input.Bucket), { tags: [] });
}

export function PutObjectTagging(ctx: Context, input: PutObjectTaggingCommandInput) {
  const { bucket, object } = findObject(ctx, input);
  ctx.engine(objectTable).setMeta(object.seq, { ...metaOf(object), tags: tagSet(input, 10) });
  announce(ctx, bucket, 'ObjectTagging:Put', object);
  return versionMembers(bucket, object.versionId);
}

export function GetObjectTagging(ctx: Context, input: ObjectAddress) {
  const { bucket, object } = findObject(ctx, input);
  return { TagSet: metaOf(object).tags ?? [], ...versionMembers(bucket, object.versionId) };
}

export function DeleteObjectTagging(ctx: Context, input: ObjectAddress) {
  const { bucket, object } = findObject(ctx, input);
  const { tags: _tags, ...meta } = metaOf(object);
  ctx.engine(objectTable).setMeta(object.seq, meta);
  announce(ctx, bucket, 'ObjectTagging:Delete', object);
  return versionMembers(bucket, object.versionId);
}
