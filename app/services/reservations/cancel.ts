import { setReservationStatus } from '../../shared/data/reservation-status.ts';
import { type Answer, type HttpRequest, jsonAnswer } from '../../shared/http/answer.ts';
import { Problem } from '../../shared/problem.ts';
import { isReservationId } from './reservation-rules.ts';
import type { Reservations } from './routes.ts';
import { noReservation, publicReservation } from './status.ts';

/** `POST /api/reservations/{id}/cancel`. Cancelling what is cancelled is no mistake: a retry gets the same answer. */
export async function cancelReservation(
  { parameter: id, log }: HttpRequest,
  { database }: Reservations,
): Promise<Answer> {
  if (!isReservationId(id)) throw noReservation(id);
  const row = await database.write(async (db) => {
    const found = await db.selectFrom('reservations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!found) throw noReservation(id);
    if (found.status !== 'booked' && found.status !== 'cancelled') {
      throw new Problem('too-late-to-cancel', { detail: 'This reservation is no longer waiting for its party.' });
    }
    await setReservationStatus(db, { id, status: 'cancelled' });
    return { ...found, status: 'cancelled' as const };
  });
  log.info('reservation cancelled', { reservationId: id });
  return jsonAnswer(publicReservation(row));
}
