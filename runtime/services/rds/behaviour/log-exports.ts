import { invalidCombination } from '../errors.ts';

/** "Publishing PostgreSQL logs to Amazon CloudWatch Logs": `upgrade` is there, and never has a line. */
const known = ['postgresql', 'upgrade'];

export function logExports(wanted: string[] | undefined): string[] {
  const strange = wanted?.find((type) => !known.includes(type));
  if (strange !== undefined)
    throw invalidCombination(`You cannot use the log type '${strange}'. For PostgreSQL there are ${known.join(', ')}.`);
  return [...new Set(wanted)];
}

export function changedExports(
  before: string[] | undefined,
  change: { EnableLogTypes?: string[] | undefined; DisableLogTypes?: string[] | undefined } | undefined,
): string[] {
  const ended = logExports(change?.DisableLogTypes);
  return logExports([...(before ?? []), ...(change?.EnableLogTypes ?? [])]).filter((type) => !ended.includes(type));
}
