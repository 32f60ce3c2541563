import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  Tag,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../../kernel/service.ts';
import { filtered, paged } from '../behaviour/listing.ts';
import type { Noun, Tagged } from '../behaviour/noun.ts';
import { volumeOwner } from '../behaviour/root-volume.ts';
import { checkTags } from '../behaviour/tag-rules.ts';
import { invalidParameterValue, notFound } from '../errors.ts';
import { instances } from '../instance-state.ts';
import { type SecurityGroup, securityGroups } from '../network-state.ts';
import { nouns } from '../nouns.ts';
import { volumes } from '../volume-state.ts';

export function CreateTags(ctx: Context, input: CreateTagsCommandInput) {
  const added = checkTags(input.Tags ?? []);
  const keys = new Set(added.map(({ Key }) => Key));
  change(ctx, input.Resources ?? [], (tags) => [...tags.filter(({ Key }) => !keys.has(Key)), ...added]);
  return {};
}

/** A tag named with its value goes only when it has that value; without any tag named, all go ("DeleteTags"). */
export function DeleteTags(ctx: Context, input: DeleteTagsCommandInput) {
  const unwanted = input.Tags;
  const goes = (tag: Tag): boolean =>
    unwanted
      ? unwanted.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value))
      : !tag.Key?.startsWith('aws:');
  change(ctx, input.Resources ?? [], (tags) => tags.filter((tag) => !goes(tag)));
  return {};
}

type TagChange = (tags: Tag[]) => Tag[];

/** All are looked up first: an unknown id leaves every tag as it was. */
function change(ctx: Context, ids: readonly string[], apply: TagChange): void {
  const steps = ids.map((id) => stepOf(id)(ctx, id, apply));
  for (const step of steps) step();
}

function stepOf(id: string): (ctx: Context, id: string, apply: TagChange) => () => void {
  return id.startsWith('sgr-') ? ruleStep : id.startsWith('vol-') ? volumeStep : recordStep;
}

/** A root volume's tags are kept with its instance. */
function volumeStep(ctx: Context, id: string, apply: TagChange): () => void {
  if (volumes.records(ctx).has(id)) return recordStep(ctx, id, apply);
  const { InstanceId, volumeTags: before = [] } = volumeOwner(instances.all(ctx), id);
  const volumeTags = checkTags(apply(before));
  return () => void instances.put(ctx, { ...instances.find(ctx, InstanceId), volumeTags });
}

function recordStep(ctx: Context, id: string, apply: TagChange): () => void {
  const { found, record } = tagged(ctx, id);
  const Tags = checkTags(apply(record.Tags));
  return () => void found.put(ctx, { ...record, Tags });
}

function tagged(ctx: Context, id: string): { found: Noun<Tagged>; record: Tagged } {
  const found = nouns.find(({ prefix }) => id.startsWith(`${prefix}-`));
  if (!found) throw notFound('InvalidID', `The ID '${id}' is not valid`);
  return { found, record: found.find(ctx, id) };
}

/** A rule's tags are kept in its group. */
function ruleStep(ctx: Context, id: string, apply: TagChange): () => void {
  const ofRule = (group: SecurityGroup): boolean => group.rules.some((rule) => rule.SecurityGroupRuleId === id);
  if (!securityGroups.all(ctx).some(ofRule))
    throw notFound('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
  return () => {
    const group = securityGroups.all(ctx).find(ofRule);
    const rules = group?.rules.map((rule) =>
      rule.SecurityGroupRuleId === id ? { ...rule, Tags: checkTags(apply(rule.Tags)) } : rule,
    );
    if (group && rules) securityGroups.put(ctx, { ...group, rules });
  };
}

export function DescribeTags(ctx: Context, input: DescribeTagsCommandInput) {
  const all = nouns.flatMap((noun) =>
    noun
      .records(ctx)
      .entries()
      .flatMap(([ResourceId, { Tags }]) =>
        Tags.map(({ Key, Value }) => ({ Key, Value, ResourceId, ResourceType: noun.type as never })),
      ),
  );
  const filters = (input.Filters ?? []).map((filter) =>
    filter.Name?.startsWith('tag:')
      ? invalid(filter.Name)
      : { ...filter, Name: filter.Name === 'tag-key' ? 'key' : filter.Name === 'tag-value' ? 'value' : filter.Name },
  );
  const found = filtered(all as ((typeof all)[number] & { Tags?: Tag[] })[], filters, {
    key: 'Key',
    value: 'Value',
    'resource-id': 'ResourceId',
    'resource-type': 'ResourceType',
  });
  const { page, ...rest } = paged(found, input);
  return { Tags: page, ...rest };
}

function invalid(name: string): never {
  throw invalidParameterValue(`The filter '${name}' is invalid`);
}
