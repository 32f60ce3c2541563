import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { copyFolder } from '../copy-folder.ts';
import { type Configuration, superuser } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import type { PostgresBinaries } from './binaries.ts';

const run = promisify(execFile);

/** An empty cluster of databases, made once and copied for each instance: initdb takes most of a second, a copy a tenth. */
export async function makeTemplate(binaries: PostgresBinaries, folder: string): Promise<string> {
  const template = join(folder, `template-${binaries.version}`);
  if (existsSync(template)) return template;
  const making = `${template}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(dirname(making), { recursive: true });
  const [program = binaries.initdb, ...args] = [...binaries.asSomebody, binaries.initdb];
  const options = ['-U', superuser, '-E', 'UTF8', '--locale=C.UTF-8', '--wal-segsize=1', '--no-sync', '-D', making];
  await run(program, [...args, ...options], { env: { LC_ALL: 'C', TZ: 'UTC' } });
  renameSync(making, template);
  return template;
}

/** What of a running server's folder a backup leaves out ("Making a Base Backup Using the Low Level API"). */
const leftOut = /^(postmaster\.(pid|opts)|pgsql_tmp.*|pg_internal\.init|standby\.signal|postgresql\.auto\.conf)$/;
const emptied = new Set([
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

export function copyData(from: string, to: string, { withLog = true } = {}): Promise<void> {
  return copyFolder(from, to, {
    leaves: (name) => leftOut.test(name) || (!withLog && name === 'pg_wal'),
    empties: (name) => emptied.has(name),
  });
}

/** A copy of a running server from which another starts: as of the end of the copying. */
export async function baseBackup(server: ServerProcess, from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  const session = await server.open();
  try {
    await session.query("SELECT pg_backup_start('orrery', true)");
    await copyData(from, to, { withLog: false });
    const [label] = await session.query('SELECT labelfile FROM pg_backup_stop(false)');
    await copyData(join(from, 'pg_wal'), join(to, 'pg_wal'));
    writeFileSync(join(to, 'backup_label'), label?.labelfile ?? '');
  } finally {
    session.close();
  }
}

/** Writes the configuration files whole; what is in force afterwards is a matter of `reload` or a start. */
export function writeConfiguration(folder: string, configuration: Configuration): void {
  const { parameters, synchronousWith, primary, archivedBy, member, forceSsl, archiveCommand, certificate } =
    configuration;
  const own: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_permissions: '0700',
    shared_buffers: '64MB',
    wal_level: 'replica',
    // Like the store: kept through `kill -9`, not through a power cut. Each commit would else cost a flush of the disk.
    fsync: 'off',
    hot_standby: 'on',
    hot_standby_feedback: 'on',
    max_wal_senders: '20',
    wal_keep_size: '256MB',
    wal_retrieve_retry_interval: '200ms',
    password_encryption: 'scram-sha-256',
    log_line_prefix: '%t:%r:%u@%d:[%p]:',
    log_timezone: 'UTC',
    timezone: 'UTC',
    max_connections: '200',
    ...parameters,
    ssl: 'on',
    ssl_cert_file: 'server.crt',
    ssl_key_file: 'server.key',
    // Standbys archive too, so that nothing is missing when the writer dies before it has. What is not wanted goes nowhere,
    // for the mode itself changes only with a restart.
    archive_mode: 'always',
    archive_command: archiveCommand ?? 'true',
    logging_collector: 'off',
    log_destination: 'stderr',
    cluster_name: member,
    synchronous_standby_names:
      synchronousWith.length === 0 ? '' : `ANY 1 (${synchronousWith.map((name) => `"${name}"`).join(', ')})`,
    primary_conninfo: primary
      ? `host=${primary.socketDir} port=${primary.port} user=${superuser} application_name=${primary.as ?? member}`
      : '',
    restore_command: archivedBy?.restoreCommand ?? '',
  };
  const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const lines = Object.entries(own).map(([name, value]) => `${name} = ${quoted(value)}`);
  writeFileSync(join(folder, 'postgresql.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'pg_hba.conf'), access(forceSsl));
  writeFileSync(join(folder, 'server.crt'), certificate.certificatePem);
  writeFileSync(join(folder, 'server.key'), certificate.keyPem, { mode: 0o600 });
}

function access(forceSsl: boolean): string {
  return [
    `local all ${superuser} trust`,
    `local replication ${superuser} trust`,
    // The gate before a server signs in for those whose token it has checked; nobody else gets to the socket.
    'local all all trust',
    `host all ${superuser} all reject`,
    ...(forceSsl ? ['hostnossl all all all reject'] : []),
    'host all all all scram-sha-256',
    '',
  ].join('\n');
}
