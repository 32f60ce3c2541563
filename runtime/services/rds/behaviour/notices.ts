import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { eventSubscriptions, type SubscriptionRecord } from '../state.ts';
import type { SourceType } from './event-kinds.ts';
import type { EventRecord } from './events.ts';

/** Tells EventBridge of every event, and SNS topics of those that subscriptions ask for. */
export function announceEvents(kernel: Kernel): () => void {
  return kernel.events.on('rds.event', ({ scope, event }) => {
    const { services } = kernel.engine(registry);
    if (services.has('events')) deliver(kernel, scope, 'events.amazonaws.com', (ctx) => toBus(ctx, event));
    if (!services.has('sns')) return;
    for (const record of eventSubscriptions({ kernel, scope }).values())
      if (wants(record, event))
        deliver(kernel, scope, 'events.rds.amazonaws.com', (ctx) => toTopic(ctx, record, event));
  });
}

export function wants(record: SubscriptionRecord, event: EventRecord): boolean {
  if (!record.Enabled) return false;
  if (record.SourceType !== undefined && record.SourceType !== event.SourceType) return false;
  if (record.SourceIds.length > 0 && !record.SourceIds.includes(event.SourceIdentifier)) return false;
  const wanted = record.EventCategories;
  return wanted.length === 0 || event.EventCategories.some((one) => wanted.includes(one));
}

function deliver(
  kernel: Kernel,
  { account, region }: Scope,
  as: string,
  send: (ctx: Context) => Promise<unknown>,
): void {
  const service = as === 'events.amazonaws.com' ? 'rds.amazonaws.com' : as;
  const principal = servicePrincipal(service, account, {
    ...(service === 'rds.amazonaws.com'
      ? { serviceLinked: true }
      : { sourceArn: `arn:aws:rds:${region}:${account}:*` }),
  });
  const ctx = kernel.context({ principal, region });
  const work = send(ctx)
    .catch((error: unknown) => {
      // A topic that is gone, or does not let RDS in: nobody is told, as on AWS.
      if (!(error instanceof AwsError)) throw error;
    })
    .finally(() => ctx.trace.end());
  void kernel.clock.track(work);
}

const busNames: Readonly<Record<SourceType, { detailType: string; sourceType: string }>> = {
  'db-instance': { detailType: 'RDS DB Instance Event', sourceType: 'DB_INSTANCE' },
  'db-cluster': { detailType: 'RDS DB Cluster Event', sourceType: 'CLUSTER' },
  'db-snapshot': { detailType: 'RDS DB Snapshot Event', sourceType: 'SNAPSHOT' },
  'db-cluster-snapshot': { detailType: 'RDS DB Cluster Snapshot Event', sourceType: 'CLUSTER_SNAPSHOT' },
};

/** "Overview of events for Amazon RDS". */
function toBus(ctx: Context, event: EventRecord): Promise<unknown> {
  const { EventCategories, SourceArn, Message, SourceIdentifier, EventID, timeMs } = event;
  const { detailType, sourceType } = busNames[event.SourceType];
  const Time = new Date(timeMs);
  const detail = { EventCategories, SourceType: sourceType, SourceArn, Date: Time.toISOString(), Message };
  const entry = {
    Source: 'aws.rds',
    DetailType: detailType,
    Detail: JSON.stringify({ ...detail, SourceIdentifier, EventID }),
    Resources: [SourceArn],
    Time,
  };
  return ctx.call('events', 'PutEvents', { Entries: [entry] });
}

/** "Amazon RDS event notification tags and attributes": EventID and Resource are attributes of the message. */
function toTopic(ctx: Context, { SnsTopicArn }: SubscriptionRecord, event: EventRecord): Promise<unknown> {
  const kind = event.SourceType.replaceAll('-', '');
  const Message = JSON.stringify({
    'Event Source': event.SourceType,
    'Event Time': new Date(event.timeMs).toISOString().replace('T', ' ').replace('Z', ''),
    'Identifier Link': `https://console.aws.amazon.com/rds/home?region=${ctx.region}#${kind}:id=${event.SourceIdentifier}`,
    'Source ID': event.SourceIdentifier,
    'Source ARN': event.SourceArn,
    'Event ID': `http://docs.amazonwebservices.com/AmazonRDS/latest/UserGuide/USER_Events.html#${event.EventID}`,
    'Event Message': event.Message,
  });
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = { EventID: text(event.EventID), Resource: text(event.SourceArn) };
  const Subject = 'RDS Notification Message';
  return ctx.call('sns', 'Publish', { TopicArn: SnsTopicArn, Subject, Message, MessageAttributes });
}
