import { lookupTable } from '../../../kernel/lookup-table.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';

interface QueueProperties {
  QueueName?: string;
  FifoQueue?: boolean;
  RedrivePolicy?: object;
  RedriveAllowPolicy?: object;
  Tags?: { Key: string; Value: string }[];
  [attribute: string]: unknown;
}

/** AWS::SQS::Queue ("AWS::SQS::Queue", CloudFormation Template Reference). Ref is the URL. */
export const Queue = defineResource<QueueProperties>({
  type: 'AWS::SQS::Queue',
  properties: {
    QueueName: 'executed',
    FifoQueue: 'executed',
    ContentBasedDeduplication: 'executed',
    DeduplicationScope: 'executed',
    FifoThroughputLimit: 'stored',
    DelaySeconds: 'executed',
    MaximumMessageSize: 'executed',
    MessageRetentionPeriod: 'executed',
    ReceiveMessageWaitTimeSeconds: 'executed',
    VisibilityTimeout: 'executed',
    RedrivePolicy: 'executed',
    RedriveAllowPolicy: 'executed',
    SqsManagedSseEnabled: 'stored',
    KmsMasterKeyId: 'executed',
    KmsDataKeyReusePeriodSeconds: 'executed',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const suffix = properties.FifoQueue ? '.fifo' : '';
    const name = properties.QueueName ?? ctx.generateName({ maxLength: 80 - suffix.length }) + suffix;
    const input = { QueueName: name, Attributes: attributesOf(properties), tags: tagsOf(ctx, properties.Tags) };
    const { QueueUrl } = await ctx.call<{ QueueUrl: string }>('sqs', 'CreateQueue', input);
    return describe(ctx, QueueUrl);
  },
  async update(ctx, QueueUrl, properties, previous) {
    const before = attributesOf(previous);
    const Attributes: Record<string, string> = Object.fromEntries(
      Object.keys(before).map((name) => [name, attributeReset[name] ?? '']),
    );
    await ctx.call('sqs', 'SetQueueAttributes', {
      QueueUrl,
      Attributes: { ...Attributes, ...attributesOf(properties) },
    });
    await ctx.call('sqs', 'TagQueue', { QueueUrl, Tags: tagsOf(ctx, properties.Tags) });
    return describe(ctx, QueueUrl);
  },
  async delete(ctx, QueueUrl) {
    try {
      await ctx.call('sqs', 'DeleteQueue', { QueueUrl });
    } catch (error) {
      if ((error as { code?: string }).code !== 'QueueDoesNotExist') throw error;
    }
  },
  async read(ctx, QueueUrl) {
    const { Attributes } = await ctx.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    const json = (name: string) => (Attributes[name] ? (JSON.parse(Attributes[name]) as object) : undefined);
    const numbers = Object.keys(attributeReset).filter(
      (name) => Attributes[name] !== undefined && /^\d+$/.test(Attributes[name]),
    );
    return {
      ...Object.fromEntries(numbers.map((name) => [name, Number(Attributes[name])])),
      QueueName: QueueUrl.split('/').at(-1),
      RedrivePolicy: json('RedrivePolicy'),
      RedriveAllowPolicy: json('RedriveAllowPolicy'),
    };
  },
});

/** What an attribute goes back to when the template names it no more. */
const attributeReset: Record<string, string> = lookupTable({
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  ContentBasedDeduplication: 'false',
  SqsManagedSseEnabled: 'true',
});

function attributesOf(properties: QueueProperties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'QueueName' || name === 'Tags' || value === undefined) continue;
    if (name === 'FifoQueue' && value === false) continue;
    attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}

async function describe(ctx: ResourceContext, QueueUrl: string): Promise<ResourceState> {
  const { Attributes } = await ctx.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['QueueArn'],
  });
  return {
    physicalId: QueueUrl,
    attributes: { Arn: Attributes.QueueArn, QueueName: QueueUrl.split('/').pop(), QueueUrl },
  };
}
