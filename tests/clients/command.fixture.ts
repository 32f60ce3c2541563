import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainProgram } from '../../bin/setup.js';

/** What `orrery` runs: the built program, or the sources where they are newer. */
const main = mainProgram(join(import.meta.dirname, '..', '..'));

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as a process of its own, with one data folder for all it runs. */
export class CommandLine {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'orrery-command-'));
  readonly #children = new Set<ChildProcess>();

  /** Runs a command to its end. */
  async run(...argv: string[]): Promise<CommandResult> {
    const child = this.#spawn(argv);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, ...output };
  }

  /** `up` in the foreground; resolves when it is ready. */
  async up(...argv: string[]): Promise<ChildProcess> {
    const child = this.#spawn(['up', ...argv]);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        if (said.includes('The API answers at')) resolve();
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.on('close', (code) => reject(new Error(`up ended with ${code}:\n${said}`)));
    });
    return child;
  }

  async json<T>(...argv: string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...argv, '--json');
    if (stdout === '') throw new Error(`no answer: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Ends what is still running and forgets the data. */
  async close(): Promise<void> {
    await this.run('down');
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #spawn(argv: string[]): ChildProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ORRERY_DATA: this.dataDir, NO_COLOR: '1' },
    });
    this.#children.add(child);
    child.on('close', () => this.#children.delete(child));
    return child;
  }
}
