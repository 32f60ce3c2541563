import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { type Queue, queuesByArn } from '../state.ts';
import { messageTable, type StoredMessage } from './message-table.ts';
import { move } from './redrive.ts';

/** A redrive task as kept; AWS's member names. */
export interface MoveTask {
  id: string;
  SourceArn: string;
  DestinationArn: string | undefined;
  MaxNumberOfMessagesPerSecond: number | undefined;
  Status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  StartedTimestamp: number;
  FailureReason?: string;
}

/** Without a rate AWS chooses one by the backlog; ours is its highest. */
const fastest = 500;

export function moveTasks(kernel: Kernel, queue: Queue): Collection<MoveTask> {
  return kernel.store.collection<MoveTask>('sqs.move-tasks', { account: queue.account, region: queue.region });
}

/** Moves a second's worth of messages each second of the cloud's time until none is left. */
export function runMoveTask(kernel: Kernel, source: Queue, id: string): void {
  const tasks = moveTasks(kernel, source);
  const task = tasks.get(id);
  if (task?.Status !== 'RUNNING') return;
  const rate = task.MaxNumberOfMessagesPerSecond ?? fastest;
  const batch = kernel.engine(messageTable).visible(source.QueueArn, kernel.clock.now(), rate);
  let moved = 0;
  for (const message of batch) {
    const target = destination(kernel, task, message);
    if (!target) {
      tasks.put(id, {
        ...task,
        Status: 'FAILED',
        FailureReason: 'CouldNotDetermineMessageSource',
        ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved + moved,
      });
      return;
    }
    move(kernel, message, target, null);
    moved += 1;
  }
  const done = { ...task, ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved + moved };
  if (batch.length < rate) {
    tasks.put(id, { ...done, Status: 'COMPLETED' });
    return;
  }
  tasks.put(id, done);
  kernel.clock.after(1000, `redrive of ${source.QueueName}`, () => runMoveTask(kernel, source, id), {
    kind: 'delivery',
  });
}

function destination(kernel: Kernel, task: MoveTask, message: StoredMessage): Queue | undefined {
  const arn = task.DestinationArn ?? message.deadLetterSource;
  return arn ? kernel.engine(queuesByArn).find(arn) : undefined;
}
