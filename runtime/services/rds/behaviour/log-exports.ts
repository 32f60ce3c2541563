import { refused } from '../../../kernel/errors.ts';
import { invalidCombination } from '../errors.ts';
import { offerOf } from './engines.ts';

/** Other logs that MySQL and MariaDB have on AWS. */
const notKept = ['audit', 'general', 'slowquery', 'instance', 'iam-db-auth-error'];

/** "Publishing database logs to Amazon CloudWatch Logs". */
export function logExports(Engine: string, wanted: string[] | undefined): string[] {
  const { logTypes, runs } = offerOf(Engine);
  const strange = wanted?.find((type) => !logTypes.includes(type));
  if (strange !== undefined && runs === 'mariadb' && notKept.includes(strange))
    throw refused(`rds ${Engine} log ${strange}`, 'of MySQL and MariaDB only the error log is exported.');
  if (strange !== undefined)
    throw invalidCombination(
      `You cannot use the log type '${strange}'. For ${Engine} there are ${logTypes.join(', ')}.`,
    );
  return [...new Set(wanted)];
}

export function changedExports(
  { Engine, logExports: before }: { Engine: string; logExports?: string[] | undefined },
  change: { EnableLogTypes?: string[] | undefined; DisableLogTypes?: string[] | undefined } | undefined,
): string[] {
  const ended = logExports(Engine, change?.DisableLogTypes);
  const all = logExports(Engine, [...(before ?? []), ...(change?.EnableLogTypes ?? [])]);
  return all.filter((type) => !ended.includes(type));
}
