import { existsSync, readFileSync } from 'node:fs';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { BadSetting, Setting } from '../engine.ts';

const types: Readonly<Record<string, Setting['type']>> = lookupTable({
  BOOLEAN: 'bool',
  ENUM: 'enum',
  SET: 'string',
  FLAGSET: 'string',
  VARCHAR: 'string',
  DOUBLE: 'real',
});

/** What a server wrote of its variables when the template was made (information_schema.SYSTEM_VARIABLES), by name. */
export function readSettings(file: string): Map<string, Setting & { values: string[] }> {
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [upper = '', type = '', fixed = '', value = '', min = '', max = '', values = '', description = ''] =
        line.split('\t');
      const name = upper.toLowerCase();
      return [
        name,
        {
          name,
          context: fixed === 'YES' ? 'postmaster' : 'user',
          type: types[type] ?? 'integer',
          default: value,
          min,
          max,
          description,
          values: values === '' ? [] : values.split(','),
        },
      ];
    }),
  );
}

/** Numbers outside their range the server would only move into it, with a warning; here as on AWS they are refused. */
export function badSetting(
  settings: ReadonlyMap<string, Setting & { values: string[] }>,
  parameters: Readonly<Record<string, string>>,
): BadSetting | undefined {
  for (const [name, value] of Object.entries(parameters)) {
    const setting = settings.get(name);
    if (!setting) return { name, unknown: true, message: 'the server does not know it' };
    const message = objection(setting, value);
    if (message !== undefined) return { name, unknown: false, message };
  }
  return undefined;
}

function objection({ name, type, min, max, values }: Setting & { values: string[] }, value: string) {
  // Names of zones are in tables that are empty here.
  if (name === 'time_zone' && !/^(SYSTEM|[+-]\d{1,2}:[0-5]\d)$/i.test(value))
    return 'Time zones are known by their distance from UTC, as +02:00';
  // What would not come out of an option file as it went in.
  if (/["\n\r\\]/.test(value)) return 'It may have no quotation mark, backslash or line break';
  if (type === 'bool') return /^(0|1|on|off)$/i.test(value) ? undefined : 'Allowed values are: 0,1';
  if (type === 'enum') {
    const known = values.some((one) => one.toLowerCase() === value.toLowerCase());
    return known || (/^\d+$/.test(value) && Number(value) < values.length)
      ? undefined
      : `Allowed values are: ${values.join(',')}`;
  }
  if (values.length > 0) {
    const strange = value
      .split(',')
      .find((one) => one !== '' && !values.includes(one.trim().toUpperCase()) && !values.includes(one.trim()));
    return strange === undefined ? undefined : `${strange} is not one of ${values.join(',')}`;
  }
  if (type === 'string') return undefined;
  if (!/^-?\d+(\.\d+)?$/.test(value)) return 'It must be a number';
  const number = Number(value);
  if ((min !== '' && number < Number(min)) || (max !== '' && number > Number(max)))
    return `Allowed values are: ${min}-${max}`;
  return undefined;
}
