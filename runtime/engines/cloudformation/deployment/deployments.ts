import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { StackRecord } from '../stacks/records.ts';
import { stackStore } from '../stacks/stack-store.ts';
import { Deployment } from './deployment.ts';

/** The deployments under way in this runtime. */
export class Deployments {
  readonly #kernel: Kernel;
  readonly #running = new Map<string, { deployment: Deployment; ended: Promise<StackRecord> }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Takes a stack that was put into a status in progress to rest, in the background. */
  start(stack: StackRecord, options: { resumed?: boolean } = {}): void {
    const deployment = new Deployment(this.#kernel, this.#kernel.engine(stackStore), stack);
    const before = this.#running.get(stack.StackId)?.ended ?? Promise.resolve();
    const limit = this.#limit(stack, deployment);
    const ended = before
      .then(() => deployment.run(options))
      .finally(() => {
        limit?.cancel();
        if (this.#running.get(stack.StackId)?.deployment === deployment) this.#running.delete(stack.StackId);
      });
    ended.catch((error: Error) => this.#problem(stack, error));
    this.#running.set(stack.StackId, { deployment, ended });
  }

  /** Resolves with the stack once no deployment of it is under way. */
  async settled(stackId: string): Promise<StackRecord | undefined> {
    return this.#running.get(stackId)?.ended;
  }

  cancel(stackId: string, sentence: string): void {
    this.#running.get(stackId)?.deployment.cancel(sentence);
  }

  /** Takes up what the end of an earlier process cut off. */
  resume(): void {
    for (const stack of this.#kernel.engine(stackStore).all()) {
      const { StackStatus } = stack;
      if (StackStatus.endsWith('_IN_PROGRESS') && StackStatus !== 'REVIEW_IN_PROGRESS')
        this.start(stack, { resumed: true });
    }
  }

  async stop(): Promise<void> {
    for (const { deployment } of this.#running.values()) deployment.interrupt();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  /** TimeoutInMinutes of CreateStack. */
  #limit(stack: StackRecord, deployment: Deployment): Timer | undefined {
    if (stack.TimeoutInMinutes === undefined || stack.StackStatus !== 'CREATE_IN_PROGRESS') return undefined;
    const sentence = 'Stack creation time exceeded the specified timeout. Rollback requested by user.';
    const stop = () => deployment.cancel(sentence);
    return this.#kernel.clock.after(stack.TimeoutInMinutes * 60_000, `time-out of stack ${stack.StackName}`, stop, {
      basis: 'elapsed',
    });
  }

  #problem(stack: StackRecord, error: Error): void {
    this.#kernel.events.emit('problem', {
      timeMs: this.#kernel.clock.now(),
      where: `deployment of ${stack.StackName}`,
      message: error.message,
      ...(error.stack && { stack: error.stack }),
    });
  }
}

export const deployments = defineEngine('cloudformation-deployments', (kernel) => new Deployments(kernel));
