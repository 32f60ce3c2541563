import { closeSync, openSync, readSync } from 'node:fs';
import type { Clock, Timer } from '../../kernel/clock/clock.ts';

/** How often a working sandbox's memory is looked at; an overrun between two looks is found at the end of its work. */
const PERIOD_MS = 100;
/** A machine that works for days is looked at ten times less often: each look reads a file for each of its processes. */
const TICKS_OF_MACHINES = 10;
/** Longer than any /proc file read here; one for all, since reading is synchronous. */
const buffer = Buffer.alloc(16 * 1024);

export interface MemoryUse {
  /** The most that was ever in use at once, by the kernel's own count, so no peak is missed between two looks. */
  peakBytes: number;
  /**
   * Of that peak, what the kernel cannot take back: pages of files, such as a program's text, are dropped before a
   * machine is out of memory (docs.kernel.org, Control Group v2, `memory.max`).
   */
  heldBytes: number;
}

/** Looks at the memory of sandboxes while they work. */
export class MemoryWatch {
  readonly #clock: Clock;
  readonly #watched = new Map<() => void, number>();
  #ticks = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `look` every 100 ms of real time, or every second for a machine, until the returned function is called. */
  watch(look: () => void, { machine }: { machine: boolean }): () => void {
    this.#watched.set(look, machine ? TICKS_OF_MACHINES : 1);
    this.#timer ??= this.#clock.every(PERIOD_MS, 'memory of sandboxes', () => this.#tick(), { basis: 'elapsed' });
    return () => this.#watched.delete(look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#watched.clear();
  }

  #tick(): void {
    this.#ticks += 1;
    for (const [look, every] of this.#watched) if (this.#ticks % every === 0) look();
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
    use ??= { peakBytes: 0, heldBytes: 0 };
    const peakBytes = kilobytes(status, 'VmHWM') * 1024;
    use.peakBytes += peakBytes;
    use.heldBytes += Math.max(0, peakBytes - kilobytes(status, 'RssFile') * 1024);
  }
  return use;
}

function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => treeOf(Number(child))) : [])];
}

function read(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

function kilobytes(status: string, field: string): number {
  const at = status.indexOf(`${field}:`);
  return at === -1 ? 0 : Number.parseInt(status.slice(at + field.length + 1), 10);
}
