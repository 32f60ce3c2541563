import { defineEngine } from '../kernel/engine.ts';
import type { Kernel } from '../kernel/service.ts';
import type { DiskTrouble } from '../kernel/store/disk-trouble.ts';

/** A full disk fails every request; the person at the terminal need not be told of each. */
const pauseMs = 10_000;

export const diskReports = defineEngine('control-plane.disk-reports', (kernel) => new DiskReports(kernel));

class DiskReports {
  readonly #kernel: Kernel;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  tell({ message }: DiskTrouble): void {
    const { clock, events } = this.#kernel;
    if (clock.elapsed() - this.#toldMs < pauseMs) return;
    this.#toldMs = clock.elapsed();
    events.emit('problem', { timeMs: clock.now(), where: 'the data folder', message });
  }
}
