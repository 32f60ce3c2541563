import type {
  CreateConfigurationSetCommandInput,
  CreateConfigurationSetEventDestinationCommandInput,
  DeleteConfigurationSetCommandInput,
  DeleteConfigurationSetEventDestinationCommandInput,
  GetConfigurationSetCommandInput,
  GetConfigurationSetEventDestinationsCommandInput,
  ListConfigurationSetsCommandInput,
  PutConfigurationSetDeliveryOptionsCommandInput,
  PutConfigurationSetReputationOptionsCommandInput,
  PutConfigurationSetSendingOptionsCommandInput,
  PutConfigurationSetSuppressionOptionsCommandInput,
  PutConfigurationSetTrackingOptionsCommandInput,
  UpdateConfigurationSetEventDestinationCommandInput,
} from '@aws-sdk/client-sesv2';
import {
  changeConfigurationSet,
  configurationSetNamed,
  createConfigurationSet,
  deleteConfigurationSet,
  deleteDestination,
  putDestination,
  setTracking,
  trackingOf,
} from '../../../engines/ses/configuration-sets.ts';
import { page } from '../../../engines/ses/pages.ts';
import { configurationSets } from '../../../engines/ses/state.ts';
import type { Context } from '../../../kernel/service.ts';

export function CreateConfigurationSet(ctx: Context, input: CreateConfigurationSetCommandInput) {
  const { SendingOptions, ReputationOptions, SuppressionOptions, DeliveryOptions, TrackingOptions, Tags } = input;
  createConfigurationSet(ctx, {
    ConfigurationSetName: input.ConfigurationSetName ?? '',
    sendingEnabled: SendingOptions?.SendingEnabled ?? true,
    reputationMetricsEnabled: ReputationOptions?.ReputationMetricsEnabled ?? false,
    delivery: DeliveryOptions ?? {},
    Tags: Tags ?? [],
    ...trackingOf(ctx, TrackingOptions),
    ...(SuppressionOptions ? { suppression: SuppressionOptions } : {}),
  });
  return {};
}

export function GetConfigurationSet(ctx: Context, input: GetConfigurationSetCommandInput) {
  const set = configurationSetNamed(ctx, input.ConfigurationSetName);
  return {
    ConfigurationSetName: set.ConfigurationSetName,
    DeliveryOptions: { TlsPolicy: 'OPTIONAL', ...set.delivery },
    ReputationOptions: {
      ReputationMetricsEnabled: set.reputationMetricsEnabled,
      ...(set.freshStartMs === undefined ? {} : { LastFreshStart: new Date(set.freshStartMs) }),
    },
    SendingOptions: { SendingEnabled: set.sendingEnabled },
    Tags: set.Tags,
    ...(set.tracking ? { TrackingOptions: { CustomRedirectDomain: undefined, ...set.tracking } } : {}),
    ...(set.suppression ? { SuppressionOptions: set.suppression } : {}),
  };
}

export function ListConfigurationSets(ctx: Context, input: ListConfigurationSetsCommandInput) {
  const { items, NextToken } = page(
    configurationSets(ctx, ctx).values(),
    input,
    ({ ConfigurationSetName }) => ConfigurationSetName,
  );
  return { ConfigurationSets: items.map(({ ConfigurationSetName }) => ConfigurationSetName), ...NextToken };
}

export function DeleteConfigurationSet(ctx: Context, input: DeleteConfigurationSetCommandInput) {
  deleteConfigurationSet(ctx, input.ConfigurationSetName);
  return {};
}

export function PutConfigurationSetSendingOptions(ctx: Context, input: PutConfigurationSetSendingOptionsCommandInput) {
  const sendingEnabled = input.SendingEnabled ?? false;
  const freshStart = sendingEnabled ? { freshStartMs: ctx.clock.now() } : {};
  changeConfigurationSet(ctx, input.ConfigurationSetName, { sendingEnabled, ...freshStart });
  return {};
}

export function PutConfigurationSetReputationOptions(
  ctx: Context,
  input: PutConfigurationSetReputationOptionsCommandInput,
) {
  const reputationMetricsEnabled = input.ReputationMetricsEnabled ?? false;
  changeConfigurationSet(ctx, input.ConfigurationSetName, { reputationMetricsEnabled });
  return {};
}

/** An empty list overrides the account's: nothing is suppressed. Left out, the account's counts again. */
export function PutConfigurationSetSuppressionOptions(
  ctx: Context,
  input: PutConfigurationSetSuppressionOptionsCommandInput,
) {
  const { suppression: _old, ...rest } = configurationSetNamed(ctx, input.ConfigurationSetName);
  const { SuppressedReasons } = input;
  const suppression = SuppressedReasons === undefined ? {} : { suppression: { SuppressedReasons } };
  configurationSets(ctx, ctx).put(rest.ConfigurationSetName, { ...rest, ...suppression });
  return {};
}

export function PutConfigurationSetDeliveryOptions(
  ctx: Context,
  input: PutConfigurationSetDeliveryOptionsCommandInput,
) {
  const { TlsPolicy } = input;
  changeConfigurationSet(ctx, input.ConfigurationSetName, { delivery: TlsPolicy === undefined ? {} : { TlsPolicy } });
  return {};
}

export function PutConfigurationSetTrackingOptions(
  ctx: Context,
  input: PutConfigurationSetTrackingOptionsCommandInput,
) {
  const { ConfigurationSetName, CustomRedirectDomain, HttpsPolicy } = input;
  setTracking(ctx, ConfigurationSetName, { CustomRedirectDomain, HttpsPolicy });
  return {};
}

export async function CreateConfigurationSetEventDestination(
  ctx: Context,
  input: CreateConfigurationSetEventDestinationCommandInput,
) {
  const { ConfigurationSetName, EventDestinationName: name, EventDestination: definition } = input;
  await putDestination(ctx, ConfigurationSetName, { name, definition, mode: 'create' });
  return {};
}

export async function UpdateConfigurationSetEventDestination(
  ctx: Context,
  input: UpdateConfigurationSetEventDestinationCommandInput,
) {
  const { ConfigurationSetName, EventDestinationName: name, EventDestination: definition } = input;
  await putDestination(ctx, ConfigurationSetName, { name, definition, mode: 'update' });
  return {};
}

export function DeleteConfigurationSetEventDestination(
  ctx: Context,
  input: DeleteConfigurationSetEventDestinationCommandInput,
) {
  deleteDestination(ctx, input.ConfigurationSetName, input.EventDestinationName);
  return {};
}

export function GetConfigurationSetEventDestinations(
  ctx: Context,
  input: GetConfigurationSetEventDestinationsCommandInput,
) {
  return { EventDestinations: configurationSetNamed(ctx, input.ConfigurationSetName).destinations };
}
