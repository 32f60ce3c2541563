import type {
  MessageAttributeValue,
  PublishBatchCommandInput,
  PublishBatchRequestEntry,
  PublishCommandInput,
} from '@aws-sdk/client-sns';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { deduplicated, fifoMembers } from '../behaviour/deduplication.ts';
import { deliveries } from '../behaviour/delivery.ts';
import { filteredOut } from '../behaviour/filter-policy.ts';
import { checkMessage, sizeOf } from '../behaviour/message-rules.ts';
import { count } from '../behaviour/metrics.ts';
import { attributesOf, isFifo, type Notification } from '../behaviour/notification.ts';
import { defaultMessageSize } from '../behaviour/topic-attributes.ts';
import { checkTopicKey } from '../behaviour/topic-key.ts';
import { batchError, invalidParameter } from '../errors.ts';
import { type Subscription, subscriptionsOf, type Topic, topicAt } from '../state.ts';

export interface Message {
  Message?: string | undefined;
  Subject?: string | undefined;
  MessageStructure?: string | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
}

export function Publish(ctx: Context, input: PublishCommandInput) {
  if (input.PhoneNumber) throw refused('sns Publish parameter PhoneNumber');
  if (!input.TopicArn && !input.TargetArn)
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  const topic = topicAt(ctx, input.TopicArn ?? input.TargetArn);
  const asked = checkTopicKey(ctx, topic);
  return asked ? asked.then(() => publish(ctx, topic, input)) : publish(ctx, topic, input);
}

function publish(ctx: Context, topic: Topic, message: Message): { MessageId: string; SequenceNumber?: string } {
  checkMessage(message, Number(topic.attributes.MaximumMessageSize ?? defaultMessageSize));
  const fifo = fifoMembers(topic, message);
  const byProtocol = message.MessageStructure === undefined ? undefined : structured(message);
  const first = { MessageId: ctx.ids.uuid(), ...fifo };
  const { duplicate, ...ids } = isFifo(topic) ? deduplicated(ctx, topic, first) : { ...first, duplicate: false };
  count(ctx, topic, 'NumberOfMessagesPublished');
  count(ctx, topic, 'PublishSize', sizeOf(message), 'Bytes');
  const SequenceNumber = 'SequenceNumber' in ids ? ids.SequenceNumber : undefined;
  const answer = { MessageId: ids.MessageId, ...(SequenceNumber === undefined ? {} : { SequenceNumber }) };
  if (duplicate) return answer;
  const notification: Notification = {
    Type: 'Notification',
    ...fifo,
    ...answer,
    Message: byProtocol?.default ?? message.Message ?? '',
    byProtocol,
    Subject: message.Subject,
    timeMs: ctx.clock.now(),
    attributes: attributesOf(message.MessageAttributes),
    traceHeader: ctx.trace.header,
  };
  ctx.engine(deliveries).accept(topic, notification, recipients(ctx, topic, notification));
  return answer;
}

/** The confirmed subscriptions whose filter policy lets the message through. */
function recipients(ctx: Context, topic: Topic, notification: Notification): Subscription[] {
  return subscriptionsOf(ctx, topic).filter((subscription) => {
    if (!subscription.confirmed) return false;
    const reason = filteredOut(ctx, subscription, notification);
    if (reason === undefined) return true;
    count(ctx, topic, 'NumberOfNotificationsFilteredOut');
    count(ctx, topic, `NumberOfNotificationsFilteredOut-${reason}`);
    return false;
  });
}

/** MessageStructure json: one text for each protocol, and `default`. Values that are not text are passed over. */
function structured({ Message = '', MessageStructure }: Message): Record<string, string> {
  if (MessageStructure !== 'json') throw invalidParameter('Message Structure - Only json is supported');
  let value: unknown;
  try {
    value = JSON.parse(Message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const texts = Object.entries(value ?? {}).filter(([, text]) => typeof text === 'string') as [string, string][];
  const byProtocol = Object.fromEntries(texts);
  if (byProtocol.default === undefined)
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return byProtocol;
}

export function PublishBatch(ctx: Context, input: PublishBatchCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0) throw batchError('Empty');
  if (entries.length > 10) throw batchError('TooMany');
  if (new Set(entries.map((entry) => entry.Id)).size !== entries.length) throw batchError('NotDistinct');
  if (entries.some(({ Id = '' }) => !/^[A-Za-z0-9_-]{1,80}$/.test(Id))) throw batchError('InvalidId');
  const most = Number(topic.attributes.MaximumMessageSize ?? defaultMessageSize);
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > most) throw batchError('TooLong');
  const asked = checkTopicKey(ctx, topic);
  return asked ? asked.then(() => publishAll(ctx, topic, entries)) : publishAll(ctx, topic, entries);
}

function publishAll(ctx: Context, topic: Topic, entries: PublishBatchRequestEntry[]) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...publish(ctx, topic, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}
