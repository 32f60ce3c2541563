import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Bucket, bucketArn } from '../state.ts';
import type { StoredObject } from './object-table.ts';

interface Target {
  Id?: string;
  Events?: string[];
  Filter?: { Key?: { FilterRules?: { Name?: string; Value?: string }[] } };
  QueueArn?: string;
  TopicArn?: string;
  LambdaFunctionArn?: string;
}

interface NotificationConfiguration {
  QueueConfigurations?: Target[];
  TopicConfigurations?: Target[];
  LambdaFunctionConfigurations?: Target[];
}

/** "Amazon S3 Event Notifications": tells every target whose events and filter fit, in the name of s3.amazonaws.com. */
export function announce(ctx: Context, bucket: Bucket, event: string, object: StoredObject): void {
  const configuration = bucket.configurations.notification as NotificationConfiguration | undefined;
  if (!configuration) return;
  const all = [configuration.QueueConfigurations, configuration.TopicConfigurations, configuration.LambdaFunctionConfigurations].flatMap((targets) => targets ?? []);
  for (const target of all) {
    if (!(target.Events ?? []).some((pattern) => covers(pattern, `s3:${event}`)) || !passes(target, object.key)) continue;
    const message = JSON.stringify({ Records: [recordOf(ctx, bucket, event, { object, target })] });
    ctx.clock.track(
      ctx.store
        .durable()
        .then(() => deliver(ctx, bucket, target, message))
        .catch((error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
        }),
    );
  }
}

export async function deliver(ctx: Context, bucket: Bucket, target: Target, message: string): Promise<void> {
  const as = ctx.as({ principal: servicePrincipal('s3.amazonaws.com', bucket.account, { sourceArn: bucketArn(bucket.Name) }), region: bucket.region });
  if (target.QueueArn) {
    const [, , , region, account, name] = target.QueueArn.split(':');
    await as.call('sqs', 'SendMessage', { QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`, MessageBody: message });
  } else if (target.TopicArn) await as.call('sns', 'Publish', { TopicArn: target.TopicArn, Message: message, Subject: 'Amazon S3 Notification' });
  else if (target.LambdaFunctionArn) await as.call('lambda', 'Invoke', { FunctionName: target.LambdaFunctionArn, InvocationType: 'Event', Payload: Buffer.from(message) });
}

function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(':*') && event.startsWith(pattern.slice(0, -1)));
}

function passes(target: Target, key: string): boolean {
  return (target.Filter?.Key?.FilterRules ?? []).every(({ Name = '', Value = '' }) => (Name.toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value)));
}

/** "Event message structure", version 2.1. */
function recordOf(ctx: Context, bucket: Bucket, event: string, about: { object: StoredObject; target: Target }): object {
  const { object, target } = about;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(ctx.clock.now()).toISOString(),
    eventName: event,
    userIdentity: { principalId: bucket.account },
    requestParameters: { sourceIPAddress: ctx.http?.clientIp ?? '127.0.0.1' },
    responseElements: { 'x-amz-request-id': ctx.requestId, 'x-amz-id-2': ctx.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: target.Id ?? '',
      bucket: { name: bucket.Name, ownerIdentity: { principalId: bucket.account }, arn: bucketArn(bucket.Name) },
      object: {
        key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        size: object.size,
        eTag: object.etag,
        ...(bucket.versioning ? { versionId: object.versionId } : {}),
        sequencer: object.seq.toString(16).toUpperCase().padStart(16, '0'),
      },
    },
  };
}
