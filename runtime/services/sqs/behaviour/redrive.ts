import type { Kernel } from '../../../kernel/service.ts';
import { type Queue, queuesByArn, redrivePolicy } from '../state.ts';
import { availability } from './availability.ts';
import { messageTable, type StoredMessage } from './message-table.ts';

/**
 * Moves a message that has been received maxReceiveCount times to the dead-letter queue instead of delivering it again.
 * It keeps its id and, in a standard queue, the time it was first sent ("Using dead-letter queues", Developer Guide).
 * True when it was moved.
 */
export function deadLetter(kernel: Kernel, queue: Queue, message: StoredMessage): boolean {
  const policy = redrivePolicy(queue);
  if (!policy || message.receiveCount < policy.maxReceiveCount) return false;
  const target = kernel.engine(queuesByArn).find(policy.deadLetterTargetArn);
  if (!target) return false;
  move(kernel, message, target, queue.QueueArn);
  return true;
}

/** Puts a message into another queue as new there, and takes it out of its own. */
export function move(kernel: Kernel, message: StoredMessage, target: Queue, deadLetterSource: string | null): void {
  const table = kernel.engine(messageTable);
  const nowMs = kernel.clock.now();
  const fifo = message.groupId !== null;
  table.delete(message.seq);
  const { seq: _old, ...kept } = message;
  table.insert({
    ...kept,
    queue: target.QueueArn,
    sentMs: fifo ? nowMs : message.sentMs,
    visibleMs: nowMs,
    receiveCount: 0,
    firstReceivedMs: null,
    receipt: null,
    deadLetterSource,
  });
  kernel.engine(availability).changed(target.QueueArn, nowMs);
}
