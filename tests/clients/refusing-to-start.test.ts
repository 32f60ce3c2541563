import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { CommandLine } from './command.fixture.ts';

const project = join(import.meta.dirname, '..', '..');
const anyPort = ['--port', '0', '--http-port', '0'];

describe('a data folder that cannot be used', () => {
  test('is used by another Orrery: the second says so and leaves it alone, also while the first is starting', async () => {
    const orrery = new CommandLine();
    const [first, second] = await Promise.allSettled([
      orrery.up('--empty', ...anyPort),
      orrery.up('--empty', ...anyPort),
    ]);
    const refused = [first, second].filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1, 'one of the two runs');
    const [{ reason }] = refused as [PromiseRejectedResult];
    assert.match(String(reason), /Another Orrery .* on .*orrery-command|A cloud is running already \(process \d+/);
    assert.equal((await orrery.run('status')).code, 0);
    await orrery.close();
  });

  test('was left by a killed Orrery whose process number is somebody else’s now: it is free', async () => {
    const orrery = new CommandLine();
    await orrery.up('--empty', ...anyPort);
    const { pid, apiPort } = await orrery.json<{ pid: number; apiPort: number }>('status');
    process.kill(pid, 'SIGKILL');
    const left = { pid: process.pid, apiPort, httpPort: 0, startedAt: new Date(0).toISOString() };
    writeFileSync(join(orrery.dataDir, 'runtime.json'), JSON.stringify(left));
    assert.equal((await orrery.run('status')).code, 1);
    await orrery.up('--empty', ...anyPort);
    assert.equal((await orrery.run('status')).code, 0);
    await orrery.close();
  });

  test('is damaged: the file is named, and that a copy or a reset mends it', async () => {
    const orrery = new CommandLine();
    writeFileSync(join(orrery.dataDir, 'state.db'), 'The quick brown fox. '.repeat(500));
    const { code, stderr } = await orrery.run('up', '--empty', ...anyPort);
    assert.equal(code, 1);
    assert.match(stderr, /The data folder .* is damaged: file is not a database/);
    assert.match(stderr, /orrery reset/);
    assert.doesNotMatch(stderr, /\n {4}at |bug/);
    assert.equal((await orrery.run('reset', '--yes')).code, 0);
    await orrery.close();
  });

  test('holds a record that cannot be read, or was written by a newer Orrery: each is said, and nothing is changed', async () => {
    const orrery = new CommandLine();
    await orrery.up('--empty', ...anyPort);
    await orrery.run('down');
    const change = (sql: string): void => {
      const state = new DatabaseSync(join(orrery.dataDir, 'state.db'));
      state.exec(sql);
      state.close();
    };
    change(`INSERT INTO records VALUES ('sqs.queues', '000000000000', 'us-east-1', 'orders', '{"QueueName":')`);
    const damaged = await orrery.run('up', '--empty', ...anyPort);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /is damaged: the record orders of sqs\.queues in state\.db cannot be read/);

    change(`DELETE FROM records WHERE collection = 'sqs.queues'; UPDATE migrations SET steps = steps + 1`);
    const newer = await orrery.run('up', '--empty', ...anyPort);
    assert.equal(newer.code, 1);
    assert.match(newer.stderr, /was written by a newer Orrery/);
    await orrery.close();
  });
});

describe('a port that this user may not use', () => {
  const limit =
    process.platform === 'linux' ? Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start')) : 0;
  const asRoot = process.getuid?.() === 0;
  const readable = asRoot && runAsNobody(['--version']).status === 0;
  const skip = limit <= 80 ? 'every port is free for all' : asRoot && !readable ? 'nobody cannot read Node' : false;

  test('is named, with one that may be used', { skip }, () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'orrery-port-'));
    chmodSync(dataDir, 0o777);
    const argv = [
      join(project, 'runtime/cli/main.ts'),
      'up',
      '--empty',
      '--port',
      '80',
      '--http-port',
      '0',
      '--data',
      dataDir,
    ];
    const { status, stderr } = asRoot ? runAsNobody(argv) : spawnSync(process.execPath, argv, { encoding: 'utf8' });
    rmSync(dataDir, { recursive: true, force: true });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /This user may not listen on port 80\./);
    assert.match(stderr, /--port 8080/);
  });
});

function runAsNobody(argv: string[]) {
  return spawnSync(process.execPath, argv, { encoding: 'utf8', uid: 65_534, gid: 65_534, env: { HOME: '/' } });
}

describe('a Node that is too old', () => {
  const old = oldNode();
  const skip = old === undefined ? 'there is no old Node on this machine' : false;
  const folder = mkdtempSync(join(tmpdir(), 'orrery-node-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A checkout with what the start script reads, and with or without the Node that the project brings. */
  function checkout(name: string, brought: boolean): string {
    const root = join(folder, name);
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    cpSync(join(project, 'bin'), join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    symlinkSync(join(project, 'runtime'), join(root, 'runtime'));
    const bin = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
    if (brought) mkdirSync(bin, { recursive: true });
    if (brought) symlinkSync(process.execPath, join(bin, 'node'));
    return join(root, 'bin', 'orrery.js');
  }

  test('hands over to the one that the project brings', { skip }, () => {
    const { status, stdout } = spawnSync(old ?? '', [checkout('with', true), '--help'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /Usage: orrery COMMAND/);
  });

  test('says which is needed and how to come by it where the project brings none', { skip }, () => {
    const { status, stderr } = spawnSync(old ?? '', [checkout('without', false), '--help'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /^error: Node \d+\.\d+\.\d+ is too old: Orrery needs 22\.18 or newer/);
    assert.match(stderr, /Install Node 24 from https:\/\/nodejs\.org, or run `npm ci`/);
  });
});

/** Of the Nodes in PATH, one that cannot run Orrery. */
function oldNode(): string | undefined {
  const places = (process.env.PATH ?? '').split(':').map((place) => join(place, 'node'));
  return places.find((node) => {
    try {
      const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'])
        .toString()
        .split('.')
        .map(Number);
      return major < 22 || (major === 22 && minor < 18);
    } catch {
      return false;
    }
  });
}
