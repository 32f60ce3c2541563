import type { Parameter } from '@aws-sdk/client-rds';
import type { Settings } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { EngineName, Setting } from '../../../engines/databases/engine.ts';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { invalidCombination, invalidParameter, otherFamily, parameterGroupNotFound } from '../errors.ts';
import {
  type ClusterRecord,
  type InstanceRecord,
  instances,
  type Owner,
  type ParameterGroupRecord,
  parameterGroups,
} from '../state.ts';
import { engineOfFamily, familyOf, offerOf } from './engines.ts';

/** What the runtime itself must decide; RDS does not let them be modified either. */
const fixed =
  /^(listen_addresses|port|ssl_.*|hba_file|ident_file|data_directory|config_file|unix_socket.*|primary_.*|synchronous_standby_names|logging_collector|log_destination|log_line_prefix|archive_.*|restore_command|wal_level|fsync|full_page_writes)$/;

/** RDS's own, which are no settings of the server. */
const ofRds = /^(rds\.|apg_|aurora)/;
const forceSsl = 'rds.force_ssl';

/** Of MariaDB: who is who and where files are is the runtime's to say. */
const fixedOfMariadb =
  /^(port|extra_port|socket|bind_address|datadir|basedir|tmpdir|pid_file|plugin_.*|init_file|server_id|log_bin.*|log_slave_updates|relay_.*|read_only|ssl_.*|tls_.*|skip_name_resolve|skip_networking|secure_file_priv|ignore_db_dirs|innodb_use_native_aio|innodb_flush_method|innodb_.*_(path|home_dir|directory)|rpl_semi_sync_.*|gtid_.*|slave_.*|replicate_.*|log_error|.*_log_file|wsrep_.*|lower_case_table_names|sync_binlog|binlog_expire_logs_seconds|expire_logs_days)$/;

const fixedOf = (runs: EngineName): RegExp => (runs === 'mariadb' ? fixedOfMariadb : fixed);

/** The group a database is to use: the one named, of its kind and family, or the default one. */
export function parameterGroupFor(
  ctx: Context,
  name: string | undefined,
  of: { Engine: string; EngineVersion: string },
  kind: ParameterGroupRecord['kind'],
): string {
  const family = familyOf(ctx, of);
  if (name === undefined || name === `default.${family}`) return `default.${family}`;
  const group = parameterGroups(ctx).get(name.toLowerCase());
  if (group?.kind !== kind) throw parameterGroupNotFound(name, kind);
  if (group.family !== family) throw otherFamily(name, group.family, family);
  return group.name;
}

/** What a database's parameter group says to the engine: of a member of a cluster, what it has beyond the cluster's. */
export function configurationOf(ctx: Context, user: ClusterRecord | InstanceRecord): Settings {
  if ('DBInstanceIdentifier' in user && user.DBClusterIdentifier !== undefined) {
    const parameters = settingsIn(parameterGroups(ctx).get(user.parameterGroup)?.parameters ?? {});
    return { own: { member: user.DBInstanceIdentifier, parameters } };
  }
  return settingsOf(ctx, user);
}

/** A database's parameter group as the server's configuration. */
export function settingsOf(ctx: Context, owner: Owner): { parameters: Record<string, string>; forceSsl: boolean } {
  const all = parameterGroups(ctx).get(owner.parameterGroup)?.parameters ?? {};
  if (offerOf(owner.Engine).runs === 'mariadb')
    return { parameters: { ...defaultsOf(ctx, owner), ...all }, forceSsl: false };
  // "Requiring an SSL/TLS connection to a PostgreSQL DB instance": on by default since PostgreSQL 15, Aurora's 17.
  return { parameters: settingsIn(all), forceSsl: (all[forceSsl] ?? '1') === '1' };
}

/**
 * Where MariaDB begins with something else than MySQL ("Server SQL Modes", "Server Character Set and Collation", MySQL
 * reference), and what RDS sets: "For versions 11.8 and higher, the default value is ON".
 */
function defaultsOf(ctx: Context, { Engine }: Owner): Record<string, string> {
  if (Engine !== 'mariadb')
    return {
      character_set_server: 'utf8mb4',
      sql_mode:
        'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    };
  const [major = 0, minor = 0] = ctx.engine(databases).version('mariadb').split('.').map(Number);
  return major > 11 || (major === 11 && minor >= 8) ? { require_secure_transport: 'ON' } : {};
}

function settingsIn(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !ofRds.test(name)));
}

/** The real server says what it does not know and what it does not take. */
export async function checkParameters(
  ctx: Context,
  family: string,
  list: readonly Parameter[],
): Promise<Record<string, string>> {
  const given: Record<string, string> = {};
  const { runs } = engineOfFamily(ctx, family) ?? offerOf('postgres');
  const settings = await ctx.engine(databases).settings(runs);
  for (const { ParameterName = '', ParameterValue = '', ApplyMethod } of list) {
    const { context } = settings.get(ParameterName) ?? {};
    checkName(ParameterName, ParameterValue, { runs, context });
    if (runs === 'postgres') checkExtension(ctx, ParameterName, ParameterValue);
    if (context === 'postmaster' && ApplyMethod === 'immediate')
      throw invalidCombination(
        `cannot use immediate apply method for static parameter, parameterName=${ParameterName}`,
      );
    if (context !== 'postmaster' && ApplyMethod === 'pending-reboot' && ParameterName !== forceSsl)
      throw refused(
        `rds ApplyMethod pending-reboot of ${ParameterName}`,
        'what can change while the server runs changes at once; use immediate.',
      );
    given[ParameterName] = ParameterValue;
  }
  const bad = await ctx.engine(databases).badSetting(runs, settingsIn(given));
  if (bad?.unknown && runs === 'mariadb' && !family.startsWith('mariadb'))
    throw refused(`rds parameter ${bad.name} of ${family}`, 'MariaDB, which runs in place of MySQL, does not know it.');
  if (bad?.unknown) throw unknownParameter(bad.name);
  if (bad) throw invalidParameter(`Invalid parameter value: ${given[bad.name] ?? ''} for: ${bad.name}. ${bad.message}`);
  return given;
}

function checkName(name: string, value: string, about: { runs: EngineName; context: string | undefined }): void {
  if (!/^[a-z_][a-z_0-9]*(\.[a-z_0-9]+)?$/i.test(name)) throw unknownParameter(name);
  if (name === forceSsl && about.runs === 'postgres') {
    if (value !== '0' && value !== '1')
      throw invalidParameter(`Invalid parameter value: ${value} for: ${name} allowed values are: 0,1`);
    return;
  }
  if (about.runs === 'mariadb' && name === 'log_output' && /file/i.test(value))
    throw refused(
      'rds parameter log_output FILE',
      'slow and general logs are in tables alone, mysql.slow_log and mysql.general_log.',
    );
  if (ofRds.test(name)) throw refused(`rds parameter ${name}`, 'the server does not know it: it has no effect here.');
  if (fixedOf(about.runs).test(name) || about.context === 'internal')
    throw invalidParameter(`The parameter ${name} cannot be modified.`);
  if (/[{}]/.test(value)) throw refused(`rds parameter ${name} by a formula`, 'give the value itself.');
}

/** PostgreSQL keeps any name with a dot for an extension to take; which ones are there is known. */
function checkExtension(ctx: Context, name: string, value: string): void {
  const has = (library: string): boolean => ctx.engine(databases).hasLibrary('postgres', library);
  const [extension = ''] = name.split('.');
  if (name.includes('.') && !ofRds.test(name) && extension !== 'plpgsql' && !has(extension))
    throw unknownParameter(name);
  if (name === 'shared_preload_libraries')
    for (const library of value.split(',').map((one) => one.trim()))
      if (library !== '' && !has(library))
        throw invalidParameter(`Invalid parameter value: ${value} for: ${name}. There is no library ${library}.`);
}

const unknownParameter = (name: string) => invalidParameter(`Could not find parameter with name: ${name}`);

/** All of them, with those that the group changes ("DescribeDBParameters"). */
export async function describeParameters(
  ctx: Context,
  { parameters, family }: ParameterGroupRecord,
  source?: string,
): Promise<Parameter[]> {
  const { runs } = engineOfFamily(ctx, family) ?? offerOf('postgres');
  const settings = await ctx.engine(databases).settings(runs);
  const ofRdsItself = runs === 'postgres' ? [forceSsl] : [];
  const names = new Set([...ofRdsItself, ...settings.keys(), ...Object.keys(parameters)]);
  return [...names]
    .sort()
    .map((name) => describeParameter(name, parameters[name], { runs, setting: settings.get(name) }))
    .filter(({ Source }) => source === undefined || Source === source);
}

function describeParameter(
  name: string,
  value: string | undefined,
  { runs, setting }: { runs: EngineName; setting: Setting | undefined },
): Parameter {
  const isForceSsl = name === forceSsl;
  const allowed = setting?.min !== undefined && setting.min !== '' ? `${setting.min}-${setting.max}` : undefined;
  const AllowedValues = isForceSsl || setting?.type === 'bool' ? '0,1' : allowed;
  return {
    ParameterName: name,
    ...(value === undefined ? {} : { ParameterValue: value }),
    Description: isForceSsl ? 'Force SSL connections.' : (setting?.description ?? ''),
    Source: value === undefined ? 'engine-default' : 'user',
    ApplyType: setting?.context === 'postmaster' ? 'static' : 'dynamic',
    DataType: isForceSsl || setting?.type === 'bool' ? 'boolean' : (dataTypes[setting?.type ?? 'string'] ?? 'string'),
    ...(AllowedValues === undefined ? {} : { AllowedValues }),
    IsModifiable: !fixedOf(runs).test(name) && setting?.context !== 'internal',
    ApplyMethod: setting?.context === 'postmaster' ? 'pending-reboot' : 'immediate',
  };
}

const dataTypes: Readonly<Record<string, string>> = lookupTable({
  integer: 'integer',
  real: 'float',
  enum: 'string',
  string: 'string',
});

/** Notes which databases of a group have been given what only a reboot puts in force. */
export async function notePending(kernel: Kernel, scope: Scope, groupId: string): Promise<void> {
  const group = kernel.engine(databases).group(groupId);
  if (!group) return;
  const records = instances({ kernel, scope });
  for (const record of records.values().filter((one) => one.groupId === groupId)) {
    const member = record.DBClusterIdentifier === undefined ? group.writer : record.DBInstanceIdentifier;
    const awaitsReboot = await group.awaitsRestart(member);
    const now = records.get(record.DBInstanceIdentifier);
    if (now && now.awaitsReboot !== awaitsReboot)
      records.put(record.DBInstanceIdentifier, { ...now, awaitsReboot } satisfies InstanceRecord);
  }
}
