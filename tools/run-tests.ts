/**
 * Runs the test files below the paths given, or all. Neighbours among the runtime's share a process, one after the other: to
 * load the runtime costs most of them more than what they test. A file is a suite there, so that its hooks stay its own.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const everything = ['app', 'blueprints', 'runtime', 'tests', 'tools'];
/** A file that takes longer is stuck. */
const fileMs = 240_000;
/** Few enough that the last processes do not keep the other cores waiting. */
const filesTogether = 6;
/** What takes minutes begins first, for the same reason. */
const slowest = [
  'tests/systems/',
  'tests/clients/',
  'tests/browser/',
  'tests/',
  'runtime/engines/databases/',
  'runtime/services/autoscaling/',
  'runtime/services/rds/',
  'runtime/services/ec2/',
  'blueprints/',
  'app/',
];

const named = process.argv.slice(2);
const files = testFiles(named.length > 0 ? named : everything);
const groups = inGroups(files).sort((a, b) => rank(a) - rank(b));
const folder = mkdtempSync(join(tmpdir(), 'orrery-tests-'));
const entries = groups.map((group, index) => writeEntry(group, index));
// Much of the time is waiting, for databases, browsers and instances.
const processes = availableParallelism() + 1;
process.stderr.write(`Running ${files.length} test files in ${entries.length} processes, ${processes} at a time …\n`);
const { status } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${processes}`,
    `--test-timeout=${filesTogether * fileMs}`,
    '--test-reporter=spec',
    ...entries,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    // What one process compiled of the runtime, the others find.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'orrery'), ...process.env },
  },
);
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);

function testFiles(paths: string[]): string[] {
  const patterns = paths.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`));
  return globSync(patterns, { cwd: root })
    .filter((file) => !file.includes('node_modules'))
    .sort();
}

/** What is tested beside the runtime, or against it from outside, is a process a file. */
function inGroups(sorted: string[]): string[][] {
  const found: string[][] = [];
  for (const file of sorted) {
    const last = found.at(-1);
    if (last && file.startsWith('runtime/') && last.length < filesTogether && subject(file) === subject(last[0] ?? ''))
      last.push(file);
    else found.push([file]);
  }
  return found;
}

/** Services by their name, the rest of the runtime by its part: runtime/services/sqs, runtime/kernel. */
function subject(file: string): string {
  const [top, part, name] = file.split('/');
  return part === 'services' ? `${top}/${part}/${name}` : `${top}/${part}`;
}

function rank([first = '']: string[]): number {
  const index = slowest.findIndex((start) => first.startsWith(start));
  return index < 0 ? slowest.length : index;
}

function writeEntry(group: string[], index: number): string {
  const suites = group.map((file) => {
    const url = pathToFileURL(join(root, file)).href;
    return `describe(${JSON.stringify(file)}, { timeout: ${fileMs} }, async () => { await import(${JSON.stringify(url)}); });\n`;
  });
  // Node runs test files in the order of their names.
  const name = `${String(index).padStart(3, '0')}-${dirname(group[0] ?? '').replaceAll('/', '-')}.mjs`;
  writeFileSync(join(folder, name), ["import { describe } from 'node:test';\n", ...suites].join(''));
  return join(folder, name);
}
