import type { ListSubscriptionsByTopicResponse, ListTagsForResourceResponse } from '@aws-sdk/client-sns';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface TopicProperties {
  TopicName?: string;
  DisplayName?: string;
  KmsMasterKeyId?: string;
  SignatureVersion?: string;
  TracingConfig?: string;
  FifoTopic?: boolean;
  ContentBasedDeduplication?: boolean;
  FifoThroughputScope?: string;
  MaximumMessageSize?: number;
  Subscription?: { Endpoint: string; Protocol: string }[];
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the ARN. */
export const Topic = defineResource<TopicProperties>({
  type: 'AWS::SNS::Topic',
  properties: {
    TopicName: 'executed',
    DisplayName: 'stored',
    KmsMasterKeyId: 'stored',
    TracingConfig: 'stored',
    SignatureVersion: 'executed',
    Subscription: 'executed',
    FifoTopic: 'executed',
    ContentBasedDeduplication: 'executed',
    FifoThroughputScope: 'executed',
    MaximumMessageSize: 'executed',
    ArchivePolicy: { refused: 'the message archive is not done.' },
    DataProtectionPolicy: { refused: 'data protection is not done.' },
    DeliveryStatusLogging: { refused: 'delivery status is in the metrics; its logs are not done.' },
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const suffix = properties.FifoTopic ? '.fifo' : '';
    const Name = properties.TopicName ?? ctx.generateName({ maxLength: 256 - suffix.length }) + suffix;
    const { TopicArn } = await ctx.call<{ TopicArn: string }>('sns', 'CreateTopic', {
      Name,
      Attributes: { ...attributesOf(properties), ...(properties.FifoTopic ? { FifoTopic: 'true' } : {}) },
      Tags: tagListOf(ctx, properties.Tags),
    });
    await subscribe(ctx, TopicArn, properties);
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
  async update(ctx, TopicArn, properties, previous) {
    const now = attributesOf(properties);
    for (const AttributeName of new Set([...Object.keys(attributesOf(previous)), ...Object.keys(now)])) {
      await ctx.call('sns', 'SetTopicAttributes', {
        TopicArn,
        AttributeName,
        AttributeValue: now[AttributeName] ?? '',
      });
    }
    await unsubscribe(ctx, TopicArn, { before: previous.Subscription ?? [], now: properties.Subscription ?? [] });
    await subscribe(ctx, TopicArn, properties);
    await retag(ctx, TopicArn, properties);
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: TopicArn.split(':').pop() } };
  },
  async delete(ctx, TopicArn) {
    try {
      await ctx.call('sns', 'DeleteTopic', { TopicArn });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFound') throw error;
    }
  },
});

async function subscribe(
  ctx: ResourceContext,
  TopicArn: string,
  { Subscription = [] }: TopicProperties,
): Promise<void> {
  for (const { Endpoint, Protocol } of Subscription)
    await ctx.call('sns', 'Subscribe', { TopicArn, Endpoint, Protocol });
}

/** Those that the template named and names no more. */
async function unsubscribe(
  ctx: ResourceContext,
  TopicArn: string,
  { before, now }: Record<'before' | 'now', { Endpoint: string; Protocol: string }[]>,
): Promise<void> {
  const same = (a: { Endpoint?: string; Protocol?: string }, b: { Endpoint: string; Protocol: string }) =>
    a.Endpoint === b.Endpoint && a.Protocol === b.Protocol;
  const gone = before.filter((one) => !now.some((other) => same(one, other)));
  if (gone.length === 0) return;
  const { Subscriptions = [] } = await ctx.call<ListSubscriptionsByTopicResponse>('sns', 'ListSubscriptionsByTopic', {
    TopicArn,
  });
  for (const { SubscriptionArn = '', ...about } of Subscriptions)
    if (gone.some((one) => same(about, one)) && SubscriptionArn.startsWith('arn:'))
      await ctx.call('sns', 'Unsubscribe', { SubscriptionArn });
}

async function retag(ctx: ResourceContext, ResourceArn: string, { Tags }: TopicProperties): Promise<void> {
  const { Tags: before = [] } = await ctx.call<ListTagsForResourceResponse>('sns', 'ListTagsForResource', {
    ResourceArn,
  });
  const now = tagListOf(ctx, Tags);
  const TagKeys = before.map(({ Key = '' }) => Key).filter((key) => !now.some(({ Key }) => Key === key));
  if (TagKeys.length > 0) await ctx.call('sns', 'UntagResource', { ResourceArn, TagKeys });
  if (now.length > 0) await ctx.call('sns', 'TagResource', { ResourceArn, Tags: now });
}

function attributesOf(properties: TopicProperties): Record<string, string> {
  const { FifoTopic: _fifo, TopicName: _name, Subscription: _subscription, Tags: _tags, ...given } = properties;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
