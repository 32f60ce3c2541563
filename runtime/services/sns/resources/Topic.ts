import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface TopicProperties {
  TopicName?: string;
  DisplayName?: string;
  KmsMasterKeyId?: string;
  SignatureVersion?: string;
  TracingConfig?: string;
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
    SignatureVersion: 'stored',
    Subscription: 'executed',
    FifoTopic: { refused: 'FIFO topics are not done.' },
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const Name = properties.TopicName ?? ctx.generateName({ maxLength: 256 });
    const { TopicArn } = await ctx.call<{ TopicArn: string }>('sns', 'CreateTopic', {
      Name,
      Attributes: attributesOf(properties),
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
    await subscribe(ctx, TopicArn, properties);
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

function attributesOf({
  DisplayName,
  KmsMasterKeyId,
  SignatureVersion,
  TracingConfig,
}: TopicProperties): Record<string, string> {
  const given = { DisplayName, KmsMasterKeyId, SignatureVersion, TracingConfig };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
