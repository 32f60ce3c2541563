import type { MessageAttributeValue, PublishBatchCommandInput, PublishCommandInput } from '@aws-sdk/client-sns';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { deliverLater, type Notification } from '../behaviour/delivery.ts';
import { invalidParameter } from '../errors.ts';
import { type Topic, topicAt } from '../state.ts';

/** Message and attributes together ("Publish"). */
const largest = 256 * 1024;

interface Message {
  Message?: string | undefined;
  Subject?: string | undefined;
  MessageStructure?: string | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

export function Publish(ctx: Context, input: PublishCommandInput) {
  if (input.PhoneNumber) throw refused('sns Publish parameter PhoneNumber');
  const topic = topicAt(ctx, input.TopicArn ?? input.TargetArn);
  return { MessageId: publish(ctx, topic, input) };
}

function publish(ctx: Context, topic: Topic, message: Message): string {
  const text = message.Message ?? '';
  if (text === '') throw invalidParameter('Empty message');
  if (Buffer.byteLength(text) > largest) throw invalidParameter('Message too long');
  if (
    message.Subject !== undefined &&
    (message.Subject.length > 100 || message.Subject.length === 0 || /[\n\r]/.test(message.Subject))
  )
    throw invalidParameter('Subject');
  const byProtocol = message.MessageStructure === 'json' ? structured(text) : undefined;
  const notification: Notification = {
    MessageId: ctx.ids.uuid(),
    Message: byProtocol?.default ?? text,
    byProtocol,
    Subject: message.Subject,
    timeMs: ctx.clock.now(),
    attributes: message.MessageAttributes ?? {},
  };
  deliverLater(ctx, topic, notification);
  const about = {
    namespace: 'AWS/SNS',
    dimensions: { TopicName: topic.Name },
    timeMs: ctx.clock.now(),
    region: topic.region,
    account: topic.account,
  };
  ctx.events.emit('metric', { ...about, name: 'NumberOfMessagesPublished', value: 1, unit: 'Count' });
  ctx.events.emit('metric', { ...about, name: 'PublishSize', value: Buffer.byteLength(text), unit: 'Bytes' });
  return notification.MessageId;
}

/** MessageStructure json: one text for each protocol, and `default`. */
function structured(text: string): Record<string, string> {
  let value: Record<string, string>;
  try {
    value = JSON.parse(text) as Record<string, string>;
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof value.default !== 'string')
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return value;
}

export function PublishBatch(ctx: Context, input: PublishBatchCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > 10)
    throw new AwsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  if (new Set(entries.map((entry) => entry.Id)).size !== entries.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, MessageId: publish(ctx, topic, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}
