import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { asSomebody } from '../as-somebody.ts';

/** MariaDB as this machine has it. */
export interface MariadbBinaries {
  version: string;
  server: string;
  /** Makes the system tables. */
  installDb: string;
  /** Reads binary logs; and the client that runs what it has read. */
  binlog: string;
  client: string;
  /** Put before a command, so that the server runs as somebody else than root. */
  asSomebody: string[];
}

/** Debian and others have servers where only root looks for programs. */
export const places = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
];

/** In the folders of a PATH. */
export function findMariadb(path: string): MariadbBinaries | { lacking: string } {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const find = (...names: string[]): string | undefined =>
    folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
  const server = find('mariadbd');
  const installDb = find('mariadb-install-db');
  const binlog = find('mariadb-binlog');
  const client = find('mariadb');
  if (!server || !installDb || !binlog || !client) return { lacking: notInstalled() };
  const wrapping = asSomebody();
  if (!wrapping)
    return {
      lacking:
        'a database server should not run as root, and user namespaces are not allowed here; run orrery as another user than root.',
    };
  const said = spawnSync(server, ['--no-defaults', '--version'], { encoding: 'utf8', env: {} });
  const version = /Ver (\d+\.\d+\.\d+)-MariaDB/.exec(said.stdout ?? '')?.[1];
  if (version === undefined)
    return { lacking: `MariaDB does not start on this machine: ${(said.stderr || String(said.error)).trim()}` };
  return { version, server, installDb, binlog, client, asSomebody: wrapping };
}

function notInstalled(): string {
  const install =
    process.platform === 'darwin'
      ? 'brew install mariadb'
      : 'apt-get install --no-install-recommends mariadb-server (its service need not run)';
  return `MariaDB is not installed on this machine (package mariadb-server); install it with: ${install}`;
}
