import type {
  ListResourceTagsCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-kms';
import type { Context } from '../../../kernel/service.ts';
import { checkNotPendingDeletion, findKeyById } from '../behaviour/find-key.ts';
import { pageOf } from '../behaviour/pages.ts';
import { limitExceeded, tagException } from '../errors.ts';
import { type Key, keep } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const key = changeable(ctx, input.KeyId);
  keep(ctx, { ...key, tags: checkedTags(ctx, key.tags, input.Tags ?? []) });
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const key = changeable(ctx, input.KeyId);
  const tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !input.TagKeys?.includes(name)));
  keep(ctx, { ...key, tags });
}

export function ListResourceTags(ctx: Context, input: ListResourceTagsCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  const tags = Object.entries(key.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  const { page, rest } = pageOf(tags, input, {
    most: { least: 1, preset: 50, most: 50 },
    nameOf: ([name]) => name,
  });
  return { Tags: page.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...rest };
}

function changeable(ctx: Context, KeyId: string | undefined): Key {
  const key = findKeyById(ctx, KeyId);
  checkNotPendingDeletion(key);
  return key;
}

/** "Tags in AWS KMS": at most 50, none of a name or value too long; AWS's own name space is for CloudFormation only. */
export function checkedTags(
  ctx: Context,
  tags: Record<string, string>,
  added: { TagKey?: string | undefined; TagValue?: string | undefined }[],
): Record<string, string> {
  const result = { ...tags };
  for (const { TagKey = '', TagValue = '' } of added) {
    if (/^aws:/i.test(TagKey) && !isOfStack(ctx, TagKey)) throw tagException('Tags beginning with aws: are reserved');
    if (TagKey.length < 1 || TagKey.length > 128 || TagValue.length > 256) throw tagException('Invalid tag');
    result[TagKey] = TagValue;
  }
  if (new Set(added.map(({ TagKey }) => TagKey)).size < added.length) throw tagException('Duplicate tag keys');
  if (Object.keys(result).length > 50) throw limitExceeded('Too many tags');
  return result;
}

function isOfStack(ctx: Context, name: string): boolean {
  return ctx.origin === 'internal' && name.startsWith('aws:cloudformation:');
}
