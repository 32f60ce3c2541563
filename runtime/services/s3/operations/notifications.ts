import type { PutBucketNotificationConfigurationCommandInput } from '@aws-sdk/client-s3';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import {
  covers,
  deliver,
  filterOf,
  type NotificationConfiguration,
  type Target,
  targetsOf,
} from '../behaviour/notifications.ts';
import { hostId } from '../behaviour/response-ids.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketAt, keepBucket } from '../state.ts';

export async function PutBucketNotificationConfiguration(
  ctx: Context,
  input: PutBucketNotificationConfigurationCommandInput,
) {
  const bucket = bucketAt(ctx, input.Bucket);
  const notification = named(ctx, (input.NotificationConfiguration ?? {}) as NotificationConfiguration);
  if (notification.EventBridgeConfiguration && !ctx.engine(registry).services.has('events')) {
    throw refused(
      's3 PutBucketNotificationConfiguration parameter EventBridgeConfiguration',
      'EventBridge does not run.',
    );
  }
  const targets = targetsOf(notification);
  for (const target of targets) checkTarget(target);
  checkOverlap(targets);
  if (!input.SkipDestinationValidation) for (const target of targets) await validate(ctx, bucket, target);
  const now = bucketAt(ctx, input.Bucket);
  keepBucket(ctx, now, { configurations: { ...now.configurations, notification } });
}

export function GetBucketNotificationConfiguration(ctx: Context, input: { Bucket?: string }) {
  return (bucketAt(ctx, input.Bucket).configurations.notification ?? {}) as object;
}

/** A configuration without an id is given one. */
function named(ctx: Context, configuration: NotificationConfiguration): NotificationConfiguration {
  const name = (targets: Target[] | undefined) =>
    targets?.map((target) => ({ ...target, Id: target.Id ?? ctx.ids.uuid() }));
  const { QueueConfigurations, TopicConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration } =
    configuration;
  return {
    ...(QueueConfigurations?.length ? { QueueConfigurations: name(QueueConfigurations) ?? [] } : {}),
    ...(TopicConfigurations?.length ? { TopicConfigurations: name(TopicConfigurations) ?? [] } : {}),
    ...(LambdaFunctionConfigurations?.length
      ? { LambdaFunctionConfigurations: name(LambdaFunctionConfigurations) ?? [] }
      : {}),
    ...(EventBridgeConfiguration ? { EventBridgeConfiguration } : {}),
  };
}

/** "Supported event types for SQS, SNS, and Lambda", those that are told of here. */
const events = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:LifecycleTransition',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
];
const untold = /^s3:(ObjectRestore|Replication|ReducedRedundancyLostObject|IntelligentTiering|ObjectAcl)/;

function checkTarget(target: Target): void {
  for (const event of target.Events ?? []) {
    if (untold.test(event))
      throw s3Error('NotImplemented', {}, `Notifications of ${event} are refused: Orrery does not tell of that event.`);
    if (!events.includes(event))
      throw s3Error(
        'InvalidArgument',
        { ArgumentName: 'Event', ArgumentValue: event },
        'The event is not supported for notifications',
      );
  }
  const names = (target.Filter?.Key?.FilterRules ?? []).map(({ Name = '' }) => Name.toLowerCase());
  if (names.some((name) => name !== 'prefix' && name !== 'suffix'))
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'FilterRule.Name' },
      'filter rule name must be either prefix or suffix',
    );
  if (new Set(names).size !== names.length)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'FilterRule.Name' },
      'Cannot specify more than one prefix rule in a filter.',
    );
}

/** "Configuring event notifications using object key name filtering": targets of one event must differ in their filters. */
function checkOverlap(targets: Target[]): void {
  targets.forEach((target, index) => {
    for (const other of targets.slice(index + 1)) {
      const shared = (target.Events ?? []).some((a) => (other.Events ?? []).some((b) => covers(a, b) || covers(b, a)));
      if (!shared) continue;
      const [a, b] = [filterOf(target), filterOf(other)];
      const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
      if (prefixes && (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))) {
        throw s3Error(
          'InvalidArgument',
          {},
          'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        );
      }
    }
  });
}

/** Queues and topics are sent s3:TestEvent; a function is asked whether it would let S3 in. */
async function validate(ctx: Context, bucket: Bucket, target: Target): Promise<void> {
  const message = JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(ctx.clock.now()).toISOString(),
    Bucket: bucket.Name,
    RequestId: ctx.requestId,
    HostId: ctx.engine(hostId),
  });
  try {
    await deliver(ctx, bucket, target, message, true);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const arn = target.QueueArn ?? target.TopicArn ?? target.LambdaFunctionArn ?? '';
    const kind = target.QueueArn ? 'queue' : target.TopicArn ? 'topic' : 'function';
    const absent = /NotFound|NonExistent|NotExist/i.test(error.code);
    const why = absent ? `The destination ${kind} does not exist` : `Not authorized to invoke ${kind} [${arn}]`;
    throw s3Error(
      'InvalidArgument',
      {
        ArgumentName1: `${arn}, null`,
        ArgumentValue1: target.QueueArn
          ? absent
            ? why
            : 'Permissions on the destination queue do not allow S3 to publish notifications from this bucket'
          : why,
      },
      'Unable to validate the following destination configurations',
    );
  }
}
