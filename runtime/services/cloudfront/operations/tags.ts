import type {
  ListTagsForResourceCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudfront';
import type { Context } from '../../../kernel/service.ts';
import { invalidTagging, noSuchResource } from '../errors.ts';
import { distributions, functions } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const tagged = find(ctx, input.Resource);
  const given = input.Tags?.Items ?? [];
  const keys = new Set(given.map((tag) => tag.Key));
  const tags = [...tagged.tags.filter((tag) => !keys.has(tag.Key)), ...given];
  if (tags.length > 50) throw invalidTagging('A resource can have up to 50 tags.');
  tagged.put(tags);
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const tagged = find(ctx, input.Resource);
  const keys = new Set(input.TagKeys?.Items ?? []);
  tagged.put(tagged.tags.filter((tag) => !keys.has(String(tag.Key))));
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: { Items: find(ctx, input.Resource).tags } };
}

interface Tagged {
  tags: Tag[];
  put(tags: Tag[]): void;
}

/** Distributions and functions have tags. */
function find(ctx: Context, arn = ''): Tagged {
  const distribution = distributions(ctx, ctx).get(arn.split('distribution/')[1] ?? '');
  if (distribution?.ARN === arn) {
    return {
      tags: distribution.Tags,
      put: (Tags) => distributions(ctx, ctx).put(distribution.Id, { ...distribution, Tags }),
    };
  }
  const record = functions(ctx, ctx).get(arn.split('function/')[1] ?? '');
  if (record?.FunctionARN === arn) {
    return { tags: record.Tags, put: (Tags) => functions(ctx, ctx).put(record.Name, { ...record, Tags }) };
  }
  throw noSuchResource();
}
