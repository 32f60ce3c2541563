// POST /api/reservations. Two parties never get one table: each quarter of an hour of a table is a row with the table,
// the day and the quarter as its primary key, so of two transactions that want one the database lets only one commit.
import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Database } from '../../shared/data/database.ts';
import { isDuplicate } from '../../shared/data/database-errors.ts';
import { insertIfAbsent } from '../../shared/data/insert-if-absent.ts';
import type { Tables } from '../../shared/data/schema.ts';
import { shareLock } from '../../shared/data/share-lock.ts';
import { type Answer, type HttpRequest, jsonAnswer } from '../../shared/http/answer.ts';
import { readJson } from '../../shared/http/body.ts';
import { readIdempotencyKey } from '../../shared/http/idempotency.ts';
import { Problem } from '../../shared/problem.ts';
import { formatTime } from '../../shared/restaurant-clock.ts';
import { planDay } from './day-plan.ts';
import {
  type ReservationRequest,
  reservationHashOf,
  reservationIdFor,
  validateReservation,
} from './reservation-rules.ts';
import type { Reservations } from './routes.ts';
import { freeTables, slotsFrom } from './sittings.ts';
import { publicReservation } from './status.ts';

export async function reserve(request: HttpRequest, reservations: Reservations): Promise<Answer> {
  const { database, timeZone, now = () => new Date() } = reservations;
  const checked = validateReservation(await readJson(request));
  if (!checked.ok) {
    throw new Problem('invalid-reservation', { detail: 'Some fields need another look.', errors: checked.errors });
  }
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  const wanted = { ...checked.value, id: reservationIdFor(key ?? randomUUID()), createdAt: now() };
  const row = (await findRow(database, wanted)) ?? (await takeTable(wanted, { database, timeZone }));
  if (row.request_hash !== reservationHashOf(wanted)) {
    throw new Problem('idempotency-key-reused', {
      detail: 'Another reservation was sent with this Idempotency-Key. Use a new key for a new one.',
    });
  }
  request.log.info('table reserved', { reservationId: row.id, day: row.day, party: row.party });
  const location = `/api/reservations/${row.id}`;
  return jsonAnswer({ ...publicReservation(row), href: location }, { status: 201, headers: { location } });
}

type Wanted = ReservationRequest & { id: string; createdAt: Date };
type Row = Tables['reservations'];

function findRow(database: Database, { id }: Wanted): Promise<Row | undefined> {
  return database.read((db) => db.selectFrom('reservations').selectAll().where('id', '=', id).executeTakeFirst());
}

/** Tries the free tables, smallest first; one that another takes in that moment is passed over and the day read again. */
async function takeTable(
  wanted: Wanted,
  { database, timeZone }: Pick<Reservations, 'database' | 'timeZone'>,
): Promise<Row> {
  const { day, start, party, createdAt } = wanted;
  for (;;) {
    const plan = await database.read((db) => planDay(db, day, { now: createdAt, timeZone }));
    if (plan.closed) throw refused('day', plan.closed);
    if (!plan.starts.includes(start)) throw refused('time', `We do not seat anyone at ${formatTime(start)} that day.`);
    const [table] = freeTables(plan.tables, { party, start, taken: plan.taken });
    if (!table) {
      const detail = `No table for ${party} is free at ${formatTime(start)} on ${day}.`;
      throw new Problem('no-table-free', { detail, errors: [{ field: 'time', detail }] });
    }
    try {
      return await database.write((db) => book(db, { wanted, tableId: table.id, engine: database.engine }));
    } catch (error) {
      // Each round that ends here was won by another party, so the tables run out before the rounds do.
      if (!isDuplicate(error)) throw error;
    }
  }
}

function refused(field: string, detail: string): Problem {
  return new Problem('invalid-reservation', { detail, errors: [{ field, detail }] });
}

async function book(
  db: Transaction<Tables>,
  { wanted, tableId, engine }: { wanted: Wanted; tableId: number; engine: Database['engine'] },
): Promise<Row> {
  const { id, day, start, party, guest, note, createdAt } = wanted;
  const row: Row = {
    id,
    status: 'booked',
    request_hash: reservationHashOf(wanted),
    created_at: createdAt,
    day,
    starts: start,
    party,
    table_id: tableId,
    guest_name: guest.name,
    guest_email: guest.email,
    guest_phone: guest.phone,
    note: note ?? null,
  };
  const inserted = await insertIfAbsent(db, { engine, table: 'reservations', rows: [row] });
  // A retry that ran beside this one was first: its reservation is the answer to both.
  if (inserted === 0) {
    const same = db.selectFrom('reservations').selectAll().where('id', '=', id);
    return same.modifyEnd(shareLock(engine)).executeTakeFirstOrThrow();
  }
  // In the order of time, as every transaction inserts them: so two that overlap wait for each other and never in a ring.
  const slots = slotsFrom(start).map((slot) => ({ table_id: tableId, day, slot, reservation_id: id }));
  await db.insertInto('reservation_slots').values(slots).execute();
  return row;
}
