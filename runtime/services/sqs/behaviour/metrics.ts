import { parseArn } from '../../../kernel/arn.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel, Running } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { queues } from '../state.ts';
import { type MessageTable, messageTable } from './message-table.ts';

/**
 * SQS puts a queue's numbers to CloudWatch every minute while the queue is active: while it holds messages, and six hours
 * after it was last used ("Available CloudWatch metrics for Amazon SQS").
 */
const minuteMs = 60_000;
const activeMs = 6 * 60 * 60_000;

export function publishQueueMetrics(kernel: Kernel): Running {
  const published = new QueueMetrics(kernel);
  for (const scope of kernel.store.scopes('sqs.queues'))
    for (const { QueueName } of queues(kernel, scope).values())
      published.used({ ...scope, QueueName }, Number.NEGATIVE_INFINITY);
  const unsubscribe = kernel.events.on('metric', ({ namespace, name, dimensions, account, region }) => {
    // Sending, receiving in vain or not, and deleting are counted at once; what is published below is `Approximate…`.
    if (namespace !== 'AWS/SQS' || !name.startsWith('NumberOf')) return;
    published.used({ account, region, QueueName: dimensions.QueueName ?? '' }, kernel.clock.now());
  });
  // A message that redrive moves here counts as sent to nobody ("Available CloudWatch metrics for Amazon SQS").
  const noLongerFilled = kernel.events.on('sqs.available', ({ queueArn }) => {
    const arn = parseArn(queueArn);
    if (!arn) return;
    published.used({ account: arn.account, region: arn.region, QueueName: arn.resource }, kernel.clock.now());
  });
  return {
    stop() {
      unsubscribe();
      noLongerFilled();
      published.stop();
    },
  };
}

interface ActiveQueue extends Scope {
  QueueName: string;
}

/** Ticks only while a queue is active, so that time wound over quiet weeks costs nothing. */
class QueueMetrics {
  readonly #kernel: Kernel;
  readonly #active = new Map<string, { queue: ActiveQueue; lastMs: number }>();
  #timer: Timer | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  used(queue: ActiveQueue, lastMs: number): void {
    const key = `${queue.account} ${queue.region} ${queue.QueueName}`;
    const known = this.#active.get(key);
    if (known) known.lastMs = lastMs;
    else this.#active.set(key, { queue, lastMs });
    if (!this.#timer) this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    const { clock } = this.#kernel;
    const nextMs = (Math.floor(clock.now() / minuteMs) + 1) * minuteMs;
    this.#timer = clock.at(nextMs, 'SQS metrics', () => this.#tick());
  }

  #tick(): void {
    this.#timer = undefined;
    const nowMs = this.#kernel.clock.now();
    for (const [key, { queue: active, lastMs }] of this.#active) {
      const queue = queues(this.#kernel, active).get(active.QueueName);
      const counts = queue && this.#kernel.engine(messageTable).counts(queue.QueueArn, nowMs);
      const held = counts ? counts.visible + counts.inFlight + counts.delayed : 0;
      if (queue && counts && (held > 0 || nowMs - lastMs <= activeMs)) publish(this.#kernel, queue, counts);
      else this.#active.delete(key);
    }
    if (this.#active.size > 0) this.#arm();
  }
}

function publish(kernel: Kernel, queue: ActiveQueue, counts: ReturnType<MessageTable['counts']>): void {
  const nowMs = kernel.clock.now();
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
