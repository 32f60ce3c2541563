import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import { redoLogBytes } from './data-directory.ts';
import { literal, MariadbError } from './session.ts';

/** What the server reads when it starts; and what of that is in force, which `reload` brings closer. */
const optionFile = 'orrery-options.cnf';
const inForceFile = 'orrery-in-force.json';
const filesFolder = 'orrery-files';
const initFile = 'orrery-init.sql';

/** Variables that no option sets (COMMAND_LINE_ARGUMENT of information_schema.SYSTEM_VARIABLES), but a statement at the start does. */
const assigned =
  /^(time_zone|character_set_(client|connection|results|database)|collation_(connection|database)|(foreign_key|unique|check_constraint)_checks|sql_(big_selects|auto_is_null|notes|buffer_result|select_limit|quote_show_create|warnings|if_exists)|tx_(isolation|read_only)|max_insert_delayed_threads|innodb_(lru_flush_size|purge_rseg_truncate_frequency)|(default_tmp|enforce)_storage_engine|profiling|system_versioning_asof)$/;

type Options = Record<string, string>;

export function optionsPath(folder: string): string {
  return join(folder, optionFile);
}

export function configure(folder: string, configuration: Configuration): void {
  mkdirSync(join(folder, filesFolder), { recursive: true });
  writeOptions(folder, optionsOf(folder, configuration));
  writeFileSync(join(folder, 'server.crt'), configuration.certificate.certificatePem);
  writeFileSync(join(folder, 'server.key'), configuration.certificate.keyPem, { mode: 0o600 });
}

/** What is no option stands in the file as a remark, for who reads it here. */
export function writeOptions(folder: string, options: Options): void {
  const all = Object.entries({ ...options, init_file: join(folder, initFile) });
  const lines = all.map(([name, value]) => `${assigned.test(name) ? '# ' : ''}${name} = "${value}"\n`);
  writeFileSync(optionsPath(folder), `[mariadbd]\n${lines.join('')}`);
  const statements = all.filter(([name]) => assigned.test(name)).map(([name, value]) => assignment(name, value));
  writeFileSync(join(folder, initFile), statements.map((statement) => `${statement};\n`).join(''));
}

/** A server that starts has all of it. */
export function noteStart(folder: string): void {
  writeFileSync(join(folder, inForceFile), JSON.stringify(readOptions(folder)));
}

/** Changes what can be changed while the server runs. */
export async function reload(server: ServerProcess, folder: string, configuration: Configuration): Promise<void> {
  const wanted = readOptions(folder);
  const inForce = readInForce(folder);
  for (const name of new Set([...Object.keys(inForce), ...Object.keys(wanted)])) {
    const value = wanted[name];
    if (value === inForce[name] || !(await change(server, name, value))) continue;
    if (value === undefined) delete inForce[name];
    else inForce[name] = value;
  }
  writeFileSync(join(folder, inForceFile), JSON.stringify(inForce));
  if (configuration.primary === undefined)
    await server.query(`SET GLOBAL rpl_semi_sync_master_enabled = ${configuration.synchronousWith.length > 0 ? 1 : 0}`);
}

export function awaitsRestart(folder: string): boolean {
  const wanted = readOptions(folder);
  const inForce = readInForce(folder);
  return [...new Set([...Object.keys(inForce), ...Object.keys(wanted)])].some((name) => inForce[name] !== wanted[name]);
}

/** "ER_INCORRECT_GLOBAL_LOCAL_VAR": the variable is read only. */
const readOnly = 1238;

async function change(server: ServerProcess, name: string, value: string | undefined): Promise<boolean> {
  try {
    await server.query(assignment(name, value));
    return true;
  } catch (error) {
    if (error instanceof MariadbError && error.errno === readOnly) return false;
    throw error;
  }
}

const assignment = (name: string, value: string | undefined): string =>
  `SET GLOBAL ${name} = ${value === undefined ? 'DEFAULT' : asSql(value)}`;

const asSql = (value: string): string => (/^-?\d+(\.\d+)?$/.test(value) ? value : literal(value));

function optionsOf(folder: string, { parameters, primary, member, forceSsl }: Configuration): Options {
  return {
    innodb_log_file_size: String(redoLogBytes),
    innodb_buffer_pool_size: String(64 * 1024 * 1024),
    max_connections: '200',
    // What is replayed, by a standby or to a moment, comes out as it was.
    binlog_format: 'ROW',
    // Like the store: kept through `kill -9`, not through a power cut. Each commit would else cost a flush of the disk.
    innodb_flush_log_at_trx_commit: '2',
    binlog_expire_logs_seconds: '86400',
    event_scheduler: 'OFF',
    // "log_output" of RDS: TABLE by default, where the master can read it.
    log_output: 'TABLE',
    ...(forceSsl ? { require_secure_transport: 'ON' } : {}),
    ...parameters,
    // A standby's events are its writer's to run.
    ...(primary ? { event_scheduler: 'OFF' } : {}),
    innodb_flush_method: 'nosync',
    // What the kernel writes by itself would go on while the server stands still to be copied.
    innodb_use_native_aio: 'OFF',
    innodb_temp_data_file_path: 'ibtmp1:1M:autoextend',
    sync_binlog: '0',
    bind_address: '127.0.0.1',
    skip_name_resolve: 'ON',
    server_id: String(serverId(member)),
    log_bin: 'binlog',
    log_slave_updates: 'ON',
    relay_log: 'relay',
    relay_log_recovery: 'ON',
    // Commits wait until a standby has them, however long that takes.
    rpl_semi_sync_master_wait_point: 'AFTER_SYNC',
    rpl_semi_sync_master_timeout: '18446744073709551615',
    // The server must not reach this machine's files: an empty folder is all it has.
    secure_file_priv: join(folder, filesFolder),
    ignore_db_dirs: filesFolder,
    ssl_cert: 'server.crt',
    ssl_key: 'server.key',
  };
}

/** Members of a group differ by name; so must their numbers, which say who committed what. */
function serverId(member: string): number {
  let hash = 2166136261;
  for (const byte of Buffer.from(member)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return Math.max(hash, 1);
}

const readOptions = (folder: string): Options => optionsIn(optionsPath(folder));

export function optionsIn(file: string): Options {
  const lines = readFileSync(file, 'utf8').split('\n').slice(1);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^(?:# )?(\w+) = "(.*)"$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

function readInForce(folder: string): Options {
  const file = join(folder, inForceFile);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Options) : {};
}
