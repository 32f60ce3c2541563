import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';

/** What the person asked to run. */
export type Target =
  | { kind: 'app'; folder: string; system?: string }
  | { kind: 'assembly'; folder: string }
  | { kind: 'template'; file: string };

const projectRoot = join(import.meta.dirname, '..', '..', '..');
const blueprints = join(projectRoot, 'blueprints');

/** What SAM and most others call the template of a folder. */
const templateNames = ['template.yaml', 'template.yml', 'template.json'];

/** Names of the blueprints that come with Orrery. */
function blueprintNames(): string[] {
  const folder = join(blueprints, 'stacks');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /^[a-z-]+\.ts$/.test(file))
        .map((file) => file.slice(0, -3))
    : [];
}

/** A blueprint's name, a CDK app's folder, a cdk.out folder or a template file; without one, the CDK app of this folder. */
export function resolveTarget(argument: string | undefined): Target {
  if (argument === undefined) {
    if (existsSync('cdk.json')) return { kind: 'app', folder: resolve('.') };
    throw notFound('No blueprint, app or template was named, and this folder has no cdk.json.');
  }
  if (blueprintNames().includes(argument) && !existsSync(argument))
    return { kind: 'app', folder: blueprints, system: argument };
  const path = resolve(argument);
  if (!existsSync(path)) throw notFound(`There is no blueprint "${argument}", and no such file or folder.`);
  if (statSync(path).isFile()) {
    if (['cdk.json', 'manifest.json'].includes(basename(path))) return resolveTarget(dirname(path));
    if (['.json', '.yaml', '.yml', '.template'].includes(extname(path))) return { kind: 'template', file: path };
    throw notFound(`${argument} is not a template: its name should end in .yaml, .yml, .json or .template.`);
  }
  if (existsSync(join(path, 'manifest.json'))) return { kind: 'assembly', folder: path };
  if (existsSync(join(path, 'cdk.json'))) return { kind: 'app', folder: path };
  const template = templateNames.map((name) => join(path, name)).find((file) => existsSync(file));
  if (template) return { kind: 'template', file: template };
  throw notFound(
    `${argument} has neither a cdk.json (a CDK app) nor a manifest.json (a synthesised cdk.out) nor a ${templateNames[0]}.`,
  );
}

function notFound(what: string): PersonError {
  return new PersonError(
    'target-not-found',
    what,
    `Name a blueprint (${blueprintNames().join(', ')}), the folder of a CDK app, its cdk.out, or a template file: orrery up ./template.yaml`,
  );
}
