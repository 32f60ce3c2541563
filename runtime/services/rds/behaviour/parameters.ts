import type { Context } from '../../../kernel/service.ts';
import { parameterGroupNotFound } from '../errors.ts';
import { parameterGroups } from '../state.ts';

/** What the runtime itself must decide; RDS does not let them be modified either. */
export const fixed =
  /^(listen_addresses|port|ssl_.*|hba_file|ident_file|data_directory|config_file|unix_socket.*|primary_.*|synchronous_standby_names|logging_collector|log_destination|log_line_prefix|archive_.*|restore_command|wal_level|fsync|full_page_writes)$/;

export const defaultFamily = (engine: string) => (engine === 'postgres' ? 'postgres17' : 'aurora-postgresql17');

/** A parameter group as PostgreSQL's configuration. RDS's own parameters (`rds.…`, `apg_…`) are no settings of PostgreSQL. */
export function settingsOf(ctx: Context, name: string): { parameters: Record<string, string>; forceSsl: boolean } {
  const group = parameterGroups(ctx).get(name);
  if (!group && !name.startsWith('default.')) throw parameterGroupNotFound(name);
  const all = group?.parameters ?? {};
  const own = Object.entries(all).filter(([key]) => !/^(rds\.|apg_|aurora)/.test(key) && !fixed.test(key));
  // "Requiring an SSL/TLS connection to a PostgreSQL DB instance": on by default since PostgreSQL 15, Aurora's 17.
  return { parameters: Object.fromEntries(own), forceSsl: (all['rds.force_ssl'] ?? '1') === '1' };
}
