import { rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compute } from '../../../engines/compute/compute.ts';
import { comesFrom } from '../../../engines/compute/connection-owner.ts';
import type { BoundFolder } from '../../../engines/compute/isolation.ts';
import type { Inside, Sandbox } from '../../../engines/compute/sandbox.ts';
import { network } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { RuntimeKind } from '../runtimes.ts';
import { python } from '../runtimes.ts';
import { codeStore } from './code-store.ts';
import { RuntimeApi } from './runtime-api.ts';
import type { VpcPlace } from './vpc-place.ts';

/** Memory sizes for which a process waits that was started before its function is known; each holds some 40 MB. */
const POOLED_SIZES = 3;

/** A sandbox whose process waits to be told its function over the control pipe. */
export interface Worker {
  sandbox: Sandbox;
  api: RuntimeApi;
  /** Where the Runtime API answers, once it does. */
  address: Promise<string>;
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

class Workers {
  readonly #kernel: Kernel;
  readonly #folders: Record<'bootstrap' | 'code' | 'cache' | 'modules' | 'node', BoundFolder>;
  readonly #sdk: BoundFolder[];
  /** By memory size, the one used last at the end: a process is told the size of its heap when it starts. */
  readonly #pool = new Map<number, Worker>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const sdk = sdkFolder();
    this.#folders = {
      bootstrap: { from: join(import.meta.dirname, '..', 'sandbox'), at: '/var/runtime/bootstrap' },
      code: { from: kernel.engine(codeStore).folder, at: '/var/runtime/code' },
      cache: { from: kernel.store.folder('lambda-compile-cache'), at: '/var/runtime/cache' },
      modules: { from: kernel.store.folder('lambda-modules/node_modules'), at: '/var/runtime/node_modules' },
      node: { from: process.execPath, at: '/var/lang/bin/node' },
    };
    this.#sdk = sdk ? [{ from: sdk, at: '/var/runtime/sdk/node_modules' }] : [];
    if (sdk) linkSdk(this.#folders.modules.from, sdk, kernel.engine(compute).isolation.level === 'plain');
  }

  waits(memoryMb: number): boolean {
    return this.#pool.has(memoryMb);
  }

  /** Starts a process ahead; called when there is a function that will want it, and when one has been taken. */
  warm(memoryMb: number): void {
    if (this.#stopped) return;
    const waiting = this.#pool.get(memoryMb) ?? this.#start('node', memoryMb, {});
    this.#pool.delete(memoryMb);
    this.#pool.set(memoryMb, waiting);
    const [oldest] = this.#pool;
    if (oldest && this.#pool.size > POOLED_SIZES) {
      this.#pool.delete(oldest[0]);
      void oldest[1].sandbox.kill();
    }
  }

  /** A process for a function: one that waits, where the function's start-up options allow. */
  take(
    kind: RuntimeKind,
    memoryMb: number,
    { startEnvironment, vpc }: { startEnvironment: Record<string, string>; vpc?: VpcPlace | undefined },
  ): Worker {
    // A process cannot go to another network once it runs.
    if (vpc) return this.#start(kind, memoryMb, { ...startEnvironment, ...vpc.startEnvironment }, vpc);
    const waiting = this.#pool.get(memoryMb);
    if (kind !== 'node' || !waiting || Object.keys(startEnvironment).length > 0)
      return this.#start(kind, memoryMb, startEnvironment);
    this.#pool.delete(memoryMb);
    return waiting;
  }

  stop(): void {
    this.#stopped = true;
    this.#pool.clear();
  }

  #start(kind: RuntimeKind, memoryMb: number, environment: Record<string, string>, vpc?: VpcPlace): Worker {
    const engine = this.#kernel.engine(compute);
    let worker: Worker | undefined;
    const sandbox = engine.start({
      kind: 'lambda',
      name: 'waiting',
      folders: [...Object.values(this.#folders), ...this.#sdk, ...(vpc?.folders ?? [])],
      ...(vpc ? { enclose: (command: string[]) => vpc.place.enclose(command) } : {}),
      command: (inside) => commandOf(kind, memoryMb, inside.path(this.#folders.bootstrap), this.#program(kind, inside)),
      environment: (inside) => ({
        PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
        ...asSeen(environment, vpc?.folders ?? [], inside),
      }),
      onLine: (line, stream) => worker?.onLine(line, stream),
    });
    const api = new RuntimeApi((ports) => sandbox.pid !== undefined && comesFrom(sandbox.pid, ports));
    const address = vpc?.runtimeApiAddress
      ? api.listenAt(
          vpc.runtimeApiAddress,
          this.#kernel.engine(network).listen(vpc.vpcId, { address: vpc.runtimeApiAddress, port: 0 }),
        )
      : api.listen();
    // Told ahead, so that the connection is there when the function comes.
    void address.then((runtimeApi) => sandbox.control.write(`${JSON.stringify({ runtimeApi })}\n`));
    worker = {
      sandbox,
      api,
      address,
      onLine: () => undefined,
      places: this.#places(sandbox.inside, engine.isolation.level === 'namespaces'),
    };
    const started = worker;
    void sandbox.exited.then(() => {
      api.close();
      vpc?.place.leave();
      if (this.#pool.get(memoryMb) === started) this.#pool.delete(memoryMb);
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

/** Paths of this machine as the sandbox finds them. */
function asSeen(environment: Record<string, string>, folders: readonly BoundFolder[], inside: Inside) {
  const seen = (value: string): string =>
    folders.reduce((text, folder) => text.replaceAll(folder.from, inside.path(folder)), value);
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, seen(value)]));
}

/** Lambda's smallest and default memory. */
const smallMb = 128;

function commandOf(kind: RuntimeKind, memoryMb: number, bootstrap: string, program: string): string[] {
  if (kind === 'python') return [program, `${bootstrap}/python-bootstrap.py`];
  // A custom runtime's executable takes the place of a Node.js process, once that knows the function.
  if (kind === 'custom') return [program, `${bootstrap}/custom-bootstrap.cjs`];
  const heap = [
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    `--max-semi-space-size=${memoryMb <= smallMb ? 1 : Math.floor(memoryMb * 0.05)}`,
    // The clients of large services (EC2) leave little of the smallest function's memory, as on AWS.
    ...(memoryMb <= smallMb ? ['--optimize-for-size'] : []),
  ];
  return [program, ...heap, `${bootstrap}/node-bootstrap.cjs`];
}

/** The node_modules folder in which Orrery itself finds the AWS SDK; undefined where it is not installed. */
function sdkFolder(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@aws-sdk/client-s3/package.json');
    return join(manifest, '..', '..', '..');
  } catch {
    return undefined;
  }
}

/** Functions find of Orrery's modules what AWS's runtime has too, the SDK v3, and nothing else. */
function linkSdk(folder: string, sdk: string, isPlain: boolean): void {
  for (const scope of ['@aws-sdk', '@smithy', '@aws-crypto', '@aws']) {
    rmSync(join(folder, scope), { force: true, recursive: true });
    symlinkSync(isPlain ? join(sdk, scope) : `../sdk/node_modules/${scope}`, join(folder, scope));
  }
}
