import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { superuser } from '../engine.ts';
import type { GroupHost } from '../group-contract.ts';
import { ServerProcess } from '../server-process.ts';
import type { MariadbBinaries } from './binaries.ts';
import { optionsIn, writeOptions } from './configuration.ts';

/** A part of a binary log, in bytes of the file. */
export interface Part {
  file: string;
  from: number;
  end: number;
}

export interface Replay {
  /** Databases of which no server runs. */
  folder: string;
  /** The option file of the server that wrote the log: what a statement makes depends on it. */
  options: string;
  parts: readonly Part[];
}

const environment = { LC_ALL: 'C', TZ: 'UTC' };
const mostPacketBytes = String(1024 ** 3);
const mostSaid = 4_000;

/** Does in databases what is in a log, in one session of the client. Throws with what the client said when the server refuses. */
export async function replay(binaries: MariadbBinaries, host: GroupHost, { folder, options, parts }: Replay) {
  writeOptions(folder, optionsFrom(options));
  const { clock, engine, watchdog, socketDir } = host;
  const unheard = (): void => undefined;
  const about = { clock, engine, watchdog, socketDir, dataDir: folder, onLine: unheard, onDeath: unheard };
  const server = await ServerProcess.start(about);
  try {
    const client = begin(host, binaries.client, [
      '--no-defaults',
      `--socket=${server.socketPath}`,
      `--user=${superuser}`,
      '--binary-mode',
      `--max-allowed-packet=${mostPacketBytes}`,
    ]);
    for (const part of parts) await Promise.race([feed(host, binaries, part, client.child), client.done]);
    client.child.stdin?.end();
    await client.done;
  } finally {
    await server.stop();
  }
}

/** Nobody but the runtime speaks to it; it runs no events and writes no logs. */
function optionsFrom(file: string): Record<string, string> {
  const kept = Object.entries(optionsIn(file)).filter(
    ([name]) =>
      !/^(log_|relay_|rpl_|ssl_|require_secure|sync_binlog|binlog_|server_id|slow_|general_|secure_file)/.test(name),
  );
  return { ...Object.fromEntries(kept), event_scheduler: 'OFF', max_allowed_packet: mostPacketBytes };
}

async function feed(host: GroupHost, { binlog }: MariadbBinaries, part: Part, client: ChildProcess): Promise<void> {
  const limits = [`--start-position=${part.from}`, `--stop-position=${part.end}`];
  const reader = begin(host, binlog, ['--no-defaults', ...limits, part.file]);
  if (client.stdin) reader.child.stdout?.pipe(client.stdin, { end: false });
  await reader.done;
}

/** A program that ends with the runtime, if not before; `done` rejects with what it said when it failed. */
function begin({ watchdog }: GroupHost, program: string, args: string[]): { child: ChildProcess; done: Promise<void> } {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment, detached: true });
  if (child.pid) watchdog.guard(child.pid);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-mostSaid);
  });
  // It ended before it was given all; what it said says why.
  child.stdin.on('error', () => undefined);
  const done = once(child, 'close').then(([code]) => {
    if (child.pid) watchdog.release(child.pid);
    if (code !== 0) throw new Error(`the log could not be replayed: ${said.trim()}`);
  });
  done.catch(() => undefined);
  return { child, done };
}
