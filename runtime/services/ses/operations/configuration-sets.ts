import type {
  CreateConfigurationSetCommandInput,
  CreateConfigurationSetEventDestinationCommandInput,
  CreateConfigurationSetTrackingOptionsCommandInput,
  DeleteConfigurationSetCommandInput,
  DeleteConfigurationSetEventDestinationCommandInput,
  DeleteConfigurationSetTrackingOptionsCommandInput,
  DescribeConfigurationSetCommandInput,
  EventDestination,
  ListConfigurationSetsCommandInput,
  PutConfigurationSetDeliveryOptionsCommandInput,
  UpdateConfigurationSetEventDestinationCommandInput,
  UpdateConfigurationSetReputationMetricsEnabledCommandInput,
  UpdateConfigurationSetSendingEnabledCommandInput,
  UpdateConfigurationSetTrackingOptionsCommandInput,
} from '@aws-sdk/client-ses';
import type { EventDestinationDefinition, EventDestination as Kept } from '@aws-sdk/client-sesv2';
import {
  changeConfigurationSet,
  configurationSetNamed,
  createConfigurationSet,
  deleteConfigurationSet,
  deleteDestination,
  putDestination,
  setTracking,
} from '../../../engines/ses/configuration-sets.ts';
import { alreadyExists, notFound } from '../../../engines/ses/errors.ts';
import { page } from '../../../engines/ses/pages.ts';
import { configurationSets } from '../../../engines/ses/state.ts';
import type { Context } from '../../../kernel/service.ts';

export function CreateConfigurationSet(ctx: Context, input: CreateConfigurationSetCommandInput) {
  createConfigurationSet(ctx, { ConfigurationSetName: input.ConfigurationSet?.Name ?? '' });
  return {};
}

export function DeleteConfigurationSet(ctx: Context, input: DeleteConfigurationSetCommandInput) {
  deleteConfigurationSet(ctx, input.ConfigurationSetName);
  return {};
}

export function ListConfigurationSets(ctx: Context, input: ListConfigurationSetsCommandInput) {
  const { MaxItems: PageSize, NextToken: token } = input;
  const all = configurationSets(ctx, ctx).values();
  const { items, NextToken } = page(all, { PageSize, NextToken: token }, (set) => set.ConfigurationSetName);
  return { ConfigurationSets: items.map(({ ConfigurationSetName }) => ({ Name: ConfigurationSetName })), ...NextToken };
}

export function DescribeConfigurationSet(ctx: Context, input: DescribeConfigurationSetCommandInput) {
  const set = configurationSetNamed(ctx, input.ConfigurationSetName);
  const wants = (attribute: string) => input.ConfigurationSetAttributeNames?.some((one) => one === attribute);
  const TlsPolicy = set.delivery.TlsPolicy === 'REQUIRE' ? 'Require' : 'Optional';
  return {
    ConfigurationSet: { Name: set.ConfigurationSetName },
    ...(wants('eventDestinations') ? { EventDestinations: set.destinations.filter(isOfThisApi).map(shown) } : {}),
    ...(wants('trackingOptions') && set.tracking
      ? { TrackingOptions: { CustomRedirectDomain: set.tracking.CustomRedirectDomain } }
      : {}),
    ...(wants('deliveryOptions') ? { DeliveryOptions: { TlsPolicy } } : {}),
    ...(wants('reputationOptions')
      ? {
          ReputationOptions: {
            SendingEnabled: set.sendingEnabled,
            ReputationMetricsEnabled: set.reputationMetricsEnabled,
            ...(set.freshStartMs === undefined ? {} : { LastFreshStart: new Date(set.freshStartMs) }),
          },
        }
      : {}),
  };
}

export function UpdateConfigurationSetSendingEnabled(
  ctx: Context,
  input: UpdateConfigurationSetSendingEnabledCommandInput,
) {
  const sendingEnabled = input.Enabled ?? false;
  const freshStart = sendingEnabled ? { freshStartMs: ctx.clock.now() } : {};
  changeConfigurationSet(ctx, input.ConfigurationSetName, { sendingEnabled, ...freshStart });
}

export function UpdateConfigurationSetReputationMetricsEnabled(
  ctx: Context,
  input: UpdateConfigurationSetReputationMetricsEnabledCommandInput,
) {
  changeConfigurationSet(ctx, input.ConfigurationSetName, { reputationMetricsEnabled: input.Enabled ?? false });
}

export function PutConfigurationSetDeliveryOptions(
  ctx: Context,
  input: PutConfigurationSetDeliveryOptionsCommandInput,
) {
  const TlsPolicy = input.DeliveryOptions?.TlsPolicy === 'Require' ? 'REQUIRE' : 'OPTIONAL';
  changeConfigurationSet(ctx, input.ConfigurationSetName, { delivery: { TlsPolicy } });
  return {};
}

export function CreateConfigurationSetTrackingOptions(
  ctx: Context,
  input: CreateConfigurationSetTrackingOptionsCommandInput,
) {
  const { ConfigurationSetName: name, TrackingOptions } = input;
  if (configurationSetNamed(ctx, name).tracking)
    throw alreadyExists(
      `Configuration set <${name}> already has tracking options.`,
      'TrackingOptionsAlreadyExistsException',
    );
  setTracking(ctx, name, TrackingOptions);
  return {};
}

export function UpdateConfigurationSetTrackingOptions(
  ctx: Context,
  input: UpdateConfigurationSetTrackingOptionsCommandInput,
) {
  setTracking(ctx, withTracking(ctx, input.ConfigurationSetName), input.TrackingOptions);
  return {};
}

export function DeleteConfigurationSetTrackingOptions(
  ctx: Context,
  input: DeleteConfigurationSetTrackingOptionsCommandInput,
) {
  setTracking(ctx, withTracking(ctx, input.ConfigurationSetName), undefined);
  return {};
}

function withTracking(ctx: Context, name: string | undefined): string {
  const set = configurationSetNamed(ctx, name);
  if (!set.tracking)
    throw notFound(`Configuration set <${name}> has no tracking options.`, 'TrackingOptionsDoesNotExistException');
  return set.ConfigurationSetName;
}

export async function CreateConfigurationSetEventDestination(
  ctx: Context,
  input: CreateConfigurationSetEventDestinationCommandInput,
) {
  const { ConfigurationSetName, EventDestination: given } = input;
  await putDestination(ctx, ConfigurationSetName, {
    name: given?.Name,
    definition: definitionOf(given),
    mode: 'create',
  });
  return {};
}

export async function UpdateConfigurationSetEventDestination(
  ctx: Context,
  input: UpdateConfigurationSetEventDestinationCommandInput,
) {
  const { ConfigurationSetName, EventDestination: given } = input;
  await putDestination(ctx, ConfigurationSetName, {
    name: given?.Name,
    definition: definitionOf(given),
    mode: 'update',
  });
  return {};
}

export function DeleteConfigurationSetEventDestination(
  ctx: Context,
  input: DeleteConfigurationSetEventDestinationCommandInput,
) {
  deleteDestination(ctx, input.ConfigurationSetName, input.EventDestinationName);
  return {};
}

/** This API writes `renderingFailure` and `messageTag` where the other has RENDERING_FAILURE and MESSAGE_TAG. */
function definitionOf(given: Partial<EventDestination> = {}): EventDestinationDefinition {
  const { Enabled, MatchingEventTypes = [], SNSDestination, CloudWatchDestination, KinesisFirehoseDestination } = given;
  const dimensions = CloudWatchDestination?.DimensionConfigurations ?? [];
  const definition = {
    Enabled: Enabled ?? false,
    MatchingEventTypes: MatchingEventTypes.map(upper),
    ...(SNSDestination ? { SnsDestination: { TopicArn: SNSDestination.TopicARN } } : {}),
    ...(KinesisFirehoseDestination ? { KinesisFirehoseDestination } : {}),
    ...(CloudWatchDestination
      ? {
          CloudWatchDestination: {
            DimensionConfigurations: dimensions.map((one) => ({
              ...one,
              DimensionValueSource: upper(one.DimensionValueSource ?? ''),
            })),
          },
        }
      : {}),
  };
  return definition as unknown as EventDestinationDefinition;
}

function isOfThisApi({ EventBridgeDestination }: Kept): boolean {
  return EventBridgeDestination === undefined;
}

function shown({ Name, Enabled, MatchingEventTypes = [], SnsDestination, CloudWatchDestination }: Kept) {
  const dimensions = CloudWatchDestination?.DimensionConfigurations ?? [];
  return {
    Name,
    Enabled,
    MatchingEventTypes: MatchingEventTypes.map(camel),
    ...(SnsDestination ? { SNSDestination: { TopicARN: SnsDestination.TopicArn } } : {}),
    ...(CloudWatchDestination
      ? {
          CloudWatchDestination: {
            DimensionConfigurations: dimensions.map((one) => ({
              ...one,
              DimensionValueSource: camel(one.DimensionValueSource ?? ''),
            })),
          },
        }
      : {}),
  };
}

function upper(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function camel(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
