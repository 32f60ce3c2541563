import { rmSync } from 'node:fs';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type Isolation, plain, probeIsolation } from './isolation.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Sandbox, type SandboxSpec } from './sandbox.ts';
import { Watchdog } from './watchdog.ts';

/**
 * Where the cloud's code runs: Lambda functions, and later instances and tasks, are sandboxes. A sandbox is one
 * supervised process tree with its own folder, environment and limits. No process outlives the runtime.
 */
export const compute = defineEngine<Compute>('compute', (kernel) => new Compute(kernel));

class Compute {
  readonly #kernel: Kernel;
  readonly #folder: string;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #watchdog = new Watchdog();
  readonly #memory: MemoryWatch;
  #isolation: Isolation | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = kernel.store.folder('sandboxes');
    this.#memory = new MemoryWatch(kernel.clock);
    // What a runtime that was killed left behind; its processes have ended with it.
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What holds sandboxes apart here; found out once, when first needed. */
  get isolation(): Isolation {
    this.#isolation ??= probeIsolation();
    return this.#isolation;
  }

  /** Before the first sandbox: folders and process groups alone, also where more could be had. */
  preferPlain(): void {
    this.#isolation = plain;
  }

  start(spec: SandboxSpec): Sandbox {
    const id = `${spec.kind}-${this.#kernel.ids.hex(12)}`;
    const sandbox = new Sandbox(spec, {
      id,
      folder: `${this.#folder}/${id}`,
      isolation: spec.plain ? plain : this.isolation,
      clock: this.#kernel.clock,
      memory: this.#memory,
    });
    this.#sandboxes.set(id, sandbox);
    if (sandbox.pid !== undefined) this.#watchdog.guard(sandbox.pid);
    void sandbox.exited.then(() => {
      this.#sandboxes.delete(id);
      if (sandbox.pid !== undefined) this.#watchdog.release(sandbox.pid);
    });
    return sandbox;
  }

  sandboxes(): Sandbox[] {
    return [...this.#sandboxes.values()];
  }

  async stop(): Promise<void> {
    this.#memory.stop();
    await Promise.all(this.sandboxes().map((sandbox) => sandbox.kill()));
    this.#watchdog.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
