import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { DatabaseGroup, GroupEvent } from './database-group.ts';
import { databases } from './databases.ts';
import { Endpoint } from './endpoint.ts';

describe('databases', () => {
  let orrery: Orrery;
  let group: DatabaseGroup;
  let endpoint: Endpoint;
  const events: GroupEvent[] = [];
  let heard: () => void = () => undefined;

  const connected = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: endpoint.localPort,
      user: 'chef',
      password: 'secret-sauce',
      database: 'menu',
      ssl: { rejectUnauthorized: false },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  before(async () => {
    orrery = await startOrrery({ services: [] });
    group = await orrery.kernel.engine(databases).create('g1', {
      member: 'one',
      parameters: { work_mem: '8MB' },
      forceSsl: true,
      names: ['db.example.com'],
      onEvent: (event) => {
        if (event.kind === 'log') return;
        events.push(event);
        endpoint?.cut();
        heard();
      },
    });
    endpoint = await new Endpoint({ target: () => group.port(group.writer) }).open();
    await group.query("CREATE ROLE chef LOGIN PASSWORD 'secret-sauce' CREATEDB");
    await group.query('CREATE DATABASE menu OWNER chef');
  });

  after(async () => {
    await endpoint?.close();
    await orrery.stop();
  });

  test('answer over TLS only, with the parameters they were given', async () => {
    const client = await connected();
    assert.equal((await client.query('SHOW work_mem')).rows[0].work_mem, '8MB');
    await client.end();
    const plain = new pg.Client({
      host: '127.0.0.1',
      port: endpoint.localPort,
      user: 'chef',
      password: 'secret-sauce',
    });
    await assert.rejects(plain.connect(), /pg_hba.conf rejects connection/);
  });

  test('lose no acknowledged write when the writer is killed, and are reached at the same address', async () => {
    await group.addMember('two');
    const client = await connected();
    await client.query('CREATE TABLE dishes (id int primary key)');
    let acknowledged = 0;
    const writing = (async () => {
      for (let id = 1; ; id += 1) {
        await client.query('INSERT INTO dishes VALUES ($1)', [id]);
        acknowledged = id;
        if (id === 50) process.kill(group.pid('one') ?? 0, 'SIGKILL');
      }
    })();
    const failedOver = new Promise<void>((resolve) => {
      heard = () => events.some(({ kind }) => kind === 'failover') && resolve();
    });
    await assert.rejects(writing);
    await failedOver;
    assert.equal(group.writer, 'two');
    const again = await connected();
    const { rows } = await again.query('SELECT count(*)::int AS count, max(id) AS last FROM dishes');
    assert.ok(acknowledged >= 50);
    assert.ok(rows[0].count >= acknowledged, `${rows[0].count} of ${acknowledged}`);
    await again.query('INSERT INTO dishes VALUES (100000)');
    await again.end();
    const event = events.find(({ kind }) => kind === 'failover');
    assert.ok(event?.kind === 'failover' && event.durationMs < 2000, JSON.stringify(event));
  });

  test('the old writer comes back as a standby, to which one can fail over', async () => {
    await group.failover('one');
    assert.equal(group.writer, 'one');
    const client = await connected();
    assert.equal((await client.query('SELECT count(*)::int AS count FROM dishes WHERE id = 100000')).rows[0].count, 1);
    await client.end();
  });

  test('a writer that hangs is found and replaced', async () => {
    process.kill(group.pid('one') ?? 0, 'SIGSTOP');
    const deadline = performance.now() + 30_000;
    while (group.writer === 'one' && performance.now() < deadline) await orrery.clock.wind(10_000);
    assert.equal(group.writer, 'two');
    await orrery.clock.wind(0);
    await group.failover('one');
    assert.equal((await group.query('SELECT pg_is_in_recovery() AS standby', { member: 'two' }))[0]?.standby, 't');
  });

  test('another group begins from a backup', async () => {
    const engine = orrery.kernel.engine(databases);
    await group.backup(engine.backupFolder('b1'));
    await group.query('DROP TABLE dishes', { database: 'menu' });
    const from = engine.backupFolder('b1');
    const restored = await engine.create('g2', {
      member: 'three',
      parameters: {},
      forceSsl: true,
      names: ['x'],
      from,
      onEvent() {},
    });
    const [row] = await restored.query('SELECT count(*) AS count FROM dishes', { database: 'menu' });
    assert.ok(Number(row?.count) > 50);
    await engine.destroy('g2');
  });

  test('come back as they were at a moment, by the log since a base backup, over winds and failovers', async () => {
    const engine = orrery.kernel.engine(databases);
    const countAt = async (cloudMs: number | undefined): Promise<string | undefined> => {
      const to = engine.backupFolder('then');
      await engine.recover('g1', { cloudMs, to });
      const options = { member: 'then', parameters: {}, forceSsl: true, names: ['x'], from: to, onEvent() {} };
      const then = await engine.create('g3', options);
      const rows = await then.query("SELECT count(*) AS count FROM menus WHERE name <> ''", { database: 'menu' });
      await engine.destroy('g3');
      return rows[0]?.count ?? undefined;
    };
    await group.configure({ archiving: true });
    await group.query('CREATE TABLE menus (name text)', { database: 'menu' });
    await engine.takeBase('g1');
    await group.query("INSERT INTO menus VALUES ('winter')", { database: 'menu' });
    await orrery.clock.wind(3_600_000);
    const before = orrery.clock.now();
    await group.query("INSERT INTO menus SELECT repeat('spring', 1000) FROM generate_series(1, 2000)", {
      database: 'menu',
    });
    await orrery.clock.wind(600_000);
    await group.failover();
    const between = orrery.clock.now();
    await orrery.clock.wind(600_000);
    await group.query('DELETE FROM menus', { database: 'menu' });
    assert.equal(await countAt(before - 60_000), '1');
    assert.equal(await countAt(between), '2001');
    assert.equal(await countAt(undefined), '0');
  });

  test('are there again after a restart', async () => {
    await group.query('CREATE TABLE kept (id int)', { database: 'menu' });
    await orrery.restart();
    group = await orrery.kernel.engine(databases).resume('g1', () => undefined);
    assert.deepEqual(group.members, ['one', 'two']);
    assert.deepEqual(await group.query('SELECT * FROM kept', { database: 'menu' }), []);
  });
});
