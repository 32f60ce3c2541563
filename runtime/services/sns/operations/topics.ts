import type {
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListTagsForResourceCommandInput,
  ListTopicsCommandInput,
  SetTopicAttributesCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import { subscriptions, subscriptionsOf, type Topic, topicArn, topicAt, topics } from '../state.ts';

/** Attributes that can be set, and what SNS does by default ("SetTopicAttributes"). */
const settable = ['DisplayName', 'Policy', 'DeliveryPolicy', 'KmsMasterKeyId', 'TracingConfig', 'SignatureVersion'];

export function CreateTopic(ctx: Context, input: CreateTopicCommandInput) {
  const Name = input.Name ?? '';
  const attributes = (input.Attributes ?? {}) as Record<string, string>;
  if (attributes.FifoTopic === 'true' || Name.endsWith('.fifo')) throw refused('sns CreateTopic of a FIFO topic');
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(Name)) throw invalidParameter('Topic Name');
  const { FifoTopic: _fifo, ...given } = attributes;
  for (const name of Object.keys(given))
    if (!settable.includes(name)) throw invalidParameter(`Attributes Reason: Unknown attribute ${name}`);
  const TopicArn = topicArn(ctx.region, ctx.account, Name);
  const existing = topics(ctx, ctx).get(Name);
  if (existing) {
    const differs = Object.entries(given).find(([name, value]) => existing.attributes[name] !== value);
    if (differs) throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    return { TopicArn };
  }
  const tags = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  topics(ctx, ctx).put(Name, { TopicArn, Name, account: ctx.account, region: ctx.region, attributes: given, tags });
  return { TopicArn };
}

export function DeleteTopic(ctx: Context, input: DeleteTopicCommandInput) {
  const name = (input.TopicArn ?? '').split(':').pop() ?? '';
  const topic = topics(ctx, ctx).get(name);
  if (!topic) return;
  for (const subscription of subscriptionsOf(ctx, topic))
    subscriptions(ctx, topic).delete(subscription.SubscriptionArn);
  topics(ctx, topic).delete(name);
}

export function GetTopicAttributes(ctx: Context, input: GetTopicAttributesCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const all = subscriptionsOf(ctx, topic);
  return {
    Attributes: {
      TopicArn: topic.TopicArn,
      Owner: topic.account,
      DisplayName: '',
      Policy: defaultPolicy(topic),
      EffectiveDeliveryPolicy:
        '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false}}',
      SubscriptionsConfirmed: String(all.filter((subscription) => subscription.confirmed).length),
      SubscriptionsPending: String(all.filter((subscription) => !subscription.confirmed).length),
      SubscriptionsDeleted: '0',
      ...topic.attributes,
    },
  };
}

/** What a topic has when nothing is said: everything for its owner's account. */
export function defaultPolicy(topic: Topic): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: topic.TopicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': topic.account } },
      },
    ],
  });
}

export function SetTopicAttributes(ctx: Context, input: SetTopicAttributesCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const name = input.AttributeName ?? '';
  if (!settable.includes(name)) throw invalidParameter('AttributeName');
  const { [name]: _old, ...rest } = topic.attributes;
  const attributes = input.AttributeValue ? { ...rest, [name]: input.AttributeValue } : rest;
  topics(ctx, topic).put(topic.Name, { ...topic, attributes });
}

export function ListTopics(ctx: Context, input: ListTopicsCommandInput) {
  const all = topics(ctx, ctx).values();
  const start = Number(input.NextToken ?? 0);
  return {
    Topics: all.slice(start, start + 100).map(({ TopicArn }) => ({ TopicArn })),
    ...(all.length > start + 100 ? { NextToken: String(start + 100) } : {}),
  };
}

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
