import { createHash } from 'node:crypto';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import type { Topic } from '../state.ts';
import { isFifo } from './notification.ts';
import { type Deduplication, publicationTable } from './publication-table.ts';

/** "Within the 5 minute minimum deduplication interval" ("Message deduplication for FIFO topics"). */
const intervalMs = 5 * 60_000;

interface Given {
  Message?: string | undefined;
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
}

/** The group and deduplication id that the message has, by the rules of its topic. Throws InvalidParameter. */
export function fifoMembers(topic: Topic, given: Given): { MessageGroupId?: string; MessageDeduplicationId?: string } {
  const { MessageGroupId, MessageDeduplicationId } = given;
  for (const [name, value] of Object.entries({ MessageGroupId, MessageDeduplicationId }))
    if (value !== undefined && !/^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/.test(value))
      throw invalidParameter(
        `${name} Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      );
  if (!isFifo(topic)) {
    if (MessageDeduplicationId !== undefined)
      throw invalidParameter(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    return MessageGroupId === undefined ? {} : { MessageGroupId };
  }
  if (MessageGroupId === undefined) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (MessageDeduplicationId !== undefined) return { MessageGroupId, MessageDeduplicationId };
  if (topic.attributes.ContentBasedDeduplication !== 'true')
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  const digest = createHash('sha256')
    .update(given.Message ?? '')
    .digest('hex');
  return { MessageGroupId, MessageDeduplicationId: digest };
}

/** What the same message was given before, if that was within the interval; else remembers this one. */
export function deduplicated(
  ctx: Context,
  topic: Topic,
  message: { MessageId: string; MessageGroupId?: string; MessageDeduplicationId?: string },
): { MessageId: string; SequenceNumber: string; duplicate: boolean } {
  const table = ctx.engine(publicationTable);
  const of: Deduplication = {
    TopicArn: topic.TopicArn,
    scope: topic.attributes.FifoThroughputScope === 'MessageGroup' ? (message.MessageGroupId ?? '') : '',
    id: message.MessageDeduplicationId ?? '',
  };
  const nowMs = ctx.clock.now();
  const known = table.duplicate(of, nowMs);
  if (known) return { MessageId: known.messageId, SequenceNumber: known.sequence, duplicate: true };
  const SequenceNumber = table.nextSequence(topic.TopicArn);
  table.remember(of, { messageId: message.MessageId, sequence: SequenceNumber, expiresMs: nowMs + intervalMs });
  return { MessageId: message.MessageId, SequenceNumber, duplicate: false };
}
