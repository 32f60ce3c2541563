import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startOrrery } from '../runtime-fixture.ts';

interface Told {
  name: string;
  error: string | null;
  ms: number;
}

/** Runs a script of python/ against a cloud of its own; each of its checks becomes a test. One process serves all of them. */
export async function runChecks(t: TestContext, script: string): Promise<void> {
  const orrery = await startOrrery({ clock: 'running' });
  const home = mkdtempSync(join(tmpdir(), 'orrery-python-'));
  try {
    const { told, stderr } = await run(script, {
      PATH: process.env.PATH,
      HOME: home,
      TMPDIR: home,
      AWS_ENDPOINT_URL: orrery.url,
      ORRERY_HTTP_URL: orrery.httpUrl,
      ORRERY_SMTP_PORT: String(orrery.smtpPort),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
      PYTHONDONTWRITEBYTECODE: '1',
    });
    for (const { name, error, ms } of told) {
      await t.test(`${name} (${ms} ms there)`, () => {
        if (error !== null) assert.fail(error);
      });
    }
    assert.ok(told.length > 0, stderr);
  } finally {
    await orrery.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function run(script: string, env: Record<string, string | undefined>): Promise<{ told: Told[]; stderr: string }> {
  const child = spawn('python3', [join(import.meta.dirname, 'python', script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, HTTP_PROXY: '', HTTPS_PROXY: '', NO_PROXY: '*' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, stderr);
  const told = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
  return { told, stderr };
}
