import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

type Tags = { Key: string; Value: string }[] | undefined;

/** Brings the tags of a rule or bus to what the template now says. */
export async function retag(ctx: ResourceContext, ResourceARN: string, now: Tags, before: Tags): Promise<void> {
  const kept = new Set(now?.map(({ Key }) => Key));
  const TagKeys = (before ?? []).map(({ Key }) => Key).filter((key) => !kept.has(key));
  if (TagKeys.length > 0) await ctx.call('events', 'UntagResource', { ResourceARN, TagKeys });
  await ctx.call('events', 'TagResource', { ResourceARN, Tags: tagListOf(ctx, now) });
}
