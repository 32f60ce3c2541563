import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BasePosition, Engine, Joining, Launch } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import { findPostgres, type PostgresBinaries } from './binaries.ts';
import { baseBackup, copyData, makeTemplate, writeConfiguration } from './data-directory.ts';
import { recover } from './recovery.ts';
import { literal, PostgresSession } from './session.ts';
import { checkSettings, describeSettings, hasLibrary } from './settings.ts';

/** PostgreSQL with streaming replication: standbys replay the writer's log as they receive it. */
export function postgres(): Engine | { lacking: string } {
  const binaries = findPostgres();
  if ('lacking' in binaries) return binaries;
  return {
    name: 'postgres',
    version: binaries.version,
    settings: async () => describeSettings(binaries),
    badSetting: (_folder, parameters) => checkSettings(binaries, parameters),
    hasLibrary: (name) => hasLibrary(binaries, name),
    template: (folder) => makeTemplate(binaries, folder),
    copy: copyData,
    backup: baseBackup,
    launch: (at) => launch(binaries, at),
    configure: writeConfiguration,
    reload,
    awaitsRestart,
    isStandby: (folder) => existsSync(join(folder, 'standby.signal')),
    mark,
    floors,
    join: joinStandby,
    position,
    async promote(standby) {
      await standby.query('SELECT pg_promote(true, 60)');
    },
    archiving: { base, writtenSince, commit, recover },
  };
}

function launch(binaries: PostgresBinaries, at: { dataDir: string; socketDir: string; port: number }): Launch {
  const { dataDir, socketDir, port } = at;
  // Nothing of an earlier runtime is left (the watchdog saw to it), but its pid file may name a process of today.
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
  const { asSomebody, postgres: program } = binaries;
  const socketPath = join(socketDir, `.s.PGSQL.${port}`);
  return {
    command: [...asSomebody, program, '-D', dataDir, '-p', String(port), '-k', socketDir],
    ready: /ready to accept (read-only )?connections/,
    incompatible:
      /invalid value for parameter|contains errors|is outside the valid range|unrecognized configuration parameter|could not (map anonymous|create) shared memory|not enough shared memory|could not access file|insufficient parameter settings/,
    shutdown: 'SIGINT',
    socketPath,
    connect: (database) => PostgresSession.open(socketPath, database),
  };
}

/** Connections made once the files were read again have what they say. */
function reload(server: ServerProcess): Promise<void> {
  return server.signal('SIGHUP', /received SIGHUP, reloading configuration files/);
}

async function awaitsRestart(server: ServerProcess): Promise<boolean> {
  const [row] = await server.query('SELECT count(*) FROM pg_settings WHERE pending_restart');
  return row?.count !== '0';
}

function mark(folder: string, as: 'writer' | 'standby'): void {
  const file = join(folder, 'standby.signal');
  if (as === 'standby') writeFileSync(file, '');
  else rmSync(file, { force: true });
}

/**
 * A standby may have no less of what its writer had when it wrote what is still to be replayed ("Hot Standby", administrator's
 * overview).
 */
function floors(message: string): Record<string, string> {
  const found = message.matchAll(
    /(\w+) = \d+ is a lower setting than on the primary server, where its value was (\d+)/g,
  );
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]));
}

/**
 * The checkpoint is what makes sure that commits wait: the checkpointer is who tells backends to, and it takes up the
 * configuration before it does what it is asked; the message is then acknowledged only once a standby has all before it.
 */
async function joinStandby({ writer, configure }: Joining): Promise<void> {
  configure();
  await reload(writer);
  await writer.query('CHECKPOINT');
  await writer.query("SELECT pg_logical_emit_message(true, 'orrery', 'joined')");
}

async function position(standby: ServerProcess): Promise<bigint> {
  const [row] = await standby.query("SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0') AS position");
  return BigInt(row?.position ?? '0');
}

/** Of a backup its label tells; databases that never ran begin with the first of their log. */
async function base(folder: string, server: ServerProcess | undefined): Promise<BasePosition> {
  if (!server) {
    const [segment] = readdirSync(join(folder, 'pg_wal'))
      .filter((name) => /^[0-9A-F]{24}$/.test(name))
      .sort();
    if (!segment) throw new Error(`no log in ${folder}`);
    return { position: '0/0', segment };
  }
  const [row] = await server.query('SELECT pg_current_wal_lsn() AS position');
  const label = readFileSync(join(folder, 'backup_label'), 'utf8');
  const segment = /START WAL LOCATION: .*\(file ([0-9A-F]{24})\)/.exec(label)?.[1];
  if (!segment) throw new Error(`a backup without its log's position: ${label}`);
  return { position: row?.position ?? '0/0', segment };
}

async function writtenSince(server: ServerProcess, before: string): Promise<number> {
  const [row] = await server.query(`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), ${literal(before)}) AS written`);
  return Number(row?.written ?? 0);
}

async function commit(server: ServerProcess): Promise<void> {
  await server.query('SELECT pg_current_xact_id()');
}
