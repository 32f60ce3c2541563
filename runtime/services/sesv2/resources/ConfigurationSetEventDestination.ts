import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface EventDestinationProperties {
  ConfigurationSetName: string;
  EventDestination: {
    Name?: string;
    Enabled?: boolean;
    MatchingEventTypes: string[];
    SnsDestination?: { TopicARN: string };
    EventBridgeDestination?: { EventBusArn: string };
    CloudWatchDestination?: {
      DimensionConfigurations?: {
        DimensionName: string;
        DimensionValueSource: string;
        DefaultDimensionValue: string;
      }[];
    };
  };
}

/** Ref is the destination's name. */
export const ConfigurationSetEventDestination = defineResource<EventDestinationProperties>({
  type: 'AWS::SES::ConfigurationSetEventDestination',
  properties: {
    ConfigurationSetName: 'executed',
    EventDestination: 'executed',
    // Kept, and never told of: sending with a contact list is refused, and nothing is delayed.
    'EventDestination.MatchingEventTypes.subscription': 'stored',
    'EventDestination.MatchingEventTypes.SUBSCRIPTION': 'stored',
    'EventDestination.MatchingEventTypes.deliveryDelay': 'stored',
    'EventDestination.MatchingEventTypes.DELIVERY_DELAY': 'stored',
    'EventDestination.KinesisFirehoseDestination': {
      refused: 'Firehose is not done; SNS, EventBridge and CloudWatch are.',
    },
  },
  async create(ctx, properties) {
    const name = properties.EventDestination.Name ?? ctx.generateName({ maxLength: 64 });
    await put(ctx, 'Create', name, properties);
    return { physicalId: name, attributes: { Id: name } };
  },
  async update(ctx, name, properties) {
    await put(ctx, 'Update', name, properties);
    return { physicalId: name, attributes: { Id: name } };
  },
  async delete(ctx, EventDestinationName, { ConfigurationSetName }) {
    try {
      await ctx.call('sesv2', 'DeleteConfigurationSetEventDestination', { ConfigurationSetName, EventDestinationName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
    }
  },
});

async function put(
  ctx: ResourceContext,
  verb: 'Create' | 'Update',
  EventDestinationName: string,
  { ConfigurationSetName, EventDestination }: EventDestinationProperties,
): Promise<void> {
  const { SnsDestination, EventBridgeDestination, CloudWatchDestination, Enabled = false } = EventDestination;
  const dimensions = CloudWatchDestination?.DimensionConfigurations ?? [];
  await ctx.call('sesv2', `${verb}ConfigurationSetEventDestination`, {
    ConfigurationSetName,
    EventDestinationName,
    EventDestination: {
      Enabled,
      MatchingEventTypes: EventDestination.MatchingEventTypes.map(upper),
      ...(SnsDestination ? { SnsDestination: { TopicArn: SnsDestination.TopicARN } } : {}),
      ...(EventBridgeDestination ? { EventBridgeDestination } : {}),
      ...(CloudWatchDestination
        ? {
            CloudWatchDestination: {
              DimensionConfigurations: dimensions.map((one) => ({
                ...one,
                DimensionValueSource: upper(one.DimensionValueSource),
              })),
            },
          }
        : {}),
    },
  });
}

/** Templates write `renderingFailure` and `messageTag` where the API has RENDERING_FAILURE and MESSAGE_TAG. */
function upper(name: string): string {
  return /^[A-Z_]+$/.test(name) ? name : name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
