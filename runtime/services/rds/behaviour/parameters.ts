import type { Parameter } from '@aws-sdk/client-rds';
import type { Settings } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { Setting } from '../../../engines/databases/engine.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { invalidCombination, invalidParameter, otherFamily, parameterGroupNotFound } from '../errors.ts';
import {
  type ClusterRecord,
  type InstanceRecord,
  instances,
  type ParameterGroupRecord,
  parameterGroups,
} from '../state.ts';

/** What the runtime itself must decide; RDS does not let them be modified either. */
const fixed =
  /^(listen_addresses|port|ssl_.*|hba_file|ident_file|data_directory|config_file|unix_socket.*|primary_.*|synchronous_standby_names|logging_collector|log_destination|log_line_prefix|archive_.*|restore_command|wal_level|fsync|full_page_writes)$/;

/** RDS's own, which are no settings of PostgreSQL. */
const ofRds = /^(rds\.|apg_|aurora)/;
const forceSsl = 'rds.force_ssl';

export const defaultFamily = (engine: string) => (engine === 'postgres' ? 'postgres17' : 'aurora-postgresql17');

/** The group a database is to use: the one named, of its kind and family, or the default one. */
export function parameterGroupFor(
  ctx: Context,
  name: string | undefined,
  about: { engine: string; kind: ParameterGroupRecord['kind'] },
): string {
  const family = defaultFamily(about.engine);
  if (name === undefined || name === `default.${family}`) return `default.${family}`;
  const group = parameterGroups(ctx).get(name.toLowerCase());
  if (group?.kind !== about.kind) throw parameterGroupNotFound(name, about.kind);
  if (group.family !== family) throw otherFamily(name, group.family, family);
  return group.name;
}

/** What a database's parameter group says to the engine: of a member of a cluster, what it has beyond the cluster's. */
export function configurationOf(ctx: Context, user: ClusterRecord | InstanceRecord): Settings {
  const { parameters, forceSsl } = settingsOf(ctx, user.parameterGroup);
  if ('DBInstanceIdentifier' in user && user.DBClusterIdentifier !== undefined)
    return { own: { member: user.DBInstanceIdentifier, parameters } };
  return { parameters, forceSsl };
}

/** A parameter group as PostgreSQL's configuration. */
export function settingsOf(ctx: Context, name: string): { parameters: Record<string, string>; forceSsl: boolean } {
  const all = parameterGroups(ctx).get(name)?.parameters ?? {};
  // "Requiring an SSL/TLS connection to a PostgreSQL DB instance": on by default since PostgreSQL 15, Aurora's 17.
  return { parameters: settingsIn(all), forceSsl: (all[forceSsl] ?? '1') === '1' };
}

function settingsIn(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !ofRds.test(name)));
}

/** The real server says what it does not know and what it does not take. */
export async function checkParameters(ctx: Context, list: readonly Parameter[]): Promise<Record<string, string>> {
  const given: Record<string, string> = {};
  const settings = await ctx.engine(databases).settings('postgres');
  for (const { ParameterName = '', ParameterValue = '', ApplyMethod } of list) {
    const { context } = settings.get(ParameterName) ?? {};
    checkOne(ctx, ParameterName, ParameterValue, context);
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
  const bad = await ctx.engine(databases).badSetting('postgres', settingsIn(given));
  if (bad?.unknown) throw unknownParameter(bad.name);
  if (bad) throw invalidParameter(`Invalid parameter value: ${given[bad.name] ?? ''} for: ${bad.name}. ${bad.message}`);
  return given;
}

function checkOne(ctx: Context, name: string, value: string, context: string | undefined): void {
  if (!/^[a-z_][a-z_0-9]*(\.[a-z_0-9]+)?$/i.test(name)) throw unknownParameter(name);
  if (name === forceSsl) {
    if (value !== '0' && value !== '1')
      throw invalidParameter(`Invalid parameter value: ${value} for: ${name} allowed values are: 0,1`);
    return;
  }
  if (ofRds.test(name)) throw refused(`rds parameter ${name}`, 'it is not of PostgreSQL, and has no effect here.');
  if (fixed.test(name) || context === 'internal') throw invalidParameter(`The parameter ${name} cannot be modified.`);
  if (/[{}]/.test(value)) throw refused(`rds parameter ${name} by a formula`, 'give the value itself.');
  // PostgreSQL keeps any name with a dot for an extension to take; which ones are there is known.
  const [extension = ''] = name.split('.');
  if (name.includes('.') && extension !== 'plpgsql' && !ctx.engine(databases).hasLibrary('postgres', extension))
    throw unknownParameter(name);
  if (name === 'shared_preload_libraries')
    for (const library of value.split(',').map((one) => one.trim()))
      if (library !== '' && !ctx.engine(databases).hasLibrary('postgres', library))
        throw invalidParameter(`Invalid parameter value: ${value} for: ${name}. There is no library ${library}.`);
}

const unknownParameter = (name: string) => invalidParameter(`Could not find parameter with name: ${name}`);

/** All of them, with those that the group changes ("DescribeDBParameters"). */
export async function describeParameters(
  ctx: Context,
  { parameters }: ParameterGroupRecord,
  source?: string,
): Promise<Parameter[]> {
  const settings = await ctx.engine(databases).settings('postgres');
  const names = new Set([forceSsl, ...settings.keys(), ...Object.keys(parameters)]);
  return [...names]
    .sort()
    .map((name) => describeParameter(name, parameters[name], settings.get(name)))
    .filter(({ Source }) => source === undefined || Source === source);
}

function describeParameter(name: string, value: string | undefined, setting: Setting | undefined): Parameter {
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
    IsModifiable: !fixed.test(name) && setting?.context !== 'internal',
    ApplyMethod: setting?.context === 'postmaster' ? 'pending-reboot' : 'immediate',
  };
}

const dataTypes: Readonly<Record<string, string>> = {
  integer: 'integer',
  real: 'float',
  enum: 'string',
  string: 'string',
};

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
