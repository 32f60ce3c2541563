#!/usr/bin/env node
// Runs on whatever Node npm brought, however old: sets the project up, finds Node 24 and hands over to it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { mainProgram, prepare } from './setup.js';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const node = await prepare(root);
const child = spawn(node, ['--disable-warning=ExperimentalWarning', mainProgram(root), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // What was compiled is kept beside the dependencies: the next start skips the work.
  env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'orrery'), ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
});
