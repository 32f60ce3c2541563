import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { notHere } from '../../../tests/not-here.ts';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { compute } from './compute.ts';
import type { SandboxSpec } from './sandbox.ts';

function shell(script: string, lines: string[], more: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    kind: 'task',
    name: 'test',
    command: () => ['/bin/sh', '-c', script],
    environment: ({ tmp }) => ({ PATH: '/usr/bin:/bin', TMPDIR: tmp }),
    onLine: (line) => void lines.push(line),
    ...more,
  };
}

describe('sandboxes', () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({ services: [] });
  });
  after(() => orrery.stop());

  it("have the environment they are given and nothing of the runtime's", async () => {
    const lines: string[] = [];
    const sandbox = orrery.kernel.engine(compute).start(shell('env', lines));
    await sandbox.exited;
    const names = lines
      .map((line) => line.split('=')[0])
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''));
    assert.deepEqual(names.sort(), ['PATH', 'TMPDIR']);
  });

  it('have a temporary folder of their own, which goes with them', async () => {
    const lines: string[] = [];
    const sandbox = orrery.kernel
      .engine(compute)
      .start(shell('echo hello > "$TMPDIR/file"; cat "$TMPDIR/file"; exit 4', lines));
    const { code, signal, outOfMemory } = await sandbox.exited;
    assert.deepEqual([lines, code, signal, outOfMemory], [['hello'], 4, undefined, false]);
    assert.deepEqual(readdirSync(join(orrery.dataDir, 'sandboxes')), []);
  });

  it('are asked to end, and ended when they do not', async () => {
    const lines: string[] = [];
    const deaf = orrery.kernel
      .engine(compute)
      .start(shell('trap "" TERM; echo ready; while :; do sleep 1; done', lines));
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = deaf.stop({ graceMs: 30_000 });
    await orrery.clock.wind(30_000);
    assert.equal((await stopped).code === 0, false);
  });

  it('write to their own /tmp and nowhere else of the machine', async (t) => {
    const { isolation } = orrery.kernel.engine(compute);
    const lacking =
      isolation.level === 'plain' ? 'sandboxes have a root of their own with namespaces alone' : undefined;
    if (notHere('what a sandbox cannot write', lacking)) return t.skip(lacking);
    const lines: string[] = [];
    const places = ['/tmp/mine', `${import.meta.dirname}/theirs`, '/etc/theirs'];
    const write = places.map((place) => `(: > ${place}) 2>/dev/null && echo ${place}`).join('; ');
    await orrery.kernel.engine(compute).start(shell(write, lines)).exited;
    assert.deepEqual(lines, ['/tmp/mine']);
  });

  it('end when they use more memory than they may', async () => {
    const hungry = orrery.kernel.engine(compute).start(
      shell('', [], {
        // Not Node: the checkout may lie in /tmp, which a sandbox has of its own.
        command: () => ['/usr/bin/perl', '-e', '$| = 1; $b = "x" x (300 * 2 ** 20); print "full\\n"; sleep 1000'],
        memoryLimitBytes: 200 * 2 ** 20,
      }),
    );
    hungry.work();
    let memory = hungry.memory();
    while (memory && memory.heldBytes < 200 * 2 ** 20) {
      await new Promise((resolve) => setImmediate(resolve));
      memory = hungry.memory();
    }
    hungry.rest();
    assert.equal((await hungry.exited).outOfMemory, true);
  });

  it('do not end for pages of files, which the kernel takes back before it is out of memory', async () => {
    const lines: string[] = [];
    // More than 30 MB of what a Node.js process has in memory is its own text.
    const node = { from: process.execPath, at: '/var/lang/bin/node' };
    const reader = orrery.kernel.engine(compute).start(
      shell('', lines, {
        command: (inside) => [inside.path(node), '-e', 'console.log("ready"); setInterval(() => undefined, 60_000)'],
        folders: [node],
        memoryLimitBytes: 30 * 2 ** 20,
      }),
    );
    reader.work();
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const memory = reader.rest();
    assert.ok(memory && memory.peakBytes > 35 * 2 ** 20 && memory.heldBytes < 25 * 2 ** 20, JSON.stringify(memory));
    assert.equal((await reader.kill()).outOfMemory, false);
  });
});

describe('a runtime that is killed', () => {
  it('takes its sandboxes with it, even one that is caught in a loop', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'orrery-killed-'));
    const runtime = spawn(process.execPath, [join(import.meta.dirname, 'killed-runtime.fixture.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(runtime.stdout), 'line')) as [string];
    const pids = JSON.parse(line) as number[];
    assert.ok(pids.length === 2 && pids.every(isAlive));
    runtime.kill('SIGKILL');
    await once(runtime, 'exit');
    while (pids.some(isAlive)) await new Promise((resolve) => setImmediate(resolve));
    rmSync(dataDir, { recursive: true, force: true });
    assert.ok(!existsSync(dataDir));
  });
});

/** A zombie that nobody waits for is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
