import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/**
 * The official protocol cases lie outside the project: ORRERY_CONFORMANCE names their folder, else it is looked for
 * beside the checkout. Their runner needs python3 with botocore.
 */
const root = join(import.meta.dirname, '..', '..');
const folder = process.env.ORRERY_CONFORMANCE ?? join(root, '..', 'shared', 'conformance');
const missing = whatIsMissing();
if (missing) process.stderr.write(`SKIPPED: the official protocol cases were not replayed: ${missing}\n`);

/**
 * 17 of 654 cannot pass on a server: empty lists and maps that a client leaves out of a query (3), an empty structure as
 * payload that it writes nevertheless (2), query parameters that a server hands over and the case, written for a client,
 * does not (8), bytes that the runner compares with their base64 (2), a header map with the empty prefix (1), an integer
 * beyond what JavaScript's numbers hold (1).
 */
const EXPECTED = 637;

test(`${EXPECTED} of the official protocol cases pass`, { skip: missing ?? false }, () => {
  const adapter = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(root, 'tools', 'protocol-conformance.ts'),
  ];
  const run = spawnSync('python3', [join(folder, 'protocols.py'), adapter.map((part) => `'${part}'`).join(' '), '-v'], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  const [, passed, total] = /TOTAL (\d+) of (\d+)/.exec(run.stdout) ?? [];
  assert.ok(Number(passed) >= EXPECTED, `${passed} of ${total} pass:\n${run.stdout}`);
});

function whatIsMissing(): string | undefined {
  if (!existsSync(join(folder, 'protocols.py')))
    return `there is no protocols.py in ${folder} (set ORRERY_CONFORMANCE to its folder)`;
  const python = spawnSync('python3', ['-c', 'import botocore']);
  return python.status === 0 ? undefined : 'python3 with botocore is not installed';
}
