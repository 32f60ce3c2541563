import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import type { Context } from '../../../kernel/service.ts';
import { topicAt, topics } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const topic = topicAt(ctx, input.ResourceArn);
  const tags = {
    ...topic.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  topics(ctx, topic).put(topic.Name, { ...topic, tags });
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const topic = topicAt(ctx, input.ResourceArn);
  topics(ctx, topic).put(topic.Name, {
    ...topic,
    tags: Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key))),
  });
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: Object.entries(topicAt(ctx, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })) };
}
