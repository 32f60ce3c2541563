import { createHash } from 'node:crypto';
import type {
  MessageAttributeValue,
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
  SendMessageBatchResultEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { availability } from '../behaviour/availability.ts';
import { checkBatch } from '../behaviour/batches.ts';
import { md5Of, md5OfAttributes } from '../behaviour/md5.ts';
import { type DataKey, sealBody, sendingKey } from '../behaviour/message-encryption.ts';
import { checkMessage, type Outgoing, sizeOf } from '../behaviour/message-rules.ts';
import { messageTable } from '../behaviour/message-table.ts';
import { batchError } from '../errors.ts';
import { isFifo, numberAttribute, type Queue, queueAt } from '../state.ts';

/** A message with the same deduplication id is accepted but not delivered again for five minutes ("Exactly-once processing", Developer Guide). */
const deduplicationMs = 5 * 60_000;

export function SendMessage(ctx: Context, input: SendMessageCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  checkMessage(queue, input);
  const key = sendingKey(ctx, queue);
  if (key instanceof Promise) return key.then((opened) => send(ctx, queueAt(ctx, input.QueueUrl ?? ''), input, opened));
  return send(ctx, queue, input, key);
}

export function SendMessageBatch(ctx: Context, input: SendMessageBatchCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  const entries = input.Entries ?? [];
  checkBatch(entries);
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > 1_048_576) throw batchError('TooLong', String(size));
  const key = sendingKey(ctx, queue);
  if (key instanceof Promise)
    return key.then((opened) => sendAll(ctx, queueAt(ctx, input.QueueUrl ?? ''), entries, opened));
  return sendAll(ctx, queue, entries, key);
}

function sendAll(ctx: Context, queue: Queue, entries: SendMessageBatchRequestEntry[], key: DataKey | undefined) {
  const Successful: SendMessageBatchResultEntry[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const result = sendEntry(ctx, queue, entry, key);
    if (result instanceof AwsError)
      Failed.push({ Id: entry.Id, SenderFault: true, Code: result.queryCode ?? result.code, Message: result.message });
    else Successful.push(result);
  }
  return { Successful, ...(Failed.length > 0 ? { Failed } : {}) };
}

function sendEntry(
  ctx: Context,
  queue: Queue,
  entry: SendMessageBatchRequestEntry,
  key: DataKey | undefined,
): SendMessageBatchResultEntry | AwsError {
  try {
    checkMessage(queue, entry);
    return { Id: entry.Id, ...send(ctx, queue, entry, key) };
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function send(ctx: Context, queue: Queue, message: Outgoing, key: DataKey | undefined) {
  const body = message.MessageBody ?? '';
  const attributes = message.MessageAttributes ?? {};
  const digests = {
    MD5OfMessageBody: md5Of(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(message.MessageSystemAttributes ?? {}),
  };
  const known = isFifo(queue) ? duplicateOf(ctx, queue, message) : undefined;
  if (known) return { ...digests, MessageId: known.messageId, SequenceNumber: sequenceNumber(known.seq) };
  const nowMs = ctx.clock.now();
  const delaySeconds = (isFifo(queue) ? undefined : message.DelaySeconds) ?? numberAttribute(queue, 'DelaySeconds');
  const MessageId = ctx.ids.uuid();
  const visibleMs = nowMs + delaySeconds * 1000;
  const seq = ctx.engine(messageTable).insert({
    queue: queue.QueueArn,
    messageId: MessageId,
    body: key ? sealBody(ctx, key, body) : body,
    dataKey: key?.wrapped ?? null,
    attributes: keepAttributes(attributes),
    systemAttributes: keepAttributes({
      AWSTraceHeader: { DataType: 'String', StringValue: ctx.trace.header },
      ...message.MessageSystemAttributes,
    }),
    senderId: describePrincipal(ctx.principal),
    sentMs: nowMs,
    visibleMs,
    receiveCount: 0,
    firstReceivedMs: null,
    receipt: null,
    groupId: message.MessageGroupId ?? null,
    deduplicationId: isFifo(queue) ? deduplicationId(message) : null,
    deadLetterSource: null,
  });
  if (isFifo(queue)) remember(ctx, queue, message, { messageId: MessageId, seq });
  ctx.engine(availability).changed(queue.QueueArn, visibleMs);
  ctx.events.emit('metric', sentMetric(ctx, queue, sizeOf(message)));
  return { ...digests, MessageId, ...(isFifo(queue) ? { SequenceNumber: sequenceNumber(seq) } : {}) };
}

function keepAttributes(attributes: Record<string, MessageAttributeValue>): string | null {
  const kept = Object.values(attributes);
  if (kept.length === 0) return null;
  if (kept.every(({ BinaryValue }) => BinaryValue === undefined)) return JSON.stringify(attributes);
  return JSON.stringify(attributes, (key, value) => {
    if (key !== 'BinaryValue') return value;
    return Buffer.from((value as { data?: Uint8Array }).data ?? value).toString('base64');
  });
}

function deduplicationId(message: Outgoing): string {
  return (
    message.MessageDeduplicationId ??
    createHash('sha256')
      .update(message.MessageBody ?? '')
      .digest('hex')
  );
}

function deduplicationScope(queue: Queue, message: Outgoing): string {
  return queue.attributes.DeduplicationScope === 'messageGroup' ? (message.MessageGroupId ?? '') : '';
}

function duplicateOf(ctx: Context, queue: Queue, message: Outgoing) {
  return ctx
    .engine(messageTable)
    .duplicate(queue.QueueArn, deduplicationScope(queue, message), deduplicationId(message), ctx.clock.now());
}

function remember(ctx: Context, queue: Queue, message: Outgoing, sent: { messageId: string; seq: number }): void {
  const expiresMs = ctx.clock.now() + deduplicationMs;
  ctx
    .engine(messageTable)
    .rememberDuplicate(queue.QueueArn, deduplicationScope(queue, message), deduplicationId(message), {
      ...sent,
      expiresMs,
    });
}

/** Twenty digits, growing, as AWS's are. */
function sequenceNumber(seq: number): string {
  return (18_840_000_000_000_000_000n + BigInt(seq) * 256n).toString();
}

function sentMetric(ctx: Context, queue: Queue, bytes: number) {
  const about = {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: queue.QueueName },
    timeMs: ctx.clock.now(),
    region: queue.region,
    account: queue.account,
  };
  ctx.events.emit('metric', { ...about, name: 'SentMessageSize', value: bytes, unit: 'Bytes' });
  return { ...about, name: 'NumberOfMessagesSent', value: 1, unit: 'Count' };
}
