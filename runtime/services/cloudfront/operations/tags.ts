import type { ListTagsForResourceCommandInput, TagResourceCommandInput, UntagResourceCommandInput } from '@aws-sdk/client-cloudfront';
import type { Context } from '../../../kernel/service.ts';
import { invalidTagging, noSuchResource } from '../errors.ts';
import { type Distribution, distributions } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const record = find(ctx, input.Resource);
  const given = input.Tags?.Items ?? [];
  const keys = new Set(given.map((tag) => tag.Key));
  const Tags = [...record.Tags.filter((tag) => !keys.has(tag.Key)), ...given];
  if (Tags.length > 50) throw invalidTagging('A resource can have up to 50 tags.');
  distributions(ctx, ctx).put(record.Id, { ...record, Tags });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const record = find(ctx, input.Resource);
  const keys = new Set(input.TagKeys?.Items ?? []);
  distributions(ctx, ctx).put(record.Id, { ...record, Tags: record.Tags.filter((tag) => !keys.has(String(tag.Key))) });
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: { Items: find(ctx, input.Resource).Tags } };
}

function find(ctx: Context, arn: string | undefined): Distribution {
  const record = distributions(ctx, ctx).get(arn?.split('distribution/')[1] ?? '');
  if (!record || record.ARN !== arn) throw noSuchResource();
  return record;
}
