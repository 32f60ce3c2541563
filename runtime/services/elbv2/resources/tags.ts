import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

export type Tags = { Key: string; Value: string }[];

export async function updateTags(
  ctx: ResourceContext,
  arn: string,
  tags: Tags = [],
  previous: Tags = [],
): Promise<void> {
  const wanted: Tag[] = tagListOf(ctx, tags);
  const kept = new Set(wanted.map(({ Key }) => Key));
  const gone = previous.flatMap(({ Key }) => (kept.has(Key) ? [] : [Key]));
  if (gone.length > 0) await ctx.call('elbv2', 'RemoveTags', { ResourceArns: [arn], TagKeys: gone });
  if (wanted.length > 0) await ctx.call('elbv2', 'AddTags', { ResourceArns: [arn], Tags: wanted });
}
