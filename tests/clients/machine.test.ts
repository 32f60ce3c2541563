import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { notHere } from '../not-here.ts';
import { CommandLine } from './command.fixture.ts';

const bash = notHere('completion in bash', hasBash() ? undefined : 'bash is not installed');

describe('orrery and the machine it is on', () => {
  const orrery = new CommandLine();
  after(() => orrery.close());

  test('doctor says what runs here, what does not, and what to do about it', async () => {
    // One of the ports is taken, if it was not already.
    const server = createServer().on('error', () => undefined);
    await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(4566, '127.0.0.1', resolve));
    const { stdout, code } = await orrery.run('doctor');
    server.close();
    assert.match(stdout, /^. Node\.js +v\d+/m);
    assert.match(stdout, /^. PostgreSQL +RDS and Aurora for PostgreSQL: /m);
    assert.match(stdout, /^~ port 4566 +taken, and meant for the API\n +to mend it: orrery up --port NUMBER/m);
    const findings = await orrery.json<{ what: string; state: string; means: string; fix?: string }[]>('doctor');
    assert.equal(code, findings.some(({ state }) => state === 'no') ? 1 : 0);
    for (const { what, state, fix } of findings)
      assert.ok(state === 'yes' || process.platform !== 'linux' || fix, what);
  });

  test('completes commands, their words and their options in bash', { skip: bash }, async () => {
    const { stdout: script } = await orrery.run('completion', 'bash');
    const complete = (...words: string[]): string[] =>
      execFileSync('bash', [
        '-c',
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _orrery; echo "\${COMPREPLY[*]}"`,
        ...['-', ...words],
      ])
        .toString()
        .trim()
        .split(' ');
    assert.deepEqual(complete('orrery', 'f'), ['fidelity', 'faults']);
    assert.deepEqual(complete('orrery', 'faults', 'sta'), ['start']);
    assert.deepEqual(complete('orrery', 'up', '--dns'), ['--dns-port']);
    const { stdout: fish } = await orrery.run('completion', 'fish');
    assert.match(fish, /^complete -c orrery -n '__fish_seen_subcommand_from up' -l dns-port -r -d /m);
    const { stderr, code } = await orrery.run('completion', 'tcsh');
    assert.match(stderr, /no completion for "tcsh".*bash, zsh and fish/s);
    assert.equal(code, 2);
  });
});

function hasBash(): boolean {
  try {
    execFileSync('bash', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
