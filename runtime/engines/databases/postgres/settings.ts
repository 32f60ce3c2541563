import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { BadSetting, Setting } from '../engine.ts';
import type { PostgresBinaries } from './binaries.ts';

const types: Readonly<Record<string, Setting['type']>> = lookupTable({
  BOOLEAN: 'bool',
  ENUM: 'enum',
  INTEGER: 'integer',
  REAL: 'real',
  STRING: 'string',
});

/** Every setting of the server, by name. */
export function describeSettings({ postgres }: PostgresBinaries): Map<string, Setting> {
  const { stdout } = spawnSync(postgres, ['--describe-config'], {
    encoding: 'utf8',
    env: {},
    maxBuffer: 4 * 1024 * 1024,
  });
  const settings = stdout.split('\n').flatMap((line): [string, Setting][] => {
    const [name = '', context = '', , type = '', value = '', min = '', max = '', description = ''] = line.split('\t');
    const known = types[type];
    return known ? [[name, { name, context, type: known, default: value, min, max, description }]] : [];
  });
  return new Map(settings);
}

/**
 * Asks the server whether it takes the values. It checks its command line before it looks for data, and there is none:
 * so it ends at once, with what it has against them.
 */
export function checkSettings(
  { postgres, asSomebody }: PostgresBinaries,
  parameters: Readonly<Record<string, string>>,
): Promise<BadSetting | undefined> {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program = postgres, ...args] = [...asSomebody, postgres, ...given, '-C', 'work_mem', '-D', '/nonexistent'];
  return new Promise((resolve) => {
    execFile(program, args, { env: { LC_ALL: 'C' } }, (_error, _stdout, stderr) => {
      const said = /(?:FATAL|ERROR): {2}(.*parameter "([^"]+)".*)(?:\n.*HINT: {2}(.*))?/.exec(stderr);
      if (!said) return resolve(undefined);
      const [, message = '', name = '', hint = ''] = said;
      resolve({ name, unknown: message.startsWith('unrecognized'), message: hint ? `${message}. ${hint}` : message });
    });
  });
}

/** Whether a library is there that `shared_preload_libraries` or an extension's settings name. */
export function hasLibrary({ postgres }: PostgresBinaries, name: string): boolean {
  const folder = join(dirname(dirname(postgres)), 'lib');
  return ['so', 'dylib', 'dll'].some((suffix) =>
    [folder, join(folder, 'postgresql')].some((place) => existsSync(join(place, `${name}.${suffix}`))),
  );
}
