import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { defineEngine } from '../../kernel/engine.ts';

/**
 * Files as block devices of Linux (loop devices), for volumes that sandboxes put file systems on. A device lasts as long as
 * the process that holds it, which ends with the runtime's pipe: after `kill -9` of the runtime the kernel takes it back by itself.
 */
export const blockDevices = defineEngine('block-devices', () => new BlockDevices());

export interface BlockDevice {
  /** /dev/loop3 */
  path: string;
  numbers: { major: number; minor: number };
  /** What is written on it so far is in the file. */
  flush(): Promise<void>;
  /** After the file has grown. */
  grow(): Promise<void>;
  /** False: something still has it open, a mounted file system mostly; it goes when that lets go. */
  close(): Promise<boolean>;
}

const loopMajor = 7;

export class BlockDevices {
  #lacking: string | undefined;
  #probed = false;
  readonly #holders = new Set<ChildProcess>();

  /** What this machine lacks for it; undefined where it can. */
  get lacking(): string | undefined {
    if (!this.#probed) this.#lacking = probe();
    this.#probed = true;
    return this.#lacking;
  }

  async open(file: string): Promise<BlockDevice> {
    // Detached at once while it is held open: the kernel then frees it at the last close, whoever's that is.
    const script = 'd=$(losetup -f --show "$1") && exec 3<>"$d" && losetup -d "$d" && echo "$d" && exec cat';
    const holder = spawn('/bin/sh', ['-c', script, 'hold', file], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#holders.add(holder);
    holder.once('exit', () => this.#holders.delete(holder));
    holder.stdin.on('error', () => undefined);
    const path = await firstLine(holder);
    return {
      path,
      numbers: { major: loopMajor, minor: Number(path.replace(/\D+/g, '')) },
      flush: () => run('blockdev', ['--flushbufs', path]),
      grow: () => run('losetup', ['-c', path]),
      close: async () => {
        const ended = new Promise((resolve) => holder.once('exit', resolve));
        holder.stdin.end();
        if (holder.exitCode === null && holder.signalCode === null) await ended;
        return !existsSync(`/sys/block/${path.slice('/dev/'.length)}/loop/backing_file`);
      },
    };
  }

  stop(): void {
    for (const holder of this.#holders) holder.kill('SIGKILL');
  }
}

function probe(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'loop devices are made as root on Linux';
  const found = spawnSync('losetup', ['-f'], { encoding: 'utf8' });
  return found.status === 0 ? undefined : `loop devices are not there: ${(found.stderr ?? '').trim()}`;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`a loop device could not be made: ${errors.trim()}`)));
  });
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, _out, stderr) =>
      error ? reject(new Error(`${program}: ${stderr.trim() || error.message}`)) : resolve(),
    );
  });
}
