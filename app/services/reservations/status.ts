import type { Tables } from '../../shared/data/schema.ts';
import { type Answer, type HttpRequest, jsonAnswer } from '../../shared/http/answer.ts';
import { Problem } from '../../shared/problem.ts';
import { formatTime } from '../../shared/restaurant-clock.ts';
import { isReservationId } from './reservation-rules.ts';
import type { Reservations } from './routes.ts';

/** `GET /api/reservations/{id}`: the id is the only key to it, so the answer never says who reserved. */
export async function readReservation({ parameter: id }: HttpRequest, { database }: Reservations): Promise<Answer> {
  const row = isReservationId(id)
    ? await database.read((db) => db.selectFrom('reservations').selectAll().where('id', '=', id).executeTakeFirst())
    : undefined;
  if (!row) throw noReservation(id);
  return jsonAnswer(publicReservation(row));
}

export function noReservation(id: string): Problem {
  return new Problem('reservation-not-found', { detail: `We have no reservation ${id.slice(0, 60)}.` });
}

export function publicReservation({ id, status, day, starts, party }: Tables['reservations']) {
  return { reservationId: id, status, day, time: formatTime(starts), party };
}
