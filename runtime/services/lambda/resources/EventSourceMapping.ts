import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';
import { unlessMissing } from './unless-missing.ts';

interface MappingProperties {
  FunctionName: string;
  Tags?: { Key: string; Value: string }[];
  [member: string]: unknown;
}

interface Mapping {
  UUID: string;
  EventSourceMappingArn: string;
}

const defaults = { Enabled: true, FilterCriteria: {}, FunctionResponseTypes: [], MaximumBatchingWindowInSeconds: 0 };

/** AWS::Lambda::EventSourceMapping. Ref is its UUID. */
export const EventSourceMapping = defineResource<MappingProperties>({
  type: 'AWS::Lambda::EventSourceMapping',
  properties: {
    FunctionName: 'executed',
    EventSourceArn: 'executed',
    Enabled: 'executed',
    BatchSize: 'executed',
    MaximumBatchingWindowInSeconds: 'executed',
    FunctionResponseTypes: 'executed',
    FilterCriteria: 'executed',
    ScalingConfig: 'executed',
    StartingPosition: 'executed',
    ParallelizationFactor: 'executed',
    MaximumRetryAttempts: 'executed',
    MaximumRecordAgeInSeconds: 'executed',
    BisectBatchOnFunctionError: 'executed',
    DestinationConfig: 'executed',
    Tags: 'stored',
    StartingPositionTimestamp: { refused: 'DynamoDB streams start at TRIM_HORIZON or LATEST.' },
    TumblingWindowInSeconds: { refused: 'stream aggregation is not run.' },
    KmsKeyArn: { refused: 'filter criteria are not encrypted.' },
    MetricsConfig: { refused: 'poller metrics are not emitted.' },
    LoggingConfig: { refused: 'pollers write no logs.' },
    ProvisionedPollerConfig: { refused: 'pollers scale by themselves.' },
    Topics: { refused: 'Kafka is not run.' },
    Queues: { refused: 'Amazon MQ is not run.' },
    SourceAccessConfigurations: { refused: 'Kafka and Amazon MQ are not run.' },
    SelfManagedEventSource: { refused: 'Kafka is not run.' },
    SelfManagedKafkaEventSourceConfig: { refused: 'Kafka is not run.' },
    AmazonManagedKafkaEventSourceConfig: { refused: 'Kafka is not run.' },
    DocumentDBEventSourceConfig: { refused: 'DocumentDB is not run.' },
  },
  async create(ctx, { Tags, ...properties }) {
    return describe(
      await ctx.call<Mapping>('lambda', 'CreateEventSourceMapping', { ...properties, Tags: tagsOf(ctx, Tags) }),
    );
  },
  async update(ctx, UUID, { Tags: _, EventSourceArn: __, StartingPosition: ___, ...properties }) {
    return describe(
      await ctx.call<Mapping>('lambda', 'UpdateEventSourceMapping', { ...defaults, ...properties, UUID }),
    );
  },
  async delete(ctx, UUID) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteEventSourceMapping', { UUID }));
  },
  async read(ctx, UUID) {
    const found = await unlessMissing(() => ctx.call<MappingProperties>('lambda', 'GetEventSourceMapping', { UUID }));
    return found && { EventSourceArn: found.EventSourceArn, BatchSize: found.BatchSize };
  },
});

function describe({ UUID, EventSourceMappingArn }: Mapping): ResourceState {
  return { physicalId: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
}
