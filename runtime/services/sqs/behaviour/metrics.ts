import type { Kernel, Running } from '../../../kernel/service.ts';
import { queues } from '../state.ts';
import { messageTable } from './message-table.ts';

/** SQS puts a queue's numbers to CloudWatch every minute while the queue is active ("Available CloudWatch metrics for Amazon SQS"). */
const periodMs = 60_000;
const activeMs = 6 * 60 * 60_000;

export function publishQueueMetrics(kernel: Kernel): Running {
  const lastActiveMs = new Map<string, number>();
  const unsubscribe = kernel.events.on(
    'sqs.available',
    ({ queueArn }) => void lastActiveMs.set(queueArn, kernel.clock.now()),
  );
  const timer = kernel.clock.every(periodMs, 'SQS metrics', () => {
    for (const scope of kernel.store.scopes('sqs.queues')) {
      for (const queue of queues(kernel, scope).values()) {
        const quiet = kernel.clock.now() - (lastActiveMs.get(queue.QueueArn) ?? Number.NEGATIVE_INFINITY);
        if (quiet <= activeMs) publish(kernel, queue);
      }
    }
  });
  return {
    stop() {
      unsubscribe();
      timer.cancel();
    },
  };
}

function publish(
  kernel: Kernel,
  queue: { QueueArn: string; QueueName: string; account: string; region: string },
): void {
  const nowMs = kernel.clock.now();
  const counts = kernel.engine(messageTable).counts(queue.QueueArn, nowMs);
  const values: [string, number, string][] = [
    ['ApproximateNumberOfMessagesVisible', counts.visible, 'Count'],
    ['ApproximateNumberOfMessagesNotVisible', counts.inFlight, 'Count'],
    ['ApproximateNumberOfMessagesDelayed', counts.delayed, 'Count'],
    [
      'ApproximateAgeOfOldestMessage',
      counts.oldestSentMs === undefined ? 0 : Math.max(0, Math.round((nowMs - counts.oldestSentMs) / 1000)),
      'Seconds',
    ],
  ];
  for (const [name, value, unit] of values) {
    kernel.events.emit('metric', {
      namespace: 'AWS/SQS',
      name,
      dimensions: { QueueName: queue.QueueName },
      value,
      unit,
      timeMs: nowMs,
      region: queue.region,
      account: queue.account,
    });
  }
}
