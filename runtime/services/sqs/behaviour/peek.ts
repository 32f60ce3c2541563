import type { Context } from '../../../kernel/service.ts';
import { isFifo, numberAttribute, type Queue } from '../state.ts';
import { bodyOf, lockedKeys, openDataKey } from './message-encryption.ts';
import { messageTable, type StoredMessage } from './message-table.ts';

/** A message as it lies in the queue. Times are the cloud's milliseconds. */
export interface PeekedMessage {
  messageId: string;
  state: 'visible' | 'in flight' | 'delayed';
  /** When it can be received; of one that can be now, since when. */
  visibleMs: number;
  sentMs: number;
  senderId: string;
  receiveCount: number;
  firstReceivedMs: number | undefined;
  groupId: string | undefined;
  deadLetterSource: string | undefined;
  /** As far as it is shown; `characters` is its length. */
  body: string;
  characters: number;
  attributes: unknown;
}

/** As much of a body as a page shows. */
const shownCharacters = 16_384;

/**
 * The oldest messages of a queue, for the console: nothing is received, so no receive is counted, nothing becomes invisible and
 * no dead-letter queue is fed. No operation of SQS looks without receiving. Encrypted bodies are opened in the caller's name.
 */
export async function peekMessages(ctx: Context, queue: Queue, limit: number): Promise<PeekedMessage[]> {
  const nowMs = ctx.clock.now();
  const expiredMs = nowMs - numberAttribute(queue, 'MessageRetentionPeriod') * 1000;
  const look = (): StoredMessage[] => ctx.engine(messageTable).oldest(queue.QueueArn, expiredMs, limit);
  let messages = look();
  for (let locked = lockedKeys(ctx, messages); locked.length > 0; locked = lockedKeys(ctx, messages)) {
    await Promise.all(locked.map((wrapped) => openDataKey(ctx, queue, wrapped)));
    messages = look();
  }
  return messages.map((message) => presented(message, bodyOf(ctx, message), nowMs, isFifo(queue)));
}

function presented(message: StoredMessage, body: string, nowMs: number, fifo: boolean): PeekedMessage {
  const { messageId, visibleMs, sentMs, senderId, receiveCount, attributes } = message;
  return {
    messageId,
    state: visibleMs <= nowMs ? 'visible' : receiveCount > 0 ? 'in flight' : 'delayed',
    visibleMs,
    sentMs,
    senderId,
    receiveCount,
    firstReceivedMs: message.firstReceivedMs ?? undefined,
    groupId: fifo ? (message.groupId ?? undefined) : undefined,
    deadLetterSource: message.deadLetterSource ?? undefined,
    body: body.slice(0, shownCharacters),
    characters: body.length,
    attributes: attributes === null ? undefined : (JSON.parse(attributes) as unknown),
  };
}
