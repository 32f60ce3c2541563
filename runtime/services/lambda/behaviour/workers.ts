import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compute } from '../../../engines/compute/compute.ts';
import type { BoundFolder } from '../../../engines/compute/isolation.ts';
import type { Inside, Sandbox } from '../../../engines/compute/sandbox.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { RuntimeKind } from '../runtimes.ts';
import { python } from '../runtimes.ts';
import { codeStore } from './code-store.ts';

/** Processes that were started before their function is known; each holds some 40 MB. */
const POOLED = 2;

/** A sandbox whose process waits to be told its function over the control pipe. */
export interface Worker {
  sandbox: Sandbox;
  onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** How the sandbox sees the store's folders. */
  places: Places;
}

export interface Places {
  bootstrap: string;
  code: string;
  cache: string;
  modules: string;
  tmp: string;
  node: string;
  /** Whether /var/task and /opt can be laid over what is there. */
  mounts: boolean;
}

/** Processes for environments, some started ahead: a Node.js process takes 40 ms to start, one that waits 0. */
export const workers = defineEngine<Workers>('lambda-workers', (kernel) => new Workers(kernel));

export class Workers {
  readonly #kernel: Kernel;
  readonly #folders: Record<'bootstrap' | 'code' | 'cache' | 'modules' | 'sdk' | 'node', BoundFolder>;
  #pool: Worker[] = [];
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const sdk = sdkFolder();
    this.#folders = {
      bootstrap: { from: join(import.meta.dirname, '..', 'sandbox'), at: '/var/runtime/bootstrap' },
      code: { from: kernel.engine(codeStore).folder, at: '/var/runtime/code' },
      cache: { from: kernel.store.folder('lambda-compile-cache'), at: '/var/runtime/cache' },
      modules: { from: kernel.store.folder('lambda-modules'), at: '/var/runtime/node_modules' },
      sdk: { from: sdk, at: '/var/runtime/sdk/node_modules' },
      node: { from: process.execPath, at: '/var/lang/bin/node' },
    };
    linkSdk(this.#folders.modules.from, sdk, kernel.engine(compute).isolation.level === 'plain');
  }

  /** Starts processes ahead; called when there is a function that will want them. */
  warm(): void {
    while (!this.#stopped && this.#pool.length < POOLED) this.#pool.push(this.#start('node', {}));
  }

  /** A Node.js process from the pool where its start-up options allow; the pool is filled again a little later. */
  take(kind: RuntimeKind, startEnvironment: Record<string, string>): Worker {
    if (kind !== 'node' || Object.keys(startEnvironment).length > 0) return this.#start(kind, startEnvironment);
    return this.#pool.shift() ?? this.#start('node', {});
  }

  stop(): void {
    this.#stopped = true;
    this.#pool = [];
  }

  #start(kind: RuntimeKind, environment: Record<string, string>): Worker {
    const engine = this.#kernel.engine(compute);
    let worker: Worker | undefined;
    const sandbox = engine.start({
      kind: 'lambda',
      name: 'waiting',
      folders: Object.values(this.#folders),
      command: (inside) => commandOf(kind, inside.path(this.#folders.bootstrap), this.#program(kind, inside)),
      environment: () => ({ PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', ...environment }),
      onLine: (line, stream) => worker?.onLine(line, stream),
    });
    worker = { sandbox, onLine: () => undefined, places: this.#places(sandbox.inside, engine.isolation.level === 'namespaces') };
    const started = worker;
    void sandbox.exited.then(() => {
      this.#pool = this.#pool.filter((waiting) => waiting !== started);
    });
    return worker;
  }

  #program(kind: RuntimeKind, inside: Inside): string {
    if (kind === 'python') return this.#kernel.engine(python).find() ?? 'python3';
    return inside.path(this.#folders.node);
  }

  #places(inside: Inside, mounts: boolean): Places {
    const { bootstrap, code, cache, modules, node } = this.#folders;
    return {
      bootstrap: inside.path(bootstrap),
      code: inside.path(code),
      cache: inside.path(cache),
      modules: inside.path(modules),
      node: inside.path(node),
      tmp: inside.tmp,
      mounts,
    };
  }
}

function commandOf(kind: RuntimeKind, bootstrap: string, program: string): string[] {
  if (kind === 'node') return [program, `${bootstrap}/node-bootstrap.cjs`];
  if (kind === 'python') return [program, `${bootstrap}/python-bootstrap.py`];
  // A custom runtime's executable is started by the same Node.js process, once it knows the function.
  return [program, `${bootstrap}/custom-bootstrap.cjs`];
}

/** The node_modules folder in which Orrery itself finds the AWS SDK. */
function sdkFolder(): string {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('@aws-sdk/client-s3/package.json');
  return join(manifest, '..', '..', '..');
}

/** Functions find of Orrery's modules what AWS's runtime has too, the SDK v3, and nothing else. */
function linkSdk(folder: string, sdk: string, isPlain: boolean): void {
  for (const scope of ['@aws-sdk', '@smithy', '@aws-crypto', '@aws']) {
    mkdirSync(folder, { recursive: true });
    rmSync(join(folder, scope), { force: true, recursive: true });
    symlinkSync(isPlain ? join(sdk, scope) : `../sdk/node_modules/${scope}`, join(folder, scope));
  }
}
