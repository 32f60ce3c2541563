import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { copyFolder } from '../copy-folder.ts';
import { superuser } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import type { MariadbBinaries } from './binaries.ts';

const run = promisify(execFile);

/** The redo log's size; it is made whole, and copied with each instance. */
export const redoLogBytes = 16 * 1024 * 1024;

/** Where the binary log stood when a copy was made, in the copy: by global transaction id, and by file and place. */
export const positionFile = 'orrery-position';

export const settingsFile = (folder: string, { version }: MariadbBinaries): string =>
  join(folder, `settings-mariadb-${version}.tsv`);

/**
 * Empty databases, made once and copied for each instance: making takes seconds. A server that runs for a moment gives them
 * the runtime's superuser, and writes down what it can be told.
 */
export async function makeTemplate(binaries: MariadbBinaries, folder: string): Promise<string> {
  const template = join(folder, `template-mariadb-${binaries.version}`);
  if (existsSync(template)) return template;
  const making = `${template}.making`;
  rmSync(making, { recursive: true, force: true });
  const temporary = `${making}.tmp`;
  mkdirSync(temporary, { recursive: true });
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: `${dirname(binaries.server)}:/usr/sbin:/usr/bin:/sbin:/bin` };
  const [program = binaries.installDb, ...before] = [...binaries.asSomebody, binaries.installDb];
  // A server that starts clears away the temporary tables of all others in the same folder.
  const quick = [`--innodb-log-file-size=${redoLogBytes}`, '--innodb-flush-method=nosync', `--tmpdir=${temporary}`];
  const install = [
    '--no-defaults',
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
  ];
  await run(program, [...before, ...install, `--datadir=${making}`, ...quick], { env });
  const settings = settingsFile(folder, binaries);
  const script = `${making}.sql`;
  rmSync(settings, { force: true });
  writeFileSync(script, firstStatements(settings));
  const [server = binaries.server, ...wrapping] = [...binaries.asSomebody, binaries.server];
  const once = ['--no-defaults', '--skip-networking', '--socket=', '--innodb-use-native-aio=0', ...quick];
  await run(server, [...wrapping, ...once, `--datadir=${making}`, `--init-file=${script}`], { env });
  rmSync(script);
  rmSync(temporary, { recursive: true });
  renameSync(making, template);
  return template;
}

/** RDS has a table of that name too, for its own heartbeats. */
function firstStatements(settings: string): string {
  const columns =
    "VARIABLE_NAME, VARIABLE_TYPE, READ_ONLY, ifnull(DEFAULT_VALUE, ''), ifnull(NUMERIC_MIN_VALUE, ''), ifnull(NUMERIC_MAX_VALUE, ''), ifnull(ENUM_VALUE_LIST, ''), VARIABLE_COMMENT";
  return [
    "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys'",
    'FLUSH PRIVILEGES',
    `CREATE USER ${superuser}@localhost`,
    `GRANT ALL ON *.* TO ${superuser}@localhost WITH GRANT OPTION`,
    'CREATE TABLE mysql.rds_heartbeat2 (id int PRIMARY KEY, value bigint) ENGINE=InnoDB',
    `SELECT ${columns} INTO OUTFILE '${settings}' FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_SCOPE <> 'SESSION ONLY'`,
    'SHUTDOWN',
  ]
    .map((statement) => `${statement};\n`)
    .join('');
}

/** What replication keeps for the one server, and what the runtime wrote there for it. */
const leftOut =
  /^(relay\.(\d+|index)|master\.info|multi-master\.info|relay-log\.info|ib_buffer_pool|server\.(crt|key)|orrery-.*|.*\.pid)$/;
const binaryLog = /^binlog\.(\d+|index|state)$/;

/** Of databases whose server does not run: its binary log goes with it, for after a crash recovery asks it what was committed. */
export function copyData(from: string, to: string, { withLog = true } = {}): Promise<void> {
  return copyFolder(from, to, {
    leaves: (name) => (leftOut.test(name) && name !== positionFile) || (!withLog && binaryLog.test(name)),
  });
}

/**
 * A copy of a running server from which another starts. As a snapshot of a volume on AWS, it is what a crash would leave at
 * one moment: commits are held and the server stands still while its files are copied. The position of its binary log goes
 * with it, for a standby to follow from.
 */
export async function backup(server: ServerProcess, from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  const session = await server.open();
  try {
    await session.query('SET SESSION lock_wait_timeout = 60');
    for (const stage of ['START', 'FLUSH', 'BLOCK_DDL', 'BLOCK_COMMIT']) await session.query(`BACKUP STAGE ${stage}`);
    const [row] = await session.query('SELECT @@GLOBAL.gtid_binlog_pos AS position');
    const [log] = await session.query('SHOW MASTER STATUS');
    // With no commit under way recovery does not need the binary log.
    await server.standStill(() => copyData(from, to, { withLog: false }));
    writeFileSync(join(to, positionFile), `${row?.position ?? ''}\n${log?.File} ${log?.Position}\n`);
    await session.query('BACKUP STAGE END');
  } finally {
    session.close();
  }
}

/** The position that came with a copy, once: it is the standby's own business from there on. */
export function takePosition(folder: string): string | undefined {
  return linesOfPosition(folder)?.[0];
}

/** Where the server that was copied had its log: the file, and the place in it. */
export function copiedAt(folder: string): { File?: string; Position?: string } {
  const [File, Position] = (linesOfPosition(folder)?.[1] ?? '').split(' ');
  return { ...(File ? { File } : {}), ...(Position ? { Position } : {}) };
}

function linesOfPosition(folder: string): string[] | undefined {
  const file = join(folder, positionFile);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined;
}

export function forgetPosition(folder: string): void {
  rmSync(join(folder, positionFile), { force: true });
}
