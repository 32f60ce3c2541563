import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Bucket, bucketArn } from '../state.ts';
import { eventBridgeEntry, eventRecord, nextSequencer } from './event-messages.ts';
import type { StoredObject } from './object-table.ts';

/** One destination of a notification configuration, as the API gives it. */
export interface Target {
  Id?: string | undefined;
  Events?: string[] | undefined;
  Filter?: { Key?: { FilterRules?: { Name?: string; Value?: string }[] } } | undefined;
  QueueArn?: string | undefined;
  TopicArn?: string | undefined;
  LambdaFunctionArn?: string | undefined;
}

export interface NotificationConfiguration {
  QueueConfigurations?: Target[];
  TopicConfigurations?: Target[];
  LambdaFunctionConfigurations?: Target[];
  EventBridgeConfiguration?: object;
}

export function targetsOf(configuration: NotificationConfiguration): Target[] {
  return [
    configuration.QueueConfigurations,
    configuration.TopicConfigurations,
    configuration.LambdaFunctionConfigurations,
  ].flatMap((targets) => targets ?? []);
}

/** "Amazon S3 Event Notifications": tells every target whose events and filter fit, once the change is on disk. */
export function announce(ctx: Context, bucket: Bucket, event: string, object: StoredObject): void {
  const configuration = bucket.configurations.notification as NotificationConfiguration | undefined;
  if (!configuration) return;
  const happening = { event, object, sequencer: nextSequencer(ctx) };
  for (const target of targetsOf(configuration)) {
    if (!(target.Events ?? []).some((pattern) => covers(pattern, `s3:${event}`)) || !passes(target, object.key))
      continue;
    const message = JSON.stringify({
      Records: [eventRecord(ctx, bucket, happening, target.Id ?? '')],
    });
    later(ctx, () => deliver(ctx, bucket, target, message));
  }
  if (!configuration.EventBridgeConfiguration) return;
  const entry = eventBridgeEntry(ctx, bucket, happening);
  if (entry) later(ctx, () => asS3(ctx, bucket).call('events', 'PutEvents', { Entries: [entry] }));
}

function later(ctx: Context, send: () => Promise<unknown>): void {
  const sent = ctx.store.durable().then(send);
  ctx.clock.track(
    sent.catch((error: unknown) => {
      // A destination that is gone or refuses loses its notification, as on AWS; the call itself is on the event stream.
      if (!(error instanceof AwsError)) throw error;
    }),
  );
}

/** In the name of s3.amazonaws.com, for this bucket: the destination's policy decides. */
export async function deliver(
  ctx: Context,
  bucket: Bucket,
  target: Target,
  message: string,
  dryRun = false,
): Promise<void> {
  const as = asS3(ctx, bucket);
  if (target.QueueArn) {
    const [, , , region, account, name] = target.QueueArn.split(':');
    await as.call('sqs', 'SendMessage', {
      QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
      MessageBody: message,
    });
  } else if (target.TopicArn)
    await as.call('sns', 'Publish', { TopicArn: target.TopicArn, Message: message, Subject: 'Amazon S3 Notification' });
  else if (target.LambdaFunctionArn) {
    await as.call('lambda', 'Invoke', {
      FunctionName: target.LambdaFunctionArn,
      InvocationType: dryRun ? 'DryRun' : 'Event',
      Payload: Buffer.from(message),
    });
  }
}

function asS3(ctx: Context, bucket: Bucket): Context {
  return ctx.as({
    principal: servicePrincipal('s3.amazonaws.com', bucket.account, { sourceArn: bucketArn(bucket.Name) }),
    account: bucket.account,
    region: bucket.region,
  });
}

export function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(':*') && event.startsWith(pattern.slice(0, -1)));
}

export function filterOf(target: Target): { prefix: string; suffix: string } {
  const filter = { prefix: '', suffix: '' };
  for (const { Name = '', Value = '' } of target.Filter?.Key?.FilterRules ?? []) {
    if (Name.toLowerCase() === 'prefix') filter.prefix = Value;
    else filter.suffix = Value;
  }
  return filter;
}

function passes(target: Target, key: string): boolean {
  const { prefix, suffix } = filterOf(target);
  return key.startsWith(prefix) && key.endsWith(suffix);
}
