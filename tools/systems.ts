/** npm run systems: runs the tests that name a requirement and prints, per system, which numbers are shown. */
import { globSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { requirements } from '../tests/systems/requirements.ts';

const root = join(import.meta.dirname, '..');
const number = /\b[WSHTM]-[BAC]\d+\b/g;

const files = ['tests', 'app', 'blueprints', 'runtime']
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }))
  .filter((file) => !file.includes('node_modules') && number.test(readFileSync(join(root, file), 'utf8')))
  .map((file) => join(root, file));

process.stderr.write(`Running ${files.length} test files that name requirements …\n`);
const shown = new Map<string, { passed: number; failed: number }>();
for await (const event of run({ files, concurrency: Math.max(2, cpus().length) })) {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
  const skipped = event.type === 'test:pass' && (event.data.skip !== undefined || event.data.todo !== undefined);
  if (skipped) continue;
  for (const [id] of event.data.name.matchAll(number)) {
    const count = shown.get(id) ?? { passed: 0, failed: 0 };
    if (event.type === 'test:pass') count.passed += 1;
    else count.failed += 1;
    shown.set(id, count);
  }
}

let failures = 0;
for (const [system, numbers] of Object.entries(requirements)) {
  const ids = Object.keys(numbers);
  const done = ids.filter((id) => (shown.get(id)?.passed ?? 0) > 0 && shown.get(id)?.failed === 0);
  process.stdout.write(`\n${system}: ${done.length} of ${ids.length} shown\n`);
  for (const id of ids) {
    const count = shown.get(id);
    if (count?.failed) failures += 1;
    if (count)
      process.stdout.write(
        `  ${count.failed ? 'FAILED' : 'shown '}  ${id.padEnd(6)} ${numbers[id] ?? ''} (${count.passed} tests${count.failed ? `, ${count.failed} failed` : ''})\n`,
      );
    else if (numbers[id]) process.stdout.write(`  -       ${id.padEnd(6)} ${numbers[id]}\n`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;
