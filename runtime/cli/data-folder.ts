import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PersonError } from '../kernel/errors.ts';
import type { CommandLine } from './command.ts';

/** What a runtime says of itself in its data folder while it runs. */
export interface RuntimeFile {
  pid: number;
  apiPort: number;
  httpPort: number;
  httpsPort: number;
  dnsPort: number;
  smtpPort: number;
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
    // A process that was killed leaves its file behind, and its number may be somebody else's by now.
    const free = lockDataFolder(dataDir, { waitMs: 0 });
    free?.();
    return free ? undefined : file;
  } catch {
    return undefined;
  }
}

/**
 * Takes the data folder for this process, until it ends in whatever way: a lock of SQLite's, which the system lets go with
 * the process. Undefined when another process has it; the function returned gives it back.
 */
export function lockDataFolder(dataDir: string, { waitMs }: { waitMs: number }): (() => void) | undefined {
  const lock = new DatabaseSync(join(dataDir, 'lock.db'));
  try {
    lock.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    return () => lock.close();
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

/** "Result and Error Codes", SQLite documentation. */
const SQLITE_BUSY = 5;

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
