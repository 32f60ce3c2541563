#!/usr/bin/env node
// Runs one of the project's TypeScript programs with the project's Node, set up first: node bin/run.js tools/systems.ts
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare } from './setup.js';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const node = await prepare(root);
const [program, ...rest] = process.argv.slice(2);
const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], {
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
