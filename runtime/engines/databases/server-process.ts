import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eachLine } from '../compute/lines.ts';
import type { Watchdog } from '../compute/watchdog.ts';
import type { PostgresBinaries } from './binaries.ts';
import { type Row, Session } from './session.ts';

export interface ServerOptions {
  binaries: PostgresBinaries;
  watchdog: Watchdog;
  dataDir: string;
  /** Where its unix socket is, which the runtime alone may open. */
  socketDir: string;
  onLine(line: string): void;
  /** It ended without being asked to. */
  onDeath(): void;
}

/** One running PostgreSQL: resolves from `start` when it takes connections. What it says are signals, never polls. */
export class ServerProcess {
  readonly port: number;
  readonly #options: ServerOptions;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(line: string) => void>();
  readonly exited: Promise<void>;
  #expected = false;
  #ready = false;
  alive = true;

  static async start(options: ServerOptions): Promise<ServerProcess> {
    // Nothing of an earlier runtime is left (the watchdog saw to it), but its pid file may name a process of today.
    rmSync(join(options.dataDir, 'postmaster.pid'), { force: true });
    const server = new ServerProcess(options, await freePort());
    await server.#untilReady();
    return server;
  }

  private constructor(options: ServerOptions, port: number) {
    this.#options = options;
    this.port = port;
    const { asSomebody, postgres } = options.binaries;
    const [program = postgres, ...args] = [...asSomebody, postgres, '-D', options.dataDir, '-p', String(port)];
    this.#child = spawn(program, [...args, '-k', options.socketDir], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
    if (this.#child.pid) options.watchdog.guard(this.#child.pid);
    void eachLine(this.#child.stderr, (line) => {
      options.onLine(line);
      for (const listener of this.#listeners) listener(line);
    });
    this.exited = new Promise((resolve) => {
      const gone = (): void => {
        if (!this.alive) return;
        this.alive = false;
        if (this.#child.pid) options.watchdog.release(this.#child.pid);
        resolve();
        if (this.#ready && !this.#expected) options.onDeath();
      };
      this.#child.once('exit', gone);
      this.#child.once('error', gone);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  open(database?: string): Promise<Session> {
    return Session.open(join(this.#options.socketDir, `.s.PGSQL.${this.port}`), database);
  }

  async query(sql: string, database?: string): Promise<Row[]> {
    const session = await this.open(database);
    try {
      return await session.query(sql);
    } finally {
      session.close();
    }
  }

  /** Resolves once the configuration files were read again: connections made from now on have what they say. */
  async reload(): Promise<void> {
    const read = this.#line(/received SIGHUP, reloading configuration files/);
    this.#child.kill('SIGHUP');
    await read;
  }

  /** Resolves with the next line that matches; rejects when the server ends before. */
  #line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const listener = (line: string): void => {
        if (!pattern.test(line)) return;
        this.#listeners.delete(listener);
        resolve(line);
      };
      this.#listeners.add(listener);
      void this.exited.then(() => reject(new Error('PostgreSQL ended')));
    });
  }

  /** `fast` ends its connections first; `kill` is a crash. */
  async stop(how: 'fast' | 'kill' = 'fast'): Promise<void> {
    this.#expected = true;
    if (this.alive) this.#child.kill(how === 'kill' ? 'SIGKILL' : 'SIGINT');
    await this.exited;
  }

  async #untilReady(): Promise<void> {
    const last: string[] = [];
    this.#listeners.add((line) => {
      if (!this.#ready) last.push(line);
      if (last.length > 20) last.shift();
    });
    try {
      await this.#line(/ready to accept (read-only )?connections/);
      this.#ready = true;
    } catch {
      throw new Error(`PostgreSQL did not start:\n${last.join('\n')}`);
    }
  }
}

/** PostgreSQL does not take "any port"; one that was free just now is. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
