#!/usr/bin/env node
// npm test: sets everything up, as npm start does, and what tests need from Debian beside it; then runs every suite.
// `npm test -- path …` runs only the tests below those paths.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepareDebian } from './debian.js';
import { prepare } from './setup.js';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const node = await prepare(root);
prepareDebian();
const result = spawnSync(node, [join(root, 'tools', 'run-tests.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(result.status ?? 1);
