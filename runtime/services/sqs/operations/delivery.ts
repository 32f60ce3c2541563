import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { availability } from '../behaviour/availability.ts';
import { checkBatch } from '../behaviour/batches.ts';
import { messageTable } from '../behaviour/message-table.ts';
import { parseReceipt } from '../behaviour/receipt-handles.ts';
import { invalidParameter, messageNotInflight, receiptHandleIsInvalid } from '../errors.ts';
import { isFifo, type Queue, queueAt } from '../state.ts';

export function DeleteMessage(ctx: Context, input: DeleteMessageCommandInput) {
  deleteByReceipt(ctx, queueAt(ctx, input.QueueUrl ?? ''), input.ReceiptHandle ?? '');
  return {};
}

export function DeleteMessageBatch(ctx: Context, input: DeleteMessageBatchCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  return eachEntry(input.Entries ?? [], (entry) => deleteByReceipt(ctx, queue, entry.ReceiptHandle ?? ''));
}

export function ChangeMessageVisibility(ctx: Context, input: ChangeMessageVisibilityCommandInput) {
  changeVisibility(ctx, queueAt(ctx, input.QueueUrl ?? ''), input);
  return {};
}

export function ChangeMessageVisibilityBatch(ctx: Context, input: ChangeMessageVisibilityBatchCommandInput) {
  const queue = queueAt(ctx, input.QueueUrl ?? '');
  return eachEntry(input.Entries ?? [], (entry) => changeVisibility(ctx, queue, entry));
}

/** Deleting succeeds for a message that is gone, and for a receipt older than the newest ("DeleteMessage", API Reference). */
function deleteByReceipt(ctx: Context, queue: Queue, handle: string): void {
  const { seq, queueName, nonce } = parseReceipt(handle);
  if (queueName !== queue.QueueName) throw receiptHandleIsInvalid(handle);
  const table = ctx.engine(messageTable);
  const message = table.find(seq);
  const gone = !message || message.queue !== queue.QueueArn;
  if (gone) return;
  if (isFifo(queue) && (message.receipt !== nonce || message.visibleMs <= ctx.clock.now())) {
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  }
  table.delete(seq);
  // A group of a FIFO queue is free again once its message in flight is deleted.
  if (isFifo(queue)) ctx.engine(availability).changed(queue.QueueArn, ctx.clock.now());
  ctx.events.emit('metric', {
    namespace: 'AWS/SQS',
    name: 'NumberOfMessagesDeleted',
    dimensions: { QueueName: queue.QueueName },
    value: 1,
    unit: 'Count',
    timeMs: ctx.clock.now(),
    region: queue.region,
    account: queue.account,
  });
}

function changeVisibility(
  ctx: Context,
  queue: Queue,
  entry: { ReceiptHandle?: string | undefined; VisibilityTimeout?: number | undefined },
): void {
  const handle = entry.ReceiptHandle ?? '';
  const seconds = entry.VisibilityTimeout ?? 0;
  if (seconds < 0 || seconds > 43_200) {
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200.`,
    );
  }
  const { seq, queueName, nonce } = parseReceipt(handle);
  if (queueName !== queue.QueueName) throw receiptHandleIsInvalid(handle);
  const table = ctx.engine(messageTable);
  const message = table.find(seq);
  const nowMs = ctx.clock.now();
  if (!message || message.queue !== queue.QueueArn || message.receipt !== nonce) {
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (message.visibleMs <= nowMs) throw messageNotInflight();
  table.setVisible(seq, nowMs + seconds * 1000);
  ctx.engine(availability).changed(queue.QueueArn, nowMs + seconds * 1000);
}

function eachEntry<E extends { Id?: string | undefined }>(entries: E[], action: (entry: E) => void) {
  checkBatch(entries);
  const Successful: { Id: string | undefined }[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      action(entry);
      Successful.push({ Id: entry.Id });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.queryCode ?? error.code, Message: error.message });
    }
  }
  return { Successful, ...(Failed.length > 0 ? { Failed } : {}) };
}
