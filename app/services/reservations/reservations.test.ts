import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Postgres, postgresMissing, startPostgres } from '../../postgres-fixture.ts';
import type { Database } from '../../shared/data/database.ts';
import { startTestService } from '../service-fixture.ts';
import { reservationRoutes } from './routes.ts';

const skip = postgresMissing();
/** A Saturday, at four in the afternoon on the restaurant's clock. */
const now = () => new Date('2026-11-21T16:00:00Z');
const routes = (database: Database) => reservationRoutes({ database, timeZone: 'Europe/London', now });
const guest = { name: 'Ada Fisher', email: 'ada@example.com', phone: '+44 1728 555 010' };
const supper = { day: '2026-11-27', time: '19:00', party: 2, guest };

describe('the reservations service', { skip }, () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());

  test('two people cannot book the last table, nor sixty the eight there are', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
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
    const free = await ask('GET', '/api/reservations/availability?day=2026-11-27&party=2');
    assert.equal(free.json.times.find(({ time }: { time: string }) => time === '19:00').free, false);
  });

  test('a retry is the same reservation, also among retries that run together', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', '/api/reservations', { body: supper, key: 'once' })),
    );
    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1);
    assert.equal((await database.kysely.selectFrom('reservations').select('id').execute()).length, 1);
    const other = await ask('POST', '/api/reservations', { body: { ...supper, party: 3 }, key: 'once' });
    assert.deepEqual([other.status, other.json.type], [422, '/problems.html#idempotency-key-reused']);
  });

  test('a cancelled table can be had again, and the smallest that seats the party is given', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    const eight = { ...supper, party: 8 };
    const first = await ask('POST', '/api/reservations', { body: eight });
    assert.equal((await ask('POST', '/api/reservations', { body: eight })).status, 409);
    const cancelled = await ask('POST', `${first.json.href}/cancel`);
    assert.equal(cancelled.json.status, 'cancelled');
    assert.deepEqual((await ask('POST', `${first.json.href}/cancel`)).json, cancelled.json);
    assert.deepEqual((await ask('GET', first.json.href)).json, cancelled.json);
    assert.equal((await ask('POST', '/api/reservations', { body: eight })).status, 201);
    const pair = await ask('POST', '/api/reservations', { body: supper });
    const { table_id } = await database.kysely
      .selectFrom('reservations')
      .select('table_id')
      .where('id', '=', pair.json.reservationId)
      .executeTakeFirstOrThrow();
    assert.equal(table_id, 1);
  });

  test('offers the times of the day, and says why a day has none', async (t) => {
    const { ask, database } = await startTestService(t, postgres, routes);
    const on = async (day: string) => (await ask('GET', `/api/reservations/availability?day=${day}&party=4`)).json;
    const times = async (day: string) => (await on(day)).times.map(({ time }: { time: string }) => time);
    assert.deepEqual(await times('2026-11-27'), ['17:00', '17:30', '18:00', '18:30', '19:00', '19:30', '20:00']);
    assert.deepEqual((await times('2026-11-28')).slice(0, 4), ['12:00', '12:30', '13:00', '17:00']);
    assert.deepEqual((await times('2026-11-21')).slice(0, 1), ['17:00'], 'today, what is still to come');
    assert.equal((await on('2026-11-23')).closed, 'We are closed that day of the week.');
    assert.equal((await on('2026-11-20')).closed, 'That day has passed.');
    assert.equal((await on('2027-11-20')).closed, 'We take bookings up to 90 days ahead.');
    await database.kysely.insertInto('closures').values({ day: '2026-12-25', reason: 'Christmas.' }).execute();
    assert.equal((await on('2026-12-25')).closed, 'Christmas.');
    const hours = await ask('GET', '/api/reservations/hours');
    assert.equal(hours.json.hours.length, 8);
    assert.equal(
      (await ask('GET', '/api/reservations/hours', { headers: { 'if-none-match': String(hours.headers.get('etag')) } }))
        .status,
      304,
    );
  });

  test('names every field that is wrong', async (t) => {
    const { ask } = await startTestService(t, postgres, routes);
    const fields = async (body: unknown) =>
      (await ask('POST', '/api/reservations', { body })).json.errors.map(({ field }: { field: string }) => field);
    assert.deepEqual(
      await fields({ day: '2026-02-30', time: '7pm', party: 0, guest: { ...guest, email: 'x' }, x: 1 }),
      ['x', 'day', 'time', 'party', 'guest.email'],
    );
    assert.deepEqual(await fields({ ...supper, time: '17:10' }), ['time']);
    assert.deepEqual(await fields({ ...supper, day: '2026-11-23' }), ['day']);
    assert.deepEqual(await fields({ ...supper, party: 9 }), ['party']);
  });
});
