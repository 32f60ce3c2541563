import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { resourceNotFound, tooManyTags, validation } from '../errors.ts';
import { keyOf, type Target, targets } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const target = mustFindByArn(ctx, input.ResourceARN);
  const Tags = checkTags(target.ScalableTargetARN, { ...target.Tags, ...input.Tags });
  targets(ctx).put(keyOf(target), { ...target, Tags });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const target = mustFindByArn(ctx, input.ResourceARN);
  const gone = new Set(input.TagKeys);
  const Tags = Object.fromEntries(Object.entries(target.Tags).filter(([key]) => !gone.has(key)));
  targets(ctx).put(keyOf(target), { ...target, Tags });
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: mustFindByArn(ctx, input.ResourceARN).Tags };
}

export function checkTags(arn: string, tags: Record<string, string>): Record<string, string> {
  const names = Object.keys(tags);
  if (names.length > 50) throw tooManyTags(arn);
  const wrong = names.find((name) => name.startsWith('aws:') || name.length === 0 || name.length > 128);
  if (wrong !== undefined) throw validation(`The tag key ${wrong} is not valid.`);
  return tags;
}

function mustFindByArn(ctx: Context, arn = ''): Target {
  const found = targets(ctx)
    .values()
    .find(({ ScalableTargetARN }) => ScalableTargetARN === arn);
  if (!found) throw resourceNotFound(arn);
  return found;
}
