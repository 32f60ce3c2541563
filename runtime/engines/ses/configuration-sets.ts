import type { EventDestination, EventDestinationDefinition, EventType } from '@aws-sdk/client-sesv2';
import { parseArn } from '../../kernel/arn.ts';
import { AwsError, refused } from '../../kernel/errors.ts';
import type { Context } from '../../kernel/service.ts';
import { alreadyExists, badRequest, limitExceeded, noConfigurationSet, notFound } from './errors.ts';
import { isDomain, mayUse } from './identities.ts';
import { asSes, publishTo } from './publish-event.ts';
import { type ConfigurationSet, configurationSetArn, configurationSets, type Tracking } from './state.ts';

/** "Amazon SES quotas", event publishing. */
const limits = { sets: 10_000, destinations: 10, dimensions: 10 };

const eventTypes: ReadonlySet<EventType> = new Set<EventType>([
  ...(['SEND', 'REJECT', 'BOUNCE', 'COMPLAINT', 'DELIVERY', 'OPEN', 'CLICK', 'RENDERING_FAILURE'] as const),
  ...(['DELIVERY_DELAY', 'SUBSCRIPTION'] as const),
]);

export function createConfigurationSet(
  ctx: Context,
  set: Pick<ConfigurationSet, 'ConfigurationSetName'> & Partial<ConfigurationSet>,
): void {
  const name = set.ConfigurationSetName;
  if (!/^[\w-]{1,64}$/.test(name))
    throw badRequest(`Invalid configuration set name <${name}>.`, 'InvalidConfigurationSet');
  const all = configurationSets(ctx, ctx);
  if (all.has(name))
    throw alreadyExists(`Configuration set <${name}> already exists.`, 'ConfigurationSetAlreadyExists');
  if (all.size >= limits.sets) throw limitExceeded(`You can have at most ${limits.sets} configuration sets.`);
  all.put(name, {
    createdMs: ctx.clock.now(),
    sendingEnabled: true,
    reputationMetricsEnabled: false,
    delivery: {},
    destinations: [],
    Tags: [],
    ...set,
  });
}

export function configurationSetNamed(ctx: Context, name: string | undefined): ConfigurationSet {
  const set = configurationSets(ctx, ctx).get(name ?? '');
  if (!set) throw noConfigurationSet(name ?? '');
  return set;
}

export function changeConfigurationSet(
  ctx: Context,
  name: string | undefined,
  change: Partial<ConfigurationSet>,
): void {
  const set = configurationSetNamed(ctx, name);
  configurationSets(ctx, ctx).put(set.ConfigurationSetName, { ...set, ...change });
}

/** Undefined: AWS's own domain again. */
export function setTracking(ctx: Context, name: string | undefined, tracking: Tracking | undefined): void {
  const { tracking: _old, ...rest } = configurationSetNamed(ctx, name);
  configurationSets(ctx, ctx).put(rest.ConfigurationSetName, { ...rest, ...trackingOf(ctx, tracking) });
}

/** "InvalidTrackingOptions": the domain is not one, or not verified ("CreateConfigurationSetTrackingOptions", Errors). */
export function trackingOf(ctx: Context, given: Tracking | undefined): { tracking?: Tracking } {
  const { CustomRedirectDomain: domain = '', HttpsPolicy } = given ?? {};
  const invalid = (message: string) => badRequest(message, 'InvalidTrackingOptions');
  if (HttpsPolicy !== undefined && !['REQUIRE', 'REQUIRE_OPEN_ONLY', 'OPTIONAL'].includes(HttpsPolicy))
    throw invalid(`Invalid HTTPS policy <${HttpsPolicy}>.`);
  if (domain === '') return HttpsPolicy === undefined ? {} : { tracking: { HttpsPolicy } };
  if (!isDomain(domain)) throw invalid(`Custom redirect domain <${domain}> is not a domain.`);
  if (!mayUse(ctx, ctx, domain.toLowerCase())) throw invalid(`Custom redirect domain <${domain}> is not verified.`);
  return { tracking: { CustomRedirectDomain: domain.toLowerCase(), ...(HttpsPolicy ? { HttpsPolicy } : {}) } };
}

export function deleteConfigurationSet(ctx: Context, name: string | undefined): void {
  configurationSets(ctx, ctx).delete(configurationSetNamed(ctx, name).ConfigurationSetName);
}

/** Adds the destination, or puts it in the place of the one of its name. */
export async function putDestination(
  ctx: Context,
  setName: string | undefined,
  {
    name = '',
    definition = {},
    mode,
  }: { name: string | undefined; definition: EventDestinationDefinition | undefined; mode: 'create' | 'update' },
): Promise<void> {
  const { destinations } = configurationSetNamed(ctx, setName);
  const known = destinations.some(({ Name }) => Name === name);
  if (mode === 'create' && known)
    throw alreadyExists(
      `Event destination <${name}> already exists in configuration set <${setName}>.`,
      'EventDestinationAlreadyExists',
    );
  if (mode === 'update' && !known) throw noDestination(name);
  if (mode === 'create' && destinations.length >= limits.destinations)
    throw limitExceeded(`A configuration set can have at most ${limits.destinations} event destinations.`);
  if (!/^[\w-]{1,64}$/.test(name))
    throw badRequest(`Invalid event destination name <${name}>.`, 'InvalidParameterValue');
  checkDefinition(ctx, definition);
  if (definition.SnsDestination) await tryTopic(ctx, setName ?? '', definition.SnsDestination.TopicArn ?? '');
  const destination: EventDestination = { Name: name, Enabled: false, MatchingEventTypes: [], ...definition };
  const rest = configurationSetNamed(ctx, setName).destinations.filter(({ Name }) => Name !== name);
  changeConfigurationSet(ctx, setName, { destinations: [...rest, destination] });
}

export function deleteDestination(ctx: Context, setName: string | undefined, name: string | undefined): void {
  const { destinations } = configurationSetNamed(ctx, setName);
  if (!destinations.some(({ Name }) => Name === name)) throw noDestination(name ?? '');
  changeConfigurationSet(ctx, setName, { destinations: destinations.filter(({ Name }) => Name !== name) });
}

function noDestination(name: string): AwsError {
  return notFound(`Event destination <${name}> does not exist.`, 'EventDestinationDoesNotExist');
}

function checkDefinition(ctx: Context, definition: EventDestinationDefinition): void {
  const { KinesisFirehoseDestination, PinpointDestination, SnsDestination } = definition;
  if (KinesisFirehoseDestination)
    throw refused('a Firehose event destination', 'Firehose is not done; SNS, EventBridge and CloudWatch are.');
  if (PinpointDestination)
    throw refused('a Pinpoint event destination', 'Pinpoint is not done; SNS, EventBridge and CloudWatch are.');
  const { EventBridgeDestination: bridge, CloudWatchDestination: watch } = definition;
  if ([SnsDestination, bridge, watch].filter(Boolean).length !== 1)
    throw badRequest('Exactly one destination must be specified.', 'InvalidParameterValue');
  if (!definition.MatchingEventTypes?.length) throw badRequest('At least one matching event type must be specified.');
  const unknown = definition.MatchingEventTypes.find((type) => !eventTypes.has(type));
  if (unknown !== undefined) throw badRequest(`Invalid event type <${unknown}>.`, 'InvalidParameterValue');
  if (SnsDestination && parseArn(SnsDestination.TopicArn ?? '')?.service !== 'sns')
    throw badRequest(`Invalid SNS topic ARN <${SnsDestination.TopicArn}>.`, 'InvalidSNSDestination');
  if (bridge && bridge.EventBusArn !== `arn:aws:events:${ctx.region}:${ctx.account}:event-bus/default`)
    throw badRequest(`EventBridge event bus <${bridge.EventBusArn}> must be the default bus.`);
  const dimensions = watch?.DimensionConfigurations ?? [];
  if (watch && (dimensions.length === 0 || dimensions.length > limits.dimensions))
    throw badRequest(
      `A CloudWatch destination has 1 to ${limits.dimensions} dimensions.`,
      'InvalidCloudWatchDestination',
    );
}

/** SES says something to the topic before it takes it ("Set up an Amazon SNS event destination"). */
async function tryTopic(ctx: Context, setName: string, TopicArn: string): Promise<void> {
  try {
    const text = 'Successfully validated SNS topic for Amazon SES event publishing.';
    await publishTo(asSes(ctx, ctx, configurationSetArn(ctx, setName)), TopicArn, text);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw badRequest(`Could not publish to SNS topic <${TopicArn}>: ${error.message}`, 'InvalidSNSDestination');
  }
}
