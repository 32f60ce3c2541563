import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Postgres, postgresMissing, startPostgres } from '../postgres-fixture.ts';

const skip = postgresMissing();

describe('a service as a process', { skip }, () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await postgres.stop();
  });

  test('two that start together migrate once, serve, and leave on SIGTERM after the last answer', async () => {
    const environment = await postgres.createDatabase();
    const services = await Promise.all([start('reservations', environment), start('reservations', environment)]);
    const body = JSON.stringify({
      day: new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10),
      time: '03:00',
      party: 2,
      guest: { name: 'Ada', email: 'ada@example.com', phone: '01728 555010' },
    });
    for (const { child, url } of services) {
      const inFlight = Array.from({ length: 20 }, () =>
        fetch(`${url}/api/reservations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      );
      // All have reached the process once the first is answered or a moment later; none of them may be cut off.
      await inFlight[0];
      child.kill('SIGTERM');
      for (const answer of await Promise.all(inFlight)) assert.equal(answer.status, 422);
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
    }
  });

  test('one without its configuration says what is missing, and ends', async () => {
    const { DATABASE_NAME: _, ...environment } = await postgres.createDatabase();
    await assert.rejects(start('reservations', environment), /lack dbname/);
  });
});

const children: ChildProcess[] = [];

/** Resolves with the address the process says it serves at; rejects with all it said when it ends instead. */
function start(name: string, environment: Record<string, string>): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, name, 'main.ts')], {
    env: { PATH: process.env.PATH, ...environment, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said = (said + chunk).slice(-8_000);
      const [, url] = /"message":"serving","url":"([^"]+)"/.exec(said) ?? [];
      if (url) resolve({ child, url });
    });
    child.once('close', () => reject(new Error(said)));
  });
}
