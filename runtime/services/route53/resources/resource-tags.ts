import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

export interface Tag {
  Key: string;
  Value: string;
}

/** Puts a resource's tags on, and takes off what the template names no more. */
export async function changeTags(
  ctx: ResourceContext,
  ResourceType: 'hostedzone' | 'healthcheck',
  ResourceId: string,
  own: Tag[] = [],
  previous: Tag[] = [],
): Promise<void> {
  const AddTags = tagListOf(ctx, own);
  const RemoveTagKeys = previous.map(({ Key }) => Key).filter((key) => !AddTags.some(({ Key }) => Key === key));
  if (AddTags.length === 0 && RemoveTagKeys.length === 0) return;
  await ctx.call('route53', 'ChangeTagsForResource', { ResourceType, ResourceId, AddTags, RemoveTagKeys });
}
