import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import { withoutMariadb } from '../../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from '../../../services/rds/behaviour/fleet.ts';
import { databaseList, databaseRows, databaseTables, type TableContents } from './database-view.ts';
import { readingSession } from './reading-session.ts';

describe('databases on the Data page', () => {
  let orrery: Orrery;
  let group: DatabaseGroup;
  let id = '';
  const attack = '<script>alert(1)</script>';

  const rows = (query: Record<string, string>): Promise<TableContents> =>
    databaseRows(orrery.context(), new URLSearchParams({ id, schema: 'public', table: 'orders', ...query }));

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms'] });
    ({ id, group } = await shop(orrery, 'postgres'));
    await group.query(
      `SET SESSION AUTHORIZATION owner;
       CREATE SCHEMA kitchen;
       CREATE TABLE kitchen."odd ""name" ("a'b" int);
       CREATE TABLE orders (id int PRIMARY KEY, customer text, note text);
       INSERT INTO orders SELECT i, CASE i WHEN 7 THEN '${attack}' ELSE 'customer ' || i END, repeat('x', 2000)
         FROM generate_series(1, 150) i;
       CREATE FUNCTION attempt() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders; RETURN session_user; END $$;
       CREATE VIEW harmless AS SELECT attempt();
       CREATE VIEW who AS SELECT session_user::text AS who, pg_sleep(0)::text`,
      { database: 'shop' },
    );
  });
  after(() => orrery.stop());

  test('lists servers with the databases and tables that are in them', async () => {
    const { servers } = await databaseList(orrery.context());
    assert.deepEqual(
      servers.map(({ name, user, database }) => [name, user, database]),
      [['shop', 'owner', 'shop']],
    );
    const about = (await databaseTables(orrery.context(), new URLSearchParams({ id }))) as {
      databases: string[];
      tables: { schema: string; name: string; kind: string }[];
    };
    assert.ok(about.databases.includes('shop'));
    assert.deepEqual(
      about.tables.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`),
      ['kitchen.odd "name table', 'public.harmless view', 'public.orders table', 'public.who view'],
    );
  });

  test('gives the first hundred rows in the order of a column, long values cut', async () => {
    const { columns, rows: first, more } = await rows({ sort: 'id', direction: 'down' });
    assert.deepEqual(columns, [
      { name: 'id', type: 'integer', key: true },
      { name: 'customer', type: 'text', key: false },
      { name: 'note', type: 'text', key: false },
    ]);
    assert.deepEqual([first.length, more], [100, true]);
    // By number, not by what it looks like.
    assert.deepEqual(
      first.slice(0, 2).map(([number]) => number),
      ['150', '149'],
    );
    assert.equal(first[0]?.[2], `${'x'.repeat(500)} …`);
    assert.ok((await rows({ sort: 'id' })).rows.some(([, customer]) => customer === attack));
  });

  test('takes names as names, whatever is in them', async () => {
    assert.deepEqual((await rows({ schema: 'kitchen', table: 'odd "name', sort: "a'b" })).rows, []);
    await assert.rejects(rows({ table: "orders'; DROP TABLE orders; --" }), /There is no table/);
    // A column that is none orders nothing.
    assert.equal((await rows({ sort: 'id; DROP TABLE orders' })).rows.length, 100);
  });

  test('reads views as the master user, who is no superuser and can write nothing', async () => {
    assert.equal((await rows({ table: 'who' })).rows[0]?.[0], 'owner');
    await assert.rejects(rows({ table: 'harmless' }), /read-only transaction/);
    const [left] = await group.query('SELECT count(*) FROM orders', { database: 'shop' });
    assert.equal(left?.count, '150');
  });

  test('gives up on what takes long', async () => {
    await group.query('CREATE VIEW slow AS SELECT pg_sleep(60)::text; GRANT SELECT ON slow TO owner', {
      database: 'shop',
    });
    await assert.rejects(rows({ table: 'slow' }), /statement timeout/);
  });
});

describe('databases of MySQL on the Data page', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let group: DatabaseGroup;
  let id = '';

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms'] });
    ({ id, group } = await shop(orrery, 'mysql'));
    for (const statement of [
      'CREATE TABLE orders (id int PRIMARY KEY, customer varchar(60))',
      "INSERT INTO orders SELECT seq, concat('customer ', seq) FROM seq_1_to_150",
      'CREATE VIEW harmless AS SELECT sleep(1)',
    ])
      await group.query(statement, { database: 'shop' });
  });
  after(() => orrery.stop());

  test('shows tables and their first rows, no views, and writes nothing', async () => {
    const about = (await databaseTables(orrery.context(), new URLSearchParams({ id }))) as {
      tables: { schema: string; name: string; kind: string }[];
    };
    assert.deepEqual(
      about.tables.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`),
      ['shop.orders table'],
    );
    const at = { id, database: 'shop', schema: 'shop', table: 'orders' };
    const read = (query: object): Promise<TableContents> =>
      databaseRows(orrery.context(), new URLSearchParams({ ...at, ...query }));
    const { rows, more } = await read({ sort: 'id', direction: 'down' });
    assert.deepEqual([rows[0], rows.length, more], [['150', 'customer 150'], 100, true]);
    await assert.rejects(read({ table: 'harmless' }), /There is no table/);
    await assert.rejects(read({ table: 'orders`; DROP TABLE orders; -- ' }), /There is no table/);
    const session = await readingSession(group, { database: 'shop', user: 'owner' });
    await assert.rejects(session.query('DELETE FROM orders'), /READ ONLY transaction/);
    session.close();
  });
});

/** A database server called shop, with a database of that name. */
async function shop(orrery: Orrery, Engine: string): Promise<{ id: string; group: DatabaseGroup }> {
  const rds = orrery.client(RDSClient);
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'shop',
      DBInstanceClass: 'db.t4g.micro',
      Engine,
      AllocatedStorage: 20,
      MasterUsername: 'owner',
      MasterUserPassword: 'correct-horse',
      DBName: 'shop',
    }),
  );
  const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
  const id = DBInstances?.[0]?.DbiResourceId ?? '';
  await orrery.kernel.engine(fleet).settled(id);
  const group = orrery.kernel.engine(databases).group(id);
  assert.ok(group);
  return { id, group };
}
