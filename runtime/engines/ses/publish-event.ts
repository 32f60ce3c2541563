import type { CloudWatchDestination, EventDestination } from '@aws-sdk/client-sesv2';
import { AwsError } from '../../kernel/errors.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import { eventRecord, type Happening, naming, notificationRecord } from './event-records.ts';
import type { SentMessage } from './message.ts';
import { countMetrics } from './metrics.ts';
import { configurationSetArn, configurationSets, type FeedbackType, identities } from './state.ts';

/** Tells everybody who wants to know what befell a mail. Those that refuse lose it, as on AWS. */
export function publishEvent(kernel: Kernel, message: SentMessage, happening: Happening): void {
  countMetrics(kernel, message, happening);
  const set = configurationSets(kernel, message).get(message.configurationSetName ?? '');
  for (const destination of set?.destinations ?? []) {
    if (destination.Enabled === true && destination.MatchingEventTypes?.includes(happening.type))
      later(kernel, () => toDestination(kernel, message, happening, destination));
  }
  const feedback = feedbackOf(happening);
  const identity = identities(kernel, message).get(message.identity);
  const topic = feedback && identity?.topics[feedback];
  if (!feedback || topic === undefined) return;
  const text = JSON.stringify(notificationRecord(message, happening, identity?.headersIn[feedback] ?? false));
  later(kernel, () => publishTo(asSes(kernel, message, message.sourceArn), topic, text));
}

/** In the name of ses.amazonaws.com: the topic's policy decides. */
export async function publishTo(ctx: Context, TopicArn: string, Message: string): Promise<void> {
  const region = TopicArn.split(':')[3];
  const Subject = 'Amazon SES Email Event Notification';
  await (region === undefined ? ctx : ctx.as({ region })).call('sns', 'Publish', { TopicArn, Subject, Message });
}

export function asSes(
  kernel: Kernel,
  { account, region }: { account: string; region: string },
  sourceArn: string,
): Context {
  return kernel.context({ principal: servicePrincipal('ses.amazonaws.com', account, { sourceArn }), region });
}

/** Waits until what it tells of is on disk. */
function later(kernel: Kernel, send: () => Promise<void>): void {
  const sent = kernel.store.durable().then(send);
  void kernel.clock.track(
    sent.catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
    }),
  );
}

async function toDestination(
  kernel: Kernel,
  message: SentMessage,
  happening: Happening,
  { SnsDestination, EventBridgeDestination, CloudWatchDestination }: EventDestination,
): Promise<void> {
  const record = eventRecord(message, happening);
  const setArn = configurationSetArn(message, message.configurationSetName ?? '');
  const ctx = asSes(kernel, message, setArn);
  if (SnsDestination?.TopicArn) await publishTo(ctx, SnsDestination.TopicArn, JSON.stringify(record));
  if (CloudWatchDestination) emitMetric(kernel, message, happening, CloudWatchDestination);
  // Only the default bus can be named (checkDefinition), which takes events of AWS's own without leave.
  if (!EventBridgeDestination) return;
  const entry = {
    Source: 'aws.ses',
    DetailType: naming[happening.type]?.detailType,
    Time: new Date(kernel.clock.now()),
    Resources: [setArn],
    Detail: JSON.stringify(record),
  };
  await ctx.call('events', 'PutEvents', { Entries: [entry] });
}

/** "Set up a CloudWatch event destination": the dimensions are read from tags or headers of the mail, or tags of the link. */
function emitMetric(
  { events, clock }: Kernel,
  { tags, headers, configurationSetName, source, account, region }: SentMessage,
  { type, about }: Happening,
  { DimensionConfigurations = [] }: CloudWatchDestination,
): void {
  const automatic: Record<string, string | undefined> = {
    'ses:configuration-set': configurationSetName,
    'ses:from-domain': source.replace(/>\s*$/, '').split('@').pop(),
  };
  const dimensions: Record<string, string> = {};
  for (const { DimensionName = '', DimensionValueSource, DefaultDimensionValue = '' } of DimensionConfigurations) {
    const tag = tags.find(({ Name }) => Name === DimensionName)?.Value ?? automatic[DimensionName];
    const header = headers.find(({ name }) => name.toLowerCase() === DimensionName.toLowerCase())?.value;
    const [linkTag] = (about.linkTags as Record<string, string[]> | null | undefined)?.[DimensionName] ?? [];
    const found =
      DimensionValueSource === 'LINK_TAG' ? linkTag : DimensionValueSource === 'EMAIL_HEADER' ? header : tag;
    dimensions[DimensionName] = found ?? DefaultDimensionValue;
  }
  const name = naming[type]?.eventType ?? type;
  events.emit('metric', {
    namespace: 'AWS/SES',
    name,
    dimensions,
    value: 1,
    unit: 'Count',
    timeMs: clock.now(),
    account,
    region,
  });
}

function feedbackOf({ type }: Happening): FeedbackType | undefined {
  if (type === 'BOUNCE') return 'Bounce';
  if (type === 'COMPLAINT') return 'Complaint';
  return type === 'DELIVERY' ? 'Delivery' : undefined;
}
