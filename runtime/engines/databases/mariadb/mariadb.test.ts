import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import type { DatabaseGroup, GroupEvent } from '../database-group.ts';
import { databases } from '../databases.ts';
import { Endpoint } from '../endpoint.ts';
import { withoutMariadb } from './mariadb.fixture.ts';

describe('databases of MariaDB', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let group: DatabaseGroup;
  let endpoint: Endpoint;
  const events: GroupEvent[] = [];
  let heard: () => void = () => undefined;

  const connected = async (ssl: object | null = { rejectUnauthorized: false }): Promise<Connection> => {
    const client = await createConnection({
      host: '127.0.0.1',
      port: endpoint.localPort,
      user: 'chef',
      password: 'secret-sauce',
      database: 'menu',
      ...(ssl ? { ssl } : {}),
    });
    client.on('error', () => undefined);
    return client;
  };
  const one = async (client: Connection, sql: string): Promise<Record<string, unknown>> => {
    const [rows] = await client.query(sql);
    return (rows as Record<string, unknown>[])[0] ?? {};
  };

  before(async () => {
    orrery = await startOrrery({ services: [] });
    group = await orrery.kernel.engine(databases).create('g1', {
      engine: 'mariadb',
      member: 'one',
      parameters: { sort_buffer_size: '1048576', max_connections: '50' },
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
    await group.query("CREATE USER chef IDENTIFIED BY 'secret-sauce'");
    await group.query('CREATE DATABASE menu');
    await group.query('GRANT ALL ON menu.* TO chef');
  });

  after(async () => {
    await endpoint?.close();
    await orrery.stop();
  });

  test('answer over TLS only, with the parameters they were given', async () => {
    const client = await connected();
    assert.deepEqual(await one(client, 'SELECT @@sort_buffer_size AS size, @@max_connections AS most'), {
      size: 1048576,
      most: 50,
    });
    await client.end();
    await assert.rejects(connected(null), /Access denied/);
  });

  test('nobody is their superuser but the runtime, by its socket', async () => {
    const asAdmin = createConnection({ host: '127.0.0.1', port: endpoint.localPort, user: 'rdsadmin', ssl: {} });
    await assert.rejects(asAdmin);
  });

  test('take up what can change while they run, and tell what waits for a restart', async () => {
    await group.configure({ parameters: { sort_buffer_size: '524288', max_connections: '60' } });
    assert.equal(await group.awaitsRestart('one'), false);
    const client = await connected();
    assert.equal((await one(client, 'SELECT @@max_connections AS most')).most, 60);
    await client.end();
    await group.configure({ parameters: { max_connections: '60', performance_schema: '1' } });
    assert.equal(await group.awaitsRestart('one'), true);
    await group.reboot('one');
    assert.equal(await group.awaitsRestart('one'), false);
    const [row] = await group.query('SELECT @@performance_schema AS events, @@sort_buffer_size AS sort');
    assert.deepEqual(row, { events: '1', sort: '2097152' });
  });

  test('lose no acknowledged write when the writer is killed, and are reached at the same address', async () => {
    await group.addMember('two');
    const client = await connected();
    await client.query('CREATE TABLE dishes (id int primary key)');
    let acknowledged = 0;
    const writing = (async () => {
      for (let id = 1; ; id += 1) {
        await client.query('INSERT INTO dishes VALUES (?)', [id]);
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
    const { count, last } = await one(again, 'SELECT count(*) AS count, max(id) AS last FROM dishes');
    assert.ok(acknowledged >= 50);
    assert.ok(Number(count) >= acknowledged && Number(last) >= acknowledged, `${count} of ${acknowledged}`);
    await again.query('INSERT INTO dishes VALUES (100000)');
    await again.end();
    const event = events.find(({ kind }) => kind === 'failover');
    assert.ok(event?.kind === 'failover' && event.durationMs > 0, JSON.stringify(event));
  });

  test('the old writer comes back as a standby that takes no writes, to which one can fail over', async () => {
    await group.failover('one');
    assert.equal(group.writer, 'one');
    const client = await connected();
    assert.equal((await one(client, 'SELECT count(*) AS count FROM dishes WHERE id = 100000')).count, 1);
    await client.query('INSERT INTO dishes VALUES (100001)');
    await client.end();
    const standby = await createConnection({
      host: '127.0.0.1',
      port: group.port('two') ?? 0,
      user: 'chef',
      password: 'secret-sauce',
      database: 'menu',
      ssl: { rejectUnauthorized: false },
    });
    assert.equal((await one(standby, 'SELECT @@read_only AS standby')).standby, 1);
    await assert.rejects(standby.query('INSERT INTO dishes VALUES (100002)'), /read-only/);
    await standby.end();
  });

  test('a third member follows, and the most advanced of two takes over', async () => {
    await group.addMember('three');
    await group.query('INSERT INTO dishes VALUES (200000)', { database: 'menu' });
    await group.failover();
    const { writer } = group;
    assert.notEqual(writer, 'one');
    await group.query('INSERT INTO dishes VALUES (200001)', { database: 'menu' });
    const readers = group.members.filter((member) => member !== writer);
    for (const member of readers) {
      await orrery.clock.wind(0);
      const [at] = await group.query('SELECT @@GLOBAL.gtid_binlog_pos AS position');
      const wait = `SELECT MASTER_GTID_WAIT('${at?.position}', 20) AS outcome`;
      assert.equal((await group.query(wait, { member }))[0]?.outcome, '0', member);
      const sql = 'SELECT count(*) AS count FROM dishes WHERE id >= 200000';
      assert.equal((await group.query(sql, { member, database: 'menu' }))[0]?.count, '2', member);
    }
    await group.removeMember('three' === writer ? 'two' : 'three');
    await group.failover('one');
  });

  test('a writer that hangs is found and replaced', async () => {
    const other = group.members.find((member) => member !== 'one');
    process.kill(group.pid('one') ?? 0, 'SIGSTOP');
    const deadline = performance.now() + 60_000;
    while (group.writer === 'one' && performance.now() < deadline) await orrery.clock.wind(10_000);
    assert.equal(group.writer, other);
    await orrery.clock.wind(0);
    await group.failover('one');
  });

  test('another group begins from a backup of a server that is being written to', async () => {
    const engine = orrery.kernel.engine(databases);
    const client = await connected();
    await client.query('CREATE TABLE pairs (id int primary key, other int)');
    let on = true;
    const writing = (async () => {
      for (let id = 1; on; id += 1) await client.query('INSERT INTO pairs VALUES (?, ?), (?, ?)', [id, 1, -id, 1]);
    })();
    await client.query('SELECT 1');
    await group.backup(engine.backupFolder('b1'));
    on = false;
    await writing;
    await client.query('DROP TABLE dishes');
    await client.end();
    const restored = await engine.create('g2', {
      engine: 'mariadb',
      member: 'three',
      parameters: {},
      forceSsl: true,
      names: ['x'],
      from: engine.backupFolder('b1'),
      onEvent() {},
    });
    const [row] = await restored.query('SELECT count(*) AS count FROM dishes', { database: 'menu' });
    assert.ok(Number(row?.count) > 50);
    const [pairs] = await restored.query('SELECT sum(id) AS sum FROM pairs', { database: 'menu' });
    assert.ok(pairs?.sum === '0' || pairs?.sum === null, String(pairs?.sum));
    await restored.addMember('four');
    await restored.failover();
    assert.equal(restored.writer, 'four');
    await engine.destroy('g2');
  });

  test('are there again after a restart, and follow one another', async () => {
    await group.query('CREATE TABLE kept (id int)', { database: 'menu' });
    const { members } = group;
    await orrery.restart();
    group = await orrery.kernel.engine(databases).resume('g1', () => undefined);
    assert.deepEqual(group.members, members);
    assert.deepEqual(await group.query('SELECT * FROM kept', { database: 'menu' }), []);
    await group.failover();
    assert.deepEqual(await group.query('SELECT * FROM kept', { database: 'menu' }), []);
  });
});

test('while time runs, a moment between two that were noted is told by what was begun after its second', {
  skip: withoutMariadb(),
}, async () => {
  const orrery = await startOrrery({ services: [], clock: 'running' });
  try {
    const engine = orrery.kernel.engine(databases);
    const empty = {
      engine: 'mariadb' as const,
      member: 'one',
      parameters: {},
      forceSsl: false,
      names: ['x'],
      onEvent() {},
    };
    const group = await engine.create('g1', { ...empty, archiving: true });
    await engine.takeEmptyBase('g1');
    await group.query('CREATE DATABASE menu');
    await group.query('CREATE TABLE dishes (id int primary key)', { database: 'menu' });
    await group.query('INSERT INTO dishes VALUES (1)', { database: 'menu' });
    const cloudMs = orrery.clock.now();
    await group.query('DO SLEEP(1.2)');
    await group.query('DELETE FROM dishes', { database: 'menu' });
    const to = engine.backupFolder('then');
    await engine.recover('g1', { engine: 'mariadb', cloudMs, to });
    const then = await engine.create('g2', { ...empty, from: to, consume: true });
    assert.deepEqual(await then.query('SELECT id FROM dishes', { database: 'menu' }), [{ id: '1' }]);
  } finally {
    await orrery.stop();
  }
});
