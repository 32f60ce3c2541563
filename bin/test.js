#!/usr/bin/env node
// npm test: sets everything up, as npm start does, and what tests need from Debian beside it; then runs every suite.
// `npm test -- path …` runs only the tests below those paths.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { prepareDebian } from './debian.js';
import { prepare } from './setup.js';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const node = await prepare(root);
prepareDebian();
const paths = process.argv.slice(2);
const patterns = (paths.length > 0 ? paths : ['app', 'blueprints', 'runtime', 'tests', 'tools']).map((path) =>
  path.endsWith('.ts') ? path : `${path}/**/*.test.ts`,
);
const list = spawnSync(
  node,
  ['-p', `JSON.stringify(require('node:fs').globSync(${JSON.stringify(patterns)}, { cwd: ${JSON.stringify(root)} }))`],
  { encoding: 'utf8' },
);
const files = JSON.parse(list.stdout)
  .filter((file) => !file.includes('node_modules'))
  .sort();
process.stderr.write(`Running ${files.length} test files on ${cpus().length} cores …\n`);
const result = spawnSync(
  node,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${Math.max(2, cpus().length)}`,
    '--test-timeout=240000',
    '--test-reporter=spec',
    ...files,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    // Every file is a process of its own: what one of them compiled of the runtime, the others find.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'orrery'), ...process.env },
  },
);
process.exit(result.status ?? 1);
