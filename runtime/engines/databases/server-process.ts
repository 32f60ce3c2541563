import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Clock } from '../../kernel/clock/clock.ts';
import { eachLine } from '../compute/lines.ts';
import type { Watchdog } from '../compute/watchdog.ts';
import type { Engine, Launch, Row, Session } from './engine.ts';

export interface ServerOptions {
  clock: Clock;
  engine: Engine;
  watchdog: Watchdog;
  dataDir: string;
  /** Where its unix socket is, which the runtime alone may open. */
  socketDir: string;
  onLine(line: string): void;
  /** It ended without being asked to. */
  onDeath(): void;
}

/** It ended before it took connections; the message is what it said. */
export class StartFailure extends Error {
  /** Whether it was for what its configuration asks. */
  readonly incompatible: boolean;
  constructor(lines: string[], incompatible: RegExp) {
    super(`The database did not start:\n${lines.join('\n')}`);
    this.incompatible = incompatible.test(this.message);
  }
}

/** How long a shutdown may take before it becomes a crash, and how long an answer before its server counts as hung. */
const patienceMs = 30_000;
const hungMs = 5_000;
/** Each takes some milliseconds. */
const mostLooks = 10_000;

/** One running database server: resolves from `start` when it takes connections. What it says are signals, never polls. */
export class ServerProcess {
  readonly port: number;
  readonly #options: ServerOptions;
  readonly #launch: Launch;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(line: string) => void>();
  readonly exited: Promise<void>;
  #expected = false;
  #still = false;
  #ready = false;
  alive = true;

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options, await freePort());
    await server.#untilReady();
    return server;
  }

  private constructor(options: ServerOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.#launch = options.engine.launch({ dataDir: options.dataDir, socketDir: options.socketDir, port });
    const [program = '', ...args] = this.#launch.command;
    this.#child = spawn(program, args, {
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

  get dataDir(): string {
    return this.#options.dataDir;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get socketPath(): string | undefined {
    return this.#launch.socketPath;
  }

  open(database?: string): Promise<Session> {
    return this.#launch.connect(database);
  }

  async query(sql: string, database?: string): Promise<Row[]> {
    const session = await this.open(database);
    try {
      return await session.query(sql);
    } finally {
      session.close();
    }
  }

  /** Resolves with what it says of the signal. */
  async signal(signal: NodeJS.Signals, answer: RegExp): Promise<void> {
    const heard = this.#line(answer);
    this.#child.kill(signal);
    await heard;
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
      void this.exited.then(() => reject(new Error('the database ended')));
    });
  }

  /** Nothing of it runs, and nothing changes its files, while `work` does. */
  async standStill(work: () => Promise<void>): Promise<void> {
    this.#still = true;
    try {
      this.#child.kill('SIGSTOP');
      await this.#stopped();
      await work();
    } finally {
      this.#child.kill('SIGCONT');
      this.#still = false;
    }
  }

  /** A signal arrives at once, but a thread that is within a system call ends that first; nobody tells when the last has. */
  async #stopped(): Promise<void> {
    for (let looks = 0; this.alive && !(await allStopped(this.pid)); looks += 1)
      if (looks > mostLooks) throw new Error('the database server does not stand still');
  }

  /** Ends its connections first. One that hangs is killed. */
  async stop(): Promise<void> {
    this.#expected = true;
    if (!this.alive) return;
    this.#child.kill(this.#launch.shutdown);
    const { clock } = this.#options;
    const timer = clock.after(patienceMs, 'databases: a shutdown', () => this.kill(), { basis: 'elapsed' });
    await this.exited;
    timer.cancel();
  }

  /** A crash, of all its processes: none of them may go on writing beside a successor. */
  kill(): void {
    for (const pid of [...childrenOf(this.pid), this.pid]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  /**
   * Whether it does not answer, as a server whose process is stopped. The time is asked for twice: a runtime that was
   * itself stopped for a while finds its timers due before it has read the answers that wait.
   */
  async hangs(): Promise<boolean> {
    const { clock } = this.#options;
    let answered = false;
    const answer = this.query('SELECT 1').then(
      () => (answered = true),
      () => (answered = true),
    );
    for (let times = 0; times < 2 && !answered; times += 1) {
      const limit = new AbortController();
      const over = clock.sleep(hungMs, limit.signal, { basis: 'elapsed' }).catch(() => undefined);
      await Promise.race([answer, over, this.exited]);
      limit.abort();
      if (!this.alive || this.#still) return false;
    }
    return !answered;
  }

  async #untilReady(): Promise<void> {
    const last: string[] = [];
    this.#listeners.add((line) => {
      if (!this.#ready) last.push(line);
      if (last.length > 20) last.shift();
    });
    try {
      await this.#line(this.#launch.ready);
      this.#ready = true;
    } catch {
      throw new StartFailure(last, this.#launch.incompatible);
    }
  }
}

/** Of Linux; elsewhere they end by themselves when they see that their parent has. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Linux tells of each thread; elsewhere the signal stops the process as a whole. */
async function allStopped(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const stateOf = (thread: string): Promise<string> => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  // One that has ended meanwhile changes nothing any more.
  const states = await Promise.all(threads.map((thread) => stateOf(thread).catch(() => ') X ')));
  return states.every((state) => /\) [TtZX] /.test(state));
}

/** Servers do not take "any port"; one that was free just now is. */
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
