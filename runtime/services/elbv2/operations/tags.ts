import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  RemoveTagsCommandInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import {
  duplicateTagKeys,
  listenerNotFound,
  loadBalancerNotFound,
  ruleNotFound,
  targetGroupNotFound,
  tooMany,
  validationError,
} from '../errors.ts';
import { listeners, loadBalancers, rules, targetGroups } from '../state.ts';

export function AddTags(ctx: Context, { ResourceArns = [], Tags = [] }: AddTagsCommandInput) {
  const keys = Tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw duplicateTagKeys();
  for (const arn of ResourceArns) {
    change(ctx, arn, (before) => {
      const after = [...before.filter(({ Key }) => !keys.includes(Key)), ...Tags];
      if (after.length > 50)
        throw tooMany('TooManyTags', "You've reached the limit on the number of tags per resource");
      return after;
    });
  }
  return {};
}

export function RemoveTags(ctx: Context, { ResourceArns = [], TagKeys = [] }: RemoveTagsCommandInput) {
  for (const arn of ResourceArns) change(ctx, arn, (before) => before.filter(({ Key = '' }) => !TagKeys.includes(Key)));
  return {};
}

export function DescribeTags(ctx: Context, { ResourceArns = [] }: DescribeTagsCommandInput) {
  if (ResourceArns.length > 20) throw validationError('At most 20 resources can be described at once');
  return {
    TagDescriptions: ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: find(ctx, ResourceArn).record.Tags })),
  };
}

type Tagged = { Tags: Tag[] };

function change(ctx: Context, arn: string, how: (before: Tag[]) => Tag[]): void {
  const { collection, record } = find(ctx, arn);
  collection.put(arn, { ...record, Tags: how(record.Tags) });
}

function find(ctx: Context, arn: string): { collection: Collection<Tagged>; record: Tagged } {
  const kind = /:(loadbalancer|targetgroup|listener|listener-rule)\//.exec(arn)?.[1];
  const kinds = {
    loadbalancer: [loadBalancers(ctx, ctx), loadBalancerNotFound],
    targetgroup: [targetGroups(ctx, ctx), targetGroupNotFound],
    listener: [listeners(ctx, ctx), listenerNotFound],
    'listener-rule': [rules(ctx, ctx), ruleNotFound],
  } as const;
  if (kind === undefined) throw validationError(`'${arn}' is not a valid resource ARN`);
  const [collection, notFound] = kinds[kind as keyof typeof kinds];
  const record = collection.get(arn);
  if (!record) throw notFound();
  return { collection: collection as unknown as Collection<Tagged>, record };
}
