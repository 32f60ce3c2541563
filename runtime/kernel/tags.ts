import type { ResourceContext } from './resource.ts';

/** A resource's tags as CloudFormation puts them on: the stack's, then its own, which win. */
export function tagsOf(ctx: ResourceContext, own: { Key: string; Value: string }[] = []): Record<string, string> {
  return { ...ctx.stackTags, ...Object.fromEntries(own.map(({ Key, Value }) => [Key, String(Value)])) };
}

/** The same as the list of Key and Value that most services take. */
export function tagListOf(
  ctx: ResourceContext,
  own: { Key: string; Value: string }[] = [],
): { Key: string; Value: string }[] {
  return Object.entries(tagsOf(ctx, own)).map(([Key, Value]) => ({ Key, Value }));
}
