import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { inFlightLimit } from '../state.ts';
import { messageTable } from './message-table.ts';

/** How many messages of a queue are in flight, as far as the limit of them asks. */
export const inFlight = defineEngine('sqs.in-flight', (kernel) => new InFlight(kernel));

/**
 * Counting a queue's messages takes as long as there are of them. So an upper bound is kept (the last count and what was
 * received since), and the count is taken again only when the bound passes the limit.
 */
class InFlight {
  readonly #kernel: Kernel;
  readonly #bounds = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  atLimit(queueArn: string): boolean {
    const bound = this.#bounds.get(queueArn);
    if (bound !== undefined && bound < inFlightLimit) return false;
    const counted = this.#kernel.engine(messageTable).counts(queueArn, this.#kernel.clock.now()).inFlight;
    this.#bounds.set(queueArn, counted);
    return counted >= inFlightLimit;
  }

  received(queueArn: string, count: number): void {
    const bound = this.#bounds.get(queueArn);
    if (bound !== undefined) this.#bounds.set(queueArn, bound + count);
  }

  forget(queueArn: string): void {
    this.#bounds.delete(queueArn);
  }
}
