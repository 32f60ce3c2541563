import type {
  ListTagsForResourceCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-wafv2';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { limitsExceeded, nonexistent } from '../errors.ts';
import { type Entity, ipSets, regexPatternSets, ruleGroups, webAcls } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const given = input.Tags ?? [];
  const keys = new Set(given.map(({ Key }) => Key));
  retag(ctx, input.ResourceARN, (tags) => [...tags.filter(({ Key }) => !keys.has(Key)), ...given]);
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const keys = new Set(input.TagKeys ?? []);
  retag(ctx, input.ResourceARN, (tags) => tags.filter(({ Key }) => !keys.has(String(Key))));
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  const { record } = find(ctx, input.ResourceARN);
  return { TagInfoForResource: { ResourceARN: record.ARN, TagList: record.Tags } };
}

function retag(ctx: Context, arn: string | undefined, change: (tags: Tag[]) => Tag[]): void {
  const { record, all } = find(ctx, arn);
  const Tags = change(record.Tags);
  if (Tags.length > 50) throw limitsExceeded();
  all.put(record.Id, { ...record, Tags });
}

const collections = {
  webacl: webAcls,
  rulegroup: ruleGroups,
  ipset: ipSets,
  regexpatternset: regexPatternSets,
} as const;

function find(ctx: Context, arn = ''): { record: Entity<unknown>; all: Collection<Entity<unknown>> } {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const [, kind = '', , id = ''] = resource.split('/');
  const collection = Object.hasOwn(collections, kind) ? collections[kind as keyof typeof collections] : undefined;
  const all = collection?.(ctx, { account, region }) as Collection<Entity<unknown>> | undefined;
  const record = all?.get(id);
  if (!all || !record || record.ARN !== arn) throw nonexistent();
  return { record, all };
}
