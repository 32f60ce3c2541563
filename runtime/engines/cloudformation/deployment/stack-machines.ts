import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Scope } from '../../../kernel/store/store.ts';

/**
 * Which stack an instance, or the Auto Scaling group that started it, is of: known before it boots, for its set-up asks
 * CloudFormation by its identity document while the resource is still being made.
 */
export const stackMachines = defineEngine('stack-machines', (kernel) => new StackMachines(kernel));

interface Belonging {
  stackId: string;
}

class StackMachines {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** `name`: an instance's id, or a group's name. */
  belongs(scope: Scope, name: string, stackId: string): void {
    this.#of(scope).put(name, { stackId });
  }

  forget(scope: Scope, name: string): void {
    this.#of(scope).delete(name);
  }

  stackOf(scope: Scope, name: string): string | undefined {
    return this.#of(scope).get(name)?.stackId;
  }

  #of({ account, region }: Scope): Collection<Belonging> {
    return this.#kernel.store.collection<Belonging>('cloudformation.stack-machines', { account, region });
  }
}
