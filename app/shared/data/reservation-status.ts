import type { Transaction } from 'kysely';
import type { ReservationStatus, Tables } from './schema.ts';

/** Sets a reservation's status. One that is cancelled or did not come gives its table back in the same transaction. */
export async function setReservationStatus(
  db: Transaction<Tables>,
  { id, status }: { id: string; status: ReservationStatus },
): Promise<void> {
  await db.updateTable('reservations').set({ status }).where('id', '=', id).execute();
  if (status !== 'cancelled' && status !== 'no-show') return;
  await db.deleteFrom('reservation_slots').where('reservation_id', '=', id).execute();
}
