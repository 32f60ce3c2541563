import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { DiskTrouble } from './disk-trouble.ts';
import { openStore } from './store.ts';

const here = { account: '000000000000', region: 'us-east-1' };

describe('the store', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('keeps records by account and region over a restart, in key order', async () => {
    const store = openStore(folder);
    const queues = store.collection<{ name: string }>('sqs.queues', here);
    queues.put('b', { name: 'second' });
    queues.put('a', { name: 'first' });
    store.collection<{ name: string }>('sqs.queues', { ...here, region: 'eu-west-1' }).put('a', { name: 'elsewhere' });
    await store.durable();
    store.close();
    const again = openStore(folder);
    assert.deepEqual(again.collection<{ name: string }>('sqs.queues', here).values(), [
      { name: 'first' },
      { name: 'second' },
    ]);
    assert.deepEqual(
      again
        .scopes('sqs.queues')
        .map((scope) => scope.region)
        .sort(),
      ['eu-west-1', 'us-east-1'],
    );
    again.close();
  });

  test('what was durable survives the process being killed', () => {
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))};
      const store = openStore(${JSON.stringify(folder)});
      store.collection('kept', { account: '', region: '' }).put('key', { value: 1 });
      await store.durable();
      process.kill(process.pid, 'SIGKILL');`;
    const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
    assert.equal(result.signal, 'SIGKILL');
    const store = openStore(folder);
    assert.deepEqual(store.collection('kept', { account: '', region: '' }).get('key'), { value: 1 });
    store.close();
  });

  test('writes of one turn share one commit, and durable resolves at once when there are none', async () => {
    const store = openStore(folder);
    const records = store.collection<{ value: number }>('many', here);
    for (let value = 0; value < 100; value += 1) records.put(String(value), { value });
    const first = store.durable();
    assert.equal(store.durable(), first);
    await first;
    await store.durable();
    store.close();
  });

  test('migrations run once each, in order, and go on where an older database stopped', () => {
    const steps = ['CREATE TABLE things (id INTEGER)', 'ALTER TABLE things ADD COLUMN name TEXT'];
    const old = openStore(folder);
    old.migrate('things', steps.slice(0, 1));
    old.close();
    const store = openStore(folder);
    store.migrate('things', steps);
    store.migrate('things', steps);
    store.prepare('INSERT INTO things VALUES (?, ?)').run(1, 'one');
    assert.deepEqual({ ...store.prepare('SELECT * FROM things').get<object>() }, { id: 1, name: 'one' });
    store.close();
  });

  test('a full disk refuses the whole turn, memory stays as the disk is, and there is no harm once there is room', async () => {
    const store = openStore(folder);
    const records = store.collection<{ text: string }>('some', here);
    records.put('kept', { text: 'before' });
    await store.durable();
    // SQLite's own limit stands for the disk's: the error is the same.
    const limitPages = (pages: number): unknown => store.prepare(`PRAGMA max_page_count = ${pages}`).get();
    limitPages(1);
    records.put('kept', { text: 'after' });
    records.put('large', { text: 'x'.repeat(1_000_000) });
    await assert.rejects(store.durable(), (error: Error) => {
      assert.ok(error instanceof DiskTrouble);
      assert.match(error.message, /The disk of the data folder .* is full, so nothing of this request was kept/);
      return true;
    });
    assert.deepEqual(records.entries(), [['kept', { text: 'before' }]]);

    limitPages(100_000);
    records.put('large', { text: 'x'.repeat(1_000_000) });
    await store.durable();
    store.close();
    const again = openStore(folder);
    assert.equal(again.collection('some', here).size, 2);
    again.close();
  });

  test('a folder that a newer version wrote, or that is damaged, is not touched', () => {
    const old = openStore(folder);
    old.migrate('things', ['CREATE TABLE things (id INTEGER)', 'ALTER TABLE things ADD COLUMN name TEXT']);
    old.close();
    const store = openStore(folder);
    assert.throws(() => store.migrate('things', ['CREATE TABLE things (id INTEGER)']), { code: 'data-folder-newer' });
    store.close();
    writeFileSync(join(folder, 'state.db'), 'x'.repeat(10_000));
    assert.throws(() => openStore(folder), { code: 'data-folder-damaged' });
  });

  test('deleting says whether there was something', () => {
    const store = openStore(folder);
    const records = store.collection<{ value: number }>('some', here);
    records.put('a', { value: 1 });
    assert.deepEqual([records.delete('a'), records.delete('a'), records.size], [true, false, 0]);
    store.close();
  });
});
