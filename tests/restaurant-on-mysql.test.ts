import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateDBInstanceCommand, ModifyDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import { orderRoutes } from '../app/services/orders/routes.ts';
import { reservationRoutes } from '../app/services/reservations/routes.ts';
import { startTestService } from '../app/services/service-fixture.ts';
import type { SecretReader } from '../app/shared/data/credentials.ts';
import { type Database, openDatabase } from '../app/shared/data/database.ts';
import { migrate } from '../app/shared/data/migrations.ts';
import { createLog } from '../app/shared/log.ts';
import { menu } from '../app/shared/menu.ts';
import { sampleOrder } from '../app/shared/valid-orders.ts';
import { certificates } from '../runtime/engines/certificates/certificates.ts';
import { databases } from '../runtime/engines/databases/databases.ts';
import { withoutMariadb } from '../runtime/engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from '../runtime/services/rds/behaviour/fleet.ts';
import { type Orrery, startOrrery } from './runtime-fixture.ts';

/** A Saturday, at four in the afternoon on the restaurant's clock. */
const now = () => new Date('2026-11-21T16:00:00Z');
const guest = { name: 'Ada Fisher', email: 'ada@example.com', phone: '+44 1728 555 010' };
const supper = { day: '2026-11-27', time: '19:00', party: 2, guest };
const quiet = createLog({}, () => {});

describe('the restaurant on a MySQL instance', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let groupId = '';
  let made = 0;
  let caFile = '';
  const rds = () => orrery.client(RDSClient);
  const group = () => {
    const found = orrery.kernel.engine(databases).group(groupId);
    assert.ok(found);
    return found;
  };
  const environmentOf = (DATABASE_NAME: string): Record<string, string> => ({
    DATABASE_ENGINE: 'mysql',
    DATABASE_HOST: '127.0.0.1',
    DATABASE_PORT: String(group().port(group().writer)),
    DATABASE_USER: 'owner',
    DATABASE_PASSWORD: 'correct-horse',
    DATABASE_CA_FILE: caFile,
    DATABASE_NAME,
  });
  const server = {
    async createDatabase() {
      made += 1;
      await group().query(`CREATE DATABASE restaurant_${made}`);
      return environmentOf(`restaurant_${made}`);
    },
  };

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms'] });
    const { DBInstance } = await rds().send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'restaurant',
        Engine: 'mysql',
        DBInstanceClass: 'db.t3.micro',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
      }),
    );
    groupId = DBInstance?.DbiResourceId ?? '';
    await orrery.kernel.engine(fleet).settled(groupId);
    caFile = join(orrery.dataDir, 'authority.pem');
    writeFileSync(caFile, (await orrery.kernel.engine(certificates).authority()).certificatePem);
  });
  after(() => orrery.stop());

  test('migrates once, however many processes start together', async () => {
    const environment = await server.createDatabase();
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ environment })));
    await Promise.all(opened.map((database) => migrate(database, quiet)));
    const [row] = await group().query('SELECT count(*) AS dishes FROM menu_items', {
      database: environment.DATABASE_NAME ?? '',
    });
    assert.equal(row?.dishes, String(menu.length));
    await Promise.all(opened.map((database) => database.close()));
  });

  test('two people cannot book the last table, nor sixty the eight there are', async (t) => {
    const routes = (database: Database) => reservationRoutes({ database, timeZone: 'Europe/London', now });
    const { ask, database } = await startTestService(t, server, routes);
    assert.equal(database.engine, 'mysql');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        ask('POST', '/api/reservations', {
          // Overlapping sittings, so that the quarters of one run into those of another.
          body: { ...supper, time: ['18:30', '19:00', '19:30'][index % 3] },
          key: `guest-${index}`,
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].toSorted(), [201, 409]);
    assert.equal(statuses.filter((status) => status === 201).length, 8);
    const booked = await database.kysely.selectFrom('reservations').select('table_id').execute();
    assert.equal(new Set(booked.map(({ table_id }) => table_id)).size, 8);
  });

  test('a retry is the same reservation, also among retries that run together', async (t) => {
    const routes = (database: Database) => reservationRoutes({ database, timeZone: 'Europe/London', now });
    const { ask, database } = await startTestService(t, server, routes);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', '/api/reservations', { body: supper, key: 'once' })),
    );
    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1);
    assert.equal((await database.kysely.selectFrom('reservations').select('id').execute()).length, 1);
  });

  test('takes an order once, with its lines and its event, however many retries arrive together', async (t) => {
    const { ask, database } = await startTestService(t, server, (opened) =>
      orderRoutes({ database: opened, announce: () => {} }),
    );
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ask('POST', '/api/orders', { body: sampleOrder, key: 'one-order' })),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const counts = await Promise.all(
      (['orders', 'order_lines', 'outbox'] as const).map((table) =>
        database.kysely.selectFrom(table).selectAll().execute(),
      ),
    );
    assert.deepEqual(
      counts.map((rows) => rows.length),
      [1, 1, 1],
    );
  });

  test('a master password that was changed loses no request', async () => {
    const { DATABASE_NAME: dbname = '', DATABASE_PORT: port } = await server.createDatabase();
    let password = 'correct-horse';
    const secrets = {
      send: async () => ({
        SecretString: JSON.stringify({ engine: 'mysql', host: '127.0.0.1', port, username: 'owner', password, dbname }),
      }),
    } as unknown as SecretReader;
    const environment = { DATABASE_SECRET_ID: 'restaurant/database', DATABASE_CA_FILE: caFile };
    const database = await openDatabase({ environment, secrets, connections: 2 });
    const ask = () => database.read((db) => db.selectNoFrom((e) => e.lit(1).as('one')).executeTakeFirstOrThrow());
    await ask();
    const change = { DBInstanceIdentifier: 'restaurant', MasterUserPassword: 'battery-staple' };
    await rds().send(new ModifyDBInstanceCommand(change));
    await orrery.kernel.engine(fleet).settled(groupId);
    password = change.MasterUserPassword;
    const sessions = await group().query("SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'owner'");
    for (const { id } of sessions)
      await group()
        .query(`KILL ${id}`)
        .catch(() => undefined);
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    assert.deepEqual(new Set(answers.map(({ one }) => one)), new Set([1]));
    await database.close();
  });
});
