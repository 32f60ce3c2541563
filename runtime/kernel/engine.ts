import type { Kernel } from './service.ts';

/**
 * A machine that several services share (engines/, data-planes/), or memory a service keeps while it runs. One instance
 * a runtime, made when first asked for: `const buckets = defineEngine('cdn', (kernel) => new Cdn(kernel))`, then
 * `ctx.engine(buckets)`. An instance with a `stop` method is stopped with the runtime, last made first.
 */
export interface EngineToken<T> {
  readonly name: string;
  readonly create: (kernel: Kernel) => T;
}

export function defineEngine<T>(name: string, create: (kernel: Kernel) => T): EngineToken<T> {
  return { name, create };
}

/** The instances of one runtime. */
export class EngineRoom {
  readonly #instances = new Map<EngineToken<unknown>, unknown>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get<T>(token: EngineToken<T>): T {
    if (!this.#instances.has(token)) this.#instances.set(token, token.create(this.#kernel));
    return this.#instances.get(token) as T;
  }

  async stop(): Promise<void> {
    for (const instance of [...this.#instances.values()].reverse()) {
      if (hasStop(instance)) await instance.stop();
    }
    this.#instances.clear();
  }
}

function hasStop(value: unknown): value is { stop(): void | Promise<void> } {
  return typeof value === 'object' && value !== null && 'stop' in value && typeof value.stop === 'function';
}
