import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { tagList, tagsFrom } from '../behaviour/tag-lists.ts';
import { notFound, validation } from '../errors.ts';
import { type Bus, buses, findBus, putRule, type Rule, ruleKey, rules } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const { tags, put } = tagged(ctx, input.ResourceARN);
  put({ ...tags, ...tagsFrom(input.Tags) });
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const { tags, put } = tagged(ctx, input.ResourceARN);
  put(Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key))));
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: tagList(tagged(ctx, input.ResourceARN).tags) };
}

interface Tagged {
  tags: Record<string, string>;
  put(tags: Record<string, string>): void;
}

function tagged(ctx: Context, arnText: string | undefined): Tagged {
  const arn = parseArn(arnText ?? '');
  const [kind, ...names] = arn?.resource.split('/') ?? [];
  if (arn?.service !== 'events' || (kind !== 'rule' && kind !== 'event-bus'))
    throw validation(`Parameter ${arnText} is not valid. Reason: Provided Arn is not in correct format.`);
  if (kind === 'event-bus') {
    const bus: Bus | undefined = findBus(ctx, { ...arn, name: names.join('/') });
    if (!bus) throw notFound(`Event bus ${names.join('/')} does not exist.`);
    return { tags: bus.tags, put: (tags) => buses(ctx, bus).put(bus.Name, { ...bus, tags }) };
  }
  const name = names.pop() ?? '';
  const busName = names.join('/') || 'default';
  const rule: Rule | undefined = rules(ctx, arn).get(ruleKey(busName, name));
  if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${busName}.`);
  return { tags: rule.tags, put: (tags) => putRule(ctx, { ...rule, tags }) };
}
