import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/clock/clock.ts';
import type { BoundFolder, Isolation } from './isolation.ts';
import { eachLine } from './lines.ts';
import { type MemoryUse, type MemoryWatch, memoryOf } from './memory-watch.ts';

export interface SandboxSpec {
  kind: 'lambda' | 'instance' | 'task';
  /** For people: the function's, instance's or task's name. */
  name: string;
  /** Program and arguments, as the sandbox sees them; `inside` tells how it sees a bound folder. */
  command(inside: Inside): string[];
  /** All of its environment: nothing of the runtime's own is added. */
  environment(inside: Inside): Record<string, string>;
  folders?: BoundFolder[];
  memoryLimitBytes?: number;
  /** Without a root and a view of processes of its own, whatever this machine could give. */
  plain?: boolean;
  /** Whose processes they are; default the runtime's own user. */
  user?: { uid: number; gid: number } | undefined;
  /** Puts the whole of it into a network (Place of engines/network). */
  enclose?(command: string[]): string[];
  /** One line of output without its end; longer ones are cut into pieces of 256 KB. */
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
}

/** How the sandbox itself sees its folders. */
export interface Inside {
  tmp: string;
  path(folder: BoundFolder): string;
}

export interface SandboxExit {
  code: number | undefined;
  signal: string | undefined;
  /** It was ended because it used more than its memory limit. */
  outOfMemory: boolean;
}

export interface SandboxParts {
  id: string;
  folder: string;
  isolation: Isolation;
  clock: Clock;
  memory: MemoryWatch;
}

/** One supervised process tree. Starts at once; ends by itself, by `stop`, by its limits, or with the runtime. */
export class Sandbox {
  readonly id: string;
  readonly kind: SandboxSpec['kind'];
  readonly name: string;
  readonly inside: Inside;
  readonly exited: Promise<SandboxExit>;
  /** File descriptor 3 of its first process: what it is told; it ends when this ends. */
  readonly control: Socket;
  readonly #parts: SandboxParts;
  readonly #child: ChildProcess;
  #memoryLimitBytes: number | undefined;
  #outOfMemory = false;
  #unwatch: (() => void) | undefined;

  constructor(spec: SandboxSpec, parts: SandboxParts) {
    this.id = parts.id;
    this.kind = spec.kind;
    this.name = spec.name;
    this.#parts = parts;
    this.#memoryLimitBytes = spec.memoryLimitBytes;
    this.inside = insideOf(parts);
    mkdirSync(`${parts.folder}/tmp`, { recursive: true });
    mkdirSync(`${parts.folder}/var`);
    this.#child = launch(spec, parts, this.inside);
    this.control = this.#child.stdio[3] as Socket;
    this.control.on('error', () => undefined);
    const output = [
      eachLine(this.#child.stdout, (line) => spec.onLine(line, 'stdout')),
      eachLine(this.#child.stderr, (line) => spec.onLine(line, 'stderr')),
    ];
    this.exited = this.#exit(output);
  }

  /** Its process group; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  memory(): MemoryUse | undefined {
    return this.pid === undefined ? undefined : memoryOf(this.pid);
  }

  limitMemory(bytes: number): void {
    this.#memoryLimitBytes = bytes;
  }

  /** Between `work` and `rest` its memory is watched; also `rest` looks, so that no peak goes unseen. */
  work(): void {
    if (this.#memoryLimitBytes !== undefined)
      this.#unwatch ??= this.#parts.memory.watch(() => void this.#check(), { machine: this.kind === 'instance' });
  }

  rest(): MemoryUse | undefined {
    this.#unwatch?.();
    this.#unwatch = undefined;
    return this.#check();
  }

  /** Asks it to end, and ends it after `graceMs` of real time. */
  async stop({ graceMs }: { graceMs: number }): Promise<SandboxExit> {
    const timer = this.#parts.clock.after(graceMs, `end ${this.id}`, () => this.#signal('SIGKILL'), {
      basis: 'elapsed',
    });
    this.#signal('SIGTERM');
    const exit = await this.exited;
    timer.cancel();
    return exit;
  }

  kill(): Promise<SandboxExit> {
    this.#signal('SIGKILL');
    return this.exited;
  }

  #check(): MemoryUse | undefined {
    const use = this.memory();
    if (use && this.#memoryLimitBytes !== undefined && use.heldBytes > this.#memoryLimitBytes) {
      this.#outOfMemory = true;
      this.#signal('SIGKILL');
    }
    return use;
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It has ended by itself.
    }
  }

  async #exit(output: Promise<void>[]): Promise<SandboxExit> {
    const { code, signal } = await new Promise<{ code: number | undefined; signal: string | undefined }>((resolve) => {
      this.#child.once('error', () => resolve({ code: 127, signal: undefined }));
      this.#child.once('exit', (status, cause) => resolve({ code: status ?? undefined, signal: cause ?? undefined }));
    });
    this.#unwatch?.();
    this.#signal('SIGKILL');
    await Promise.all(output);
    this.control.destroy();
    await rm(this.#parts.folder, { recursive: true, force: true });
    return { code, signal, outOfMemory: this.#outOfMemory };
  }
}

function insideOf({ isolation, folder }: SandboxParts): Inside {
  return isolation.level === 'namespaces'
    ? { tmp: '/tmp', path: ({ at }) => at }
    : { tmp: `${folder}/tmp`, path: ({ from }) => from };
}

function launch(spec: SandboxSpec, { folder, isolation }: SandboxParts, inside: Inside): ChildProcess {
  const folders = spec.folders ?? [];
  const enclosed = isolation.enclose(spec.command(inside), { folder, folders });
  const [program = '', ...args] = spec.enclose?.(enclosed) ?? enclosed;
  return spawn(program, args, {
    cwd: `${folder}/tmp`,
    env: spec.environment(inside),
    ...spec.user,
    // A process group of its own, so that signals reach the whole tree.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}
