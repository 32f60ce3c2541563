import type { Message, MessageAttributeValue, ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Context } from '../../../kernel/service.ts';
import { availability } from '../behaviour/availability.ts';
import { inFlight } from '../behaviour/in-flight.ts';
import { md5Of, md5OfAttributes } from '../behaviour/md5.ts';
import { bodyOf, lockedKeys, openDataKey } from '../behaviour/message-encryption.ts';
import { messageTable, type StoredMessage } from '../behaviour/message-table.ts';
import { formatReceipt } from '../behaviour/receipt-handles.ts';
import { deadLetter } from '../behaviour/redrive.ts';
import { invalidParameter, overLimit } from '../errors.ts';
import { isFifo, numberAttribute, type Queue, queueAt } from '../state.ts';

export async function ReceiveMessage(ctx: Context, input: ReceiveMessageCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const limit = within(input.MaxNumberOfMessages ?? 1, 'MaxNumberOfMessages', 1, 10);
  const waitSeconds = within(
    input.WaitTimeSeconds ?? numberAttribute(queue, 'ReceiveMessageWaitTimeSeconds'),
    'WaitTimeSeconds',
    0,
    20,
  );
  within(input.VisibilityTimeout ?? 0, 'VisibilityTimeout', 0, 43_200);
  const deadline = ctx.clock.now() + waitSeconds * 1000;
  for (;;) {
    // "Amazon SQS message quotas": short polling is told of the limit, long polling and FIFO queues get no messages.
    const full = ctx.engine(inFlight).atLimit(queue.QueueArn);
    if (full && waitSeconds === 0 && !isFifo(queue)) throw overLimit();
    const messages = full ? [] : take(ctx, queue, limit, input);
    if ('locked' in messages) {
      await Promise.all(messages.locked.map((wrapped) => openDataKey(ctx, queue, wrapped)));
      continue;
    }
    const waitMs = deadline - ctx.clock.now();
    if (messages.length > 0 || waitMs <= 0 || ctx.signal.aborted) {
      countReceived(ctx, queue, messages.length);
      return messages.length > 0 ? { Messages: messages } : {};
    }
    await ctx.engine(availability).wait(queue.QueueArn, waitMs, ctx.signal);
  }
}

/** Nothing is taken before the caller has shown, to KMS, that it may read it. */
function take(
  ctx: Context,
  queue: Queue,
  limit: number,
  input: ReceiveMessageCommandInput,
): Message[] | { locked: string[] } {
  const table = ctx.engine(messageTable);
  const nowMs = ctx.clock.now();
  const expired = nowMs - numberAttribute(queue, 'MessageRetentionPeriod') * 1000;
  const visibilityMs = (input.VisibilityTimeout ?? numberAttribute(queue, 'VisibilityTimeout')) * 1000;
  const messages: Message[] = [];
  const candidates = isFifo(queue)
    ? table.visibleFifo(queue.QueueArn, nowMs, limit)
    : table.visible(queue.QueueArn, nowMs, limit);
  const locked = lockedKeys(ctx, candidates);
  if (locked.length > 0) return { locked };
  for (const message of candidates) {
    if (message.sentMs <= expired) table.delete(message.seq);
    else if (!deadLetter(ctx, queue, message)) {
      const nonce = ctx.ids.hex(16);
      table.markReceived(message.seq, nonce, nowMs + visibilityMs, nowMs);
      messages.push(present(queue, { ...message, body: bodyOf(ctx, message) }, { nonce, nowMs, input }));
    }
  }
  if (messages.length > 0) ctx.engine(availability).changed(queue.QueueArn, nowMs + visibilityMs);
  else if (candidates.length > 0) return take(ctx, queue, limit, input);
  ctx.engine(inFlight).received(queue.QueueArn, messages.length);
  return messages;
}

function present(
  queue: Queue,
  message: StoredMessage,
  how: { nonce: string; nowMs: number; input: ReceiveMessageCommandInput },
): Message {
  const attributes = selectAttributes(message, how.input.MessageAttributeNames ?? []);
  const system = systemAttributes(message, how.nowMs, [
    ...(how.input.AttributeNames ?? []),
    ...(how.input.MessageSystemAttributeNames ?? []),
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: formatReceipt({ queueName: queue.QueueName, seq: message.seq, nonce: how.nonce }),
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 ? { Attributes: system } : {}),
    ...(Object.keys(attributes).length > 0
      ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }
      : {}),
  };
}

function selectAttributes(message: StoredMessage, names: string[]): Record<string, MessageAttributeValue> {
  if (!message.attributes || names.length === 0) return {};
  const kept = JSON.parse(message.attributes) as Record<
    string,
    { DataType: string; StringValue?: string; BinaryValue?: string }
  >;
  const all = names.includes('All') || names.includes('.*');
  const selected: Record<string, MessageAttributeValue> = {};
  for (const [name, { BinaryValue, ...rest }] of Object.entries(kept)) {
    if (
      !all &&
      !names.some((wanted) => wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -1))))
    )
      continue;
    selected[name] = BinaryValue === undefined ? rest : { ...rest, BinaryValue: Buffer.from(BinaryValue, 'base64') };
  }
  return selected;
}

function systemAttributes(message: StoredMessage, nowMs: number, names: string[]): Record<string, string> {
  if (names.length === 0) return {};
  const sent = message.systemAttributes
    ? (JSON.parse(message.systemAttributes) as Record<string, MessageAttributeValue>)
    : {};
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount + 1),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs ?? nowMs),
    AWSTraceHeader: sent.AWSTraceHeader?.StringValue,
    MessageGroupId: message.groupId ?? undefined,
    MessageDeduplicationId: message.deduplicationId ?? undefined,
    SequenceNumber:
      message.deduplicationId === null
        ? undefined
        : (18_840_000_000_000_000_000n + BigInt(message.seq) * 256n).toString(),
    DeadLetterQueueSourceArn: message.deadLetterSource ?? undefined,
  };
  const selected: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && (names.includes('All') || names.includes(name))) selected[name] = value;
  }
  return selected;
}

function within(value: number, name: string, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

function countReceived(ctx: Context, queue: Queue, count: number): void {
  ctx.events.emit('metric', {
    namespace: 'AWS/SQS',
    name: count > 0 ? 'NumberOfMessagesReceived' : 'NumberOfEmptyReceives',
    dimensions: { QueueName: queue.QueueName },
    value: Math.max(count, 1),
    unit: 'Count',
    timeMs: ctx.clock.now(),
    region: queue.region,
    account: queue.account,
  });
}
