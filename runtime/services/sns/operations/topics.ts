import type {
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListTopicsCommandInput,
  SetTopicAttributesCommandInput,
} from '@aws-sdk/client-sns';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/pages.ts';
import { checkLargeMessages, checkTopicAttribute } from '../behaviour/topic-attributes.ts';
import { defaultPolicy } from '../behaviour/topic-policy.ts';
import { invalidParameter } from '../errors.ts';
import { subscriptions, subscriptionsOf, topicArn, topicAt, topics } from '../state.ts';

export function CreateTopic(ctx: Context, input: CreateTopicCommandInput) {
  const Name = input.Name ?? '';
  const { FifoTopic = 'false', ...given } = (input.Attributes ?? {}) as Record<string, string>;
  const fifo = checkName(Name, FifoTopic);
  for (const [name, value] of Object.entries(given)) checkTopicAttribute(name, value, fifo);
  const TopicArn = topicArn(ctx.region, ctx.account, Name);
  const tags = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const existing = topics(ctx, ctx).get(Name);
  if (existing) {
    const differs = Object.entries(given).some(([name, value]) => existing.attributes[name] !== value);
    if (differs) throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    if (input.Tags && JSON.stringify(tags) !== JSON.stringify(existing.tags))
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    return { TopicArn };
  }
  topics(ctx, ctx).put(Name, { TopicArn, Name, account: ctx.account, region: ctx.region, attributes: given, tags });
  return { TopicArn };
}

/** "CreateTopic": 1 to 256 characters, of which a FIFO topic's last are .fifo. */
function checkName(name: string, FifoTopic: string): boolean {
  if (FifoTopic !== 'true' && FifoTopic !== 'false')
    throw invalidParameter(`Attributes Reason: FifoTopic: Invalid value [${FifoTopic}]`);
  const fifo = FifoTopic === 'true';
  if (name.length > 256 || !/^[A-Za-z0-9_-]+(\.fifo)?$/.test(name) || name.endsWith('.fifo') !== fifo) {
    const shape = fifo
      ? 'Fifo Topic names must end with .fifo and must be made up of'
      : 'Topic names must be made up of';
    throw invalidParameter(
      `Topic Name Reason: ${shape} only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.`,
    );
  }
  return fifo;
}

export function DeleteTopic(ctx: Context, input: DeleteTopicCommandInput) {
  const name = (input.TopicArn ?? '').split(':').pop() ?? '';
  const topic = topics(ctx, ctx).get(name);
  if (!topic) return;
  for (const subscription of subscriptionsOf(ctx, topic))
    subscriptions(ctx, topic).delete(subscription.SubscriptionArn);
  topics(ctx, topic).delete(name);
}

const defaultDeliveryPolicy =
  '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}';

export function GetTopicAttributes(ctx: Context, input: GetTopicAttributesCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const all = subscriptionsOf(ctx, topic);
  const fifo = topic.Name.endsWith('.fifo')
    ? { FifoTopic: 'true', ContentBasedDeduplication: 'false', FifoThroughputScope: 'Topic' }
    : {};
  return {
    Attributes: {
      TopicArn: topic.TopicArn,
      Owner: topic.account,
      DisplayName: '',
      Policy: defaultPolicy(topic),
      EffectiveDeliveryPolicy: topic.attributes.DeliveryPolicy ?? defaultDeliveryPolicy,
      SubscriptionsConfirmed: String(all.filter((subscription) => subscription.confirmed).length),
      SubscriptionsPending: String(all.filter((subscription) => !subscription.confirmed).length),
      SubscriptionsDeleted: '0',
      ...fifo,
      ...topic.attributes,
    },
  };
}

export function SetTopicAttributes(ctx: Context, input: SetTopicAttributesCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const name = input.AttributeName ?? '';
  const value = input.AttributeValue ?? '';
  checkTopicAttribute(name, value, topic.Name.endsWith('.fifo'));
  if (name === 'MaximumMessageSize') checkLargeMessages(value, subscriptionsOf(ctx, topic));
  const { [name]: _old, ...rest } = topic.attributes;
  topics(ctx, topic).put(topic.Name, { ...topic, attributes: value === '' ? rest : { ...rest, [name]: value } });
}

export function ListTopics(ctx: Context, input: ListTopicsCommandInput) {
  const { items, NextToken } = page(topics(ctx, ctx).values(), input.NextToken);
  return { Topics: items.map(({ TopicArn }) => ({ TopicArn })), NextToken };
}
