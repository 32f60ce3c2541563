import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

export interface TemplateTag {
  Key: string;
  Value: string;
}

/** Brings the tags of a role or user to what the properties say. */
export async function applyTags(
  ctx: ResourceContext,
  kind: 'Role' | 'User',
  name: string,
  own: TemplateTag[] | undefined,
  previous: TemplateTag[] | undefined,
): Promise<void> {
  const Tags = tagListOf(ctx, own);
  const gone = (previous ?? []).map(({ Key }) => Key).filter((key) => !Tags.some(({ Key }) => Key === key));
  const identity = { [`${kind}Name`]: name };
  if (gone.length > 0) await ctx.call('iam', `Untag${kind}`, { ...identity, TagKeys: gone });
  if (Tags.length > 0) await ctx.call('iam', `Tag${kind}`, { ...identity, Tags });
}

/** The tags that are not the stack's, for drift. */
export function ownTags(
  ctx: ResourceContext,
  tags: { Key: string | undefined; Value: string | undefined }[] | undefined,
): TemplateTag[] {
  return (tags ?? [])
    .map(({ Key = '', Value = '' }) => ({ Key, Value }))
    .filter(({ Key, Value }) => ctx.stackTags[Key] !== Value);
}
