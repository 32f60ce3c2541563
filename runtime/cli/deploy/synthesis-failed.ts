import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';

/** What a CDK app that failed comes to: its own words, and the way out where it is known. */
export function synthesisFailed(
  folder: string,
  app: string,
  { code, output }: { code: number; output: string },
): PersonError {
  const said = itsOwn(output);
  const ran = `It was run in ${folder} as: ${app}`;
  const first = missingDependencies(folder, output);
  return new PersonError(
    first ? 'dependencies-missing' : 'synthesis-failed',
    said === ''
      ? `The CDK app failed to synthesise (exit code ${code}) and said nothing.`
      : `The CDK app failed to synthesise (exit code ${code}):\n${said}`,
    first ? `${first}\n${ran}` : ran,
  );
}

/** Without the frames of Node's loader and npm's remarks, which are neither the app's nor ours. */
function itsOwn(output: string): string {
  return output
    .replace(/^node:internal\/.*\n.*\n\s*\^\n/gm, '')
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal\/|^npm (warn|notice|error A complete log)|^Node\.js v\d/.test(line))
    .join('\n')
    .trim();
}

/** Signs of a package that is not there: of Node, of Python, of a tool that npx would have to fetch. */
const missing =
  /Cannot find (module|package)|ERR_MODULE_NOT_FOUND|ModuleNotFoundError|npx canceled due to missing packages|could not determine executable to run|command not found|: not found/;

function missingDependencies(folder: string, output: string): string | undefined {
  if (!missing.test(output)) return undefined;
  const python = join(folder, 'requirements.txt');
  if (existsSync(python))
    return `Its dependencies are not installed: run \`python3 -m pip install -r ${python}\`, in its virtual environment if it has one.`;
  const home = nearest(folder, 'package.json');
  if (!home || existsSync(join(home, 'node_modules'))) return undefined;
  const command = existsSync(join(home, 'package-lock.json')) ? 'npm ci' : 'npm install';
  return `Its dependencies are not installed: run \`${command}\` in ${home}.`;
}

function nearest(folder: string, file: string): string | undefined {
  if (existsSync(join(folder, file))) return folder;
  return dirname(folder) === folder ? undefined : nearest(dirname(folder), file);
}
