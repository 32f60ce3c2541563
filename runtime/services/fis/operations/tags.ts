import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import { experimentAt, experiments, templateAt, templates } from '../state.ts';

export function TagResource(
  ctx: Context,
  { resourceArn, tags }: { resourceArn: string; tags: Record<string, string> },
) {
  const now = { ...tagsOf(ctx, resourceArn), ...tags };
  if (Object.keys(now).length > 50) throw validation(`${resourceArn} would have more than 50 tags.`);
  keep(ctx, resourceArn, now);
  return {};
}

export function UntagResource(ctx: Context, { resourceArn, tagKeys }: { resourceArn: string; tagKeys?: string[] }) {
  const left = Object.entries(tagsOf(ctx, resourceArn)).filter(([key]) => !tagKeys?.includes(key));
  keep(ctx, resourceArn, Object.fromEntries(left));
  return {};
}

export function ListTagsForResource(ctx: Context, { resourceArn }: { resourceArn: string }) {
  return { tags: tagsOf(ctx, resourceArn) };
}

function tagsOf(ctx: Context, arn: string): Record<string, string> {
  const { kind, id } = named(arn);
  return (kind === 'experiment' ? experimentAt(ctx, id) : templateAt(ctx, id)).tags;
}

function keep(ctx: Context, arn: string, tags: Record<string, string>): void {
  const { kind, id } = named(arn);
  if (kind === 'experiment') experiments(ctx, ctx).put(id, { ...experimentAt(ctx, id), tags });
  else templates(ctx, ctx).put(id, { ...templateAt(ctx, id), tags });
}

function named(arn: string): { kind: string; id: string } {
  const [, kind, id] = /:(experiment|experiment-template)\/(\w+)$/.exec(arn) ?? [];
  if (!kind || !id) throw validation(`${arn} is not the ARN of an experiment or an experiment template.`);
  return { kind, id };
}
