import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PersonError } from '../kernel/errors.ts';
import type { CommandLine } from './command.ts';

/** What a runtime says of itself in its data folder while it runs. */
export interface RuntimeFile {
  pid: number;
  apiPort: number;
  httpPort: number;
  startedAt: string;
}

export function dataFolder(line: CommandLine): string {
  return resolve(line.text('data') ?? process.env.ORRERY_DATA ?? '.orrery');
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'runtime.json');
}

/** The runtime of this data folder, if its process is alive. */
export function runningRuntime(dataDir: string): RuntimeFile | undefined {
  if (!existsSync(fileIn(dataDir))) return undefined;
  try {
    const file = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as RuntimeFile;
    process.kill(file.pid, 0);
    return file;
  } catch {
    return undefined;
  }
}

export function requireRuntime(dataDir: string): RuntimeFile {
  const running = runningRuntime(dataDir);
  if (running) return running;
  throw new PersonError(
    'not-running',
    `Nothing is running on the data folder ${dataDir}.`,
    'Start it with `orrery up`, or name the folder it was started with: --data DIR.',
  );
}

export function writeRuntimeFile(dataDir: string, file: RuntimeFile): void {
  writeFileSync(fileIn(dataDir), `${JSON.stringify(file, null, 2)}\n`);
}

export function removeRuntimeFile(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}
