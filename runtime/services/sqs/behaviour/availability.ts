import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Queue } from '../state.ts';
import { messageTable } from './message-table.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Messages may have become visible in the queue: sent, delay or visibility time-out over. Pollers wake on it. */
    'sqs.available': { queueArn: string };
  }
}

/** Tells pollers when messages become visible, so that nobody has to ask again and again: one timer a queue. */
export const availability = defineEngine('sqs.availability', (kernel) => new Availability(kernel));

class Availability {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Something in the queue is visible from `visibleMs` on: now, or later. */
  changed(queueArn: string, visibleMs: number): void {
    if (visibleMs <= this.#kernel.clock.now()) {
      this.#kernel.events.emit('sqs.available', { queueArn });
      return;
    }
    const timer = this.#timers.get(queueArn);
    if (timer && timer.atMs <= visibleMs) return;
    timer?.cancel();
    const name = `messages visible in ${queueArn.split(':').pop()}`;
    this.#timers.set(
      queueArn,
      this.#kernel.clock.at(visibleMs, name, () => this.#fire(queueArn), { kind: 'delivery' }),
    );
  }

  /** After a restart: visible messages are announced, the rest is waited for. */
  resume(queue: Queue): void {
    this.#fire(queue.QueueArn);
  }

  forget(queueArn: string): void {
    this.#timers.get(queueArn)?.cancel();
    this.#timers.delete(queueArn);
  }

  /** Resolves when messages may be visible, the time is over or the caller gone. */
  wait(queueArn: string, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        unsubscribe();
        timer.cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unsubscribe = this.#kernel.events.on('sqs.available', (event) => {
        if (event.queueArn === queueArn) done();
      });
      const timer = this.#kernel.clock.after(waitMs, `long poll of ${queueArn.split(':').pop()}`, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #fire(queueArn: string): void {
    this.#timers.delete(queueArn);
    this.#kernel.events.emit('sqs.available', { queueArn });
    const next = this.#kernel.engine(messageTable).nextVisible(queueArn, this.#kernel.clock.now());
    if (next !== undefined) this.changed(queueArn, next);
  }
}
