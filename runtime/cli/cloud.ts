import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { listen, type Ports } from '../control-plane/listen.ts';
import { type Levels, startRuntime } from '../control-plane/runtime.ts';
import { type StackOutputs, stackOutputs } from '../control-plane/stack-outputs.ts';
import { PersonError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/service.ts';
import { DiskTrouble } from '../kernel/store/disk-trouble.ts';
import { serveAdminApi } from './admin-api.ts';
import { adminHandlers } from './admin-handlers.ts';
import { lockDataFolder, removeRuntimeFile, runningRuntime, writeRuntimeFile } from './data-folder.ts';
import { type DeployProgress, type DeployTarget, deployAll } from './deploy/deploy.ts';

export interface RunningCloud {
  kernel: Kernel;
  ports: Ports;
  /** Resolves when it was asked to end: by a signal or by `orrery down`. */
  ended: Promise<void>;
  deploy(target: DeployTarget, onProgress: (progress: DeployProgress) => void): Promise<void>;
  outputs(): Promise<StackOutputs>;
  stop(): Promise<void>;
}

/** A runtime with its ports and its place in the data folder: what `orrery up` runs. */
export async function startCloud(options: {
  dataDir: string;
  ports: Ports;
  plainHttp?: boolean;
  levels?: Levels;
}): Promise<RunningCloud> {
  const { dataDir } = options;
  checkDataFolder(dataDir);
  const unlock = takeDataFolder(dataDir);
  const runtime = await startRuntime({ dataDir, ...(options.levels ? { levels: options.levels } : {}) });
  const { kernel } = runtime;
  let listening: Awaited<ReturnType<typeof listen>>;
  try {
    listening = await listen(kernel, options.ports, { plainHttp: options.plainHttp ?? false });
  } catch (error) {
    await runtime.stop();
    throw error;
  }
  writeProblems(kernel);
  outliveDiskTrouble();
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end());
  serveAdminApi(kernel, adminHandlers(kernel, { ports: listening.ports, dataDir, end }));
  writeRuntimeFile(dataDir, {
    pid: process.pid,
    apiPort: listening.ports.api,
    httpPort: listening.ports.http,
    httpsPort: listening.ports.https,
    dnsPort: listening.ports.dns,
    smtpPort: listening.ports.smtp,
    startedAt: new Date(kernel.clock.now()).toISOString(),
  });
  return {
    kernel,
    ports: listening.ports,
    ended,
    deploy: (target, onProgress) => deployAll(kernel, target, onProgress),
    outputs: () => stackOutputs(kernel),
    async stop() {
      await listening.close();
      await runtime.stop();
      removeRuntimeFile(dataDir);
      unlock();
    },
  };
}

/** One runtime a folder: two would overwrite one another's state. */
function takeDataFolder(dataDir: string): () => void {
  // Other commands look whether the folder is taken by taking it for a moment.
  const unlock = lockDataFolder(dataDir, { waitMs: 500 });
  if (unlock) return unlock;
  const { pid } = runningRuntime(dataDir) ?? {};
  throw new PersonError(
    'already-running',
    `Another Orrery ${pid === undefined ? 'is starting' : `(process ${pid}) is running`} on ${dataDir}.`,
    'Use it, end it with `orrery down`, or choose another folder: --data DIR.',
  );
}

/** A folder that can be written. */
function checkDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    const probe = openSync(join(dataDir, '.writable'), 'w');
    writeSync(probe, 'yes');
    closeSync(probe);
  } catch (error) {
    throw new PersonError(
      'data-folder',
      `The data folder ${dataDir} cannot be written: ${(error as Error).message}.`,
      'Free some space, mend its permissions, or choose another: --data DIR.',
    );
  }
}

/** Background work that the disk refused is lost as a request would be; it does not end the cloud, which still answers reads. */
function outliveDiskTrouble(): void {
  process.on('unhandledRejection', (error) => {
    if (!(error instanceof DiskTrouble)) throw error;
  });
}

function writeProblems(kernel: Kernel): void {
  kernel.events.on('problem', ({ where, message, stack }) => {
    process.stderr.write(`problem in ${where}: ${process.argv.includes('--debug') ? (stack ?? message) : message}\n`);
  });
}
