import type { Tag } from '@aws-sdk/client-cloudfront';
import type { ResourceContext } from '../../../kernel/resource.ts';

/** A resource's own tags win over the stack's. */
export function tagsOf(ctx: ResourceContext, own: Tag[] = []): Tag[] {
  const keys = new Set(own.map((tag) => tag.Key));
  const fromStack = Object.entries(ctx.stackTags).map(([Key, Value]) => ({ Key, Value }));
  return [...own, ...fromStack.filter((tag) => !keys.has(tag.Key))];
}

export async function updateTags(ctx: ResourceContext, arn: string, tags: Tag[], previous: Tag[]): Promise<void> {
  const kept = new Set(tags.map((tag) => tag.Key));
  const gone = previous.flatMap((tag) => (tag.Key !== undefined && !kept.has(tag.Key) ? [tag.Key] : []));
  if (gone.length > 0) await ctx.call('cloudfront', 'UntagResource', { Resource: arn, TagKeys: { Items: gone } });
  if (tags.length > 0) await ctx.call('cloudfront', 'TagResource', { Resource: arn, Tags: { Items: tags } });
}
