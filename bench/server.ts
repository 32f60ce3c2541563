import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainProgram } from '../bin/setup.js';
import { cpuMs } from './processes.ts';

/** A server under measurement, a process of its own. */
export interface Server {
  name: string;
  /** Where its AWS API answers; for a web server, where it serves. */
  url: string;
  /** Ours: where users' traffic goes in. */
  httpUrl: string;
  /** Ours: where it answers DNS. */
  dnsPort?: number;
  /** Ours: where it keeps everything. */
  dataDir?: string;
  pid: number;
  /** CPU time so far of the process and everything it has started, in milliseconds. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');

/** In the background, as it runs without a screen; to be profiled it runs in the foreground, and says so on the screen. */
export async function startOurs(
  options: { cpuProfileDir?: string | undefined; target?: string } = {},
): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-bench-'));
  const profile = options.cpuProfileDir;
  const node = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const up = [
    'up',
    options.target ?? '--empty',
    '--data',
    dataDir,
    '--port',
    '0',
    '--http-port',
    '0',
    ...(profile ? [] : ['--detach']),
  ];
  const args = [...node, '--disable-warning=ExperimentalWarning', mainProgram(root), ...up];
  // As bin/orrery.js starts it: what an earlier start compiled is there.
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'orrery'), ...process.env };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const file = join(dataDir, 'runtime.json');
  await until(child, () => existsSync(file) && readFileSync(file, 'utf8').endsWith('}\n'));
  const { pid, apiPort, httpPort, dnsPort } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'pid' | 'apiPort' | 'httpPort' | 'dnsPort',
    number
  >;
  return {
    name: 'orrery',
    url: `http://127.0.0.1:${apiPort}`,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    dnsPort,
    dataDir,
    pid,
    cpuMs: () => cpuMs(pid),
    async stop() {
      process.kill(pid, 'SIGTERM');
      while (existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A program that will answer at the port. */
export async function startProgram(name: string, [command = '', ...args]: string[], port: number): Promise<Server> {
  const child = spawn(command, args, { stdio: 'ignore' });
  await untilAnswering(child, port);
  return serverOf(name, child, port);
}

/** node:http with nothing behind it, answering with given headers and body: the least that a Node server can cost. */
export async function startBareNode(answer: { headers: Record<string, string>; body: string }): Promise<Server> {
  const port = await freePort();
  const program = join(import.meta.dirname, 'bare-node.ts');
  return startProgram('bare node', [process.execPath, program, String(port), JSON.stringify(answer)], port);
}

export function onPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function serverOf(name: string, child: ChildProcess, port: number): Server {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  const url = `http://127.0.0.1:${port}`;
  return {
    name,
    url,
    httpUrl: url,
    pid,
    cpuMs: () => cpuMs(pid),
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 5000).unref();
      }),
  };
}

async function untilAnswering(child: ChildProcess, port: number): Promise<void> {
  await until(child, async () => {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return true;
    } catch {
      return false;
    }
  });
}

async function until(child: ChildProcess, ready: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 30_000;
  while (!(await ready())) {
    if (child.exitCode) throw new Error(`${child.spawnargs.join(' ')} ended with code ${child.exitCode}`);
    if (Date.now() > giveUp) throw new Error(`${child.spawnargs.join(' ')} did not answer within 30 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
