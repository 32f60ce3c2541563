import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Postgres, postgresMissing, startPostgres } from '../../postgres-fixture.ts';
import { createLog } from '../log.ts';
import { menu } from '../menu.ts';
import type { SecretReader } from './credentials.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrations.ts';

const skip = postgresMissing();
const quiet = createLog({}, () => {});

describe('the data layer', { skip }, () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  test('migrates once, however many processes start together', async () => {
    const environment = await postgres.createDatabase();
    const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ environment })));
    await Promise.all(databases.map((database) => migrate(database, quiet)));
    const { rows } = await postgres.sql('select count(*)::int as dishes from menu_items', environment.DATABASE_NAME);
    assert.equal(rows[0].dishes, menu.length);
    await Promise.all(databases.map((database) => database.close()));
  });

  test('a password that was rotated loses no request', async () => {
    const { DATABASE_NAME: dbname } = await postgres.createDatabase();
    await postgres.sql("create role app login password 'first'");
    await postgres.requirePasswordOf('app');
    let password = 'first';
    let reads = 0;
    const secrets = {
      send: async () => {
        reads += 1;
        return {
          SecretString: JSON.stringify({ host: '127.0.0.1', port: postgres.port, username: 'app', password, dbname }),
        };
      },
    } as unknown as SecretReader;
    const environment = { DATABASE_SECRET_ID: 'restaurant/database', DATABASE_TLS: 'off' };
    const database = await openDatabase({ environment, secrets, connections: 2 });
    const ask = () => database.read((db) => db.selectNoFrom((e) => e.lit(1).as('one')).executeTakeFirstOrThrow());
    await ask();
    const readsBefore = reads;
    await postgres.sql("alter role app password 'second'");
    password = 'second';
    await postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    assert.deepEqual(new Set(answers.map(({ one }) => one)), new Set([1]));
    assert.equal(reads, readsBefore + 1, 'the secret is read once for all of them');
    await database.close();
  });

  test('a database that ends and comes back within the patience of a request loses none', async () => {
    const environment = await postgres.createDatabase();
    const database = await openDatabase({ environment });
    await database.ping();
    await postgres.kill();
    const asked = database.read((db) => db.selectNoFrom((e) => e.lit(1).as('one')).execute());
    await postgres.start();
    assert.deepEqual(await asked, [{ one: 1 }]);
    await database.close();
  });
});
