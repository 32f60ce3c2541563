import { readFileSync } from 'node:fs';
import type { Clock, Timer } from '../../kernel/clock/clock.ts';

/** How often a working sandbox's memory is looked at; an overrun between two looks is found at the end of its work. */
const PERIOD_MS = 100;

export interface MemoryUse {
  currentBytes: number;
  /** The most that was ever in use at once, by the kernel's own count, so no peak is missed between two looks. */
  peakBytes: number;
}

/** Looks at the memory of sandboxes while they work. */
export class MemoryWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<() => void>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `look` every 100 ms of real time until the returned function is called. */
  watch(look: () => void): () => void {
    this.#watched.add(look);
    this.#timer ??= this.#clock.every(PERIOD_MS, 'memory of sandboxes', () => this.#tick(), { basis: 'elapsed' });
    return () => this.#watched.delete(look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#watched.clear();
  }

  #tick(): void {
    for (const look of this.#watched) look();
    if (this.#watched.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/**
 * Resident memory of a process and all its descendants, program text included, as it counts in a machine of its own.
 * Undefined where the system does not say (only Linux has /proc).
 */
export function memoryOf(pid: number): MemoryUse | undefined {
  let use: MemoryUse | undefined;
  for (const process of treeOf(pid)) {
    const status = read(`/proc/${process}/status`);
    if (!status) continue;
    use ??= { currentBytes: 0, peakBytes: 0 };
    use.currentBytes += kilobytes(status, 'VmRSS') * 1024;
    use.peakBytes += kilobytes(status, 'VmHWM') * 1024;
  }
  return use;
}

function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => treeOf(Number(child))) : [])];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function kilobytes(status: string, field: string): number {
  const at = status.indexOf(`${field}:`);
  return at === -1 ? 0 : Number.parseInt(status.slice(at + field.length + 1), 10);
}
