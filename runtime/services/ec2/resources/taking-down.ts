import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

type Tags = { Key: string; Value: string }[] | undefined;

/** Deleting what is already gone has succeeded. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!/NotFound$|^Gateway\.NotAttached$|^InvalidGroupId\.Malformed$/.test((error as { code?: string }).code ?? ''))
      throw error;
  }
}

/** Tags at creation, in the shape EC2 takes them. */
export function tagSpecification(ctx: ResourceContext, ResourceType: string, own: Tags) {
  const list = tagListOf(ctx, own);
  return list.length > 0 ? { TagSpecifications: [{ ResourceType, Tags: list }] } : {};
}

export async function retag(ctx: ResourceContext, id: string, now: Tags, before: Tags): Promise<void> {
  const wanted = tagListOf(ctx, now);
  const keys = new Set(wanted.map(({ Key }) => Key));
  const gone = (before ?? []).filter(({ Key }) => !keys.has(Key)).map(({ Key }) => ({ Key }));
  if (gone.length > 0) await ctx.call('ec2', 'DeleteTags', { Resources: [id], Tags: gone });
  if (wanted.length > 0) await ctx.call('ec2', 'CreateTags', { Resources: [id], Tags: wanted });
}
