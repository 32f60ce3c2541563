import { setReservationStatus } from '../../../shared/data/reservation-status.ts';
import { reservationStatuses } from '../../../shared/data/schema.ts';
import { html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import { Problem } from '../../../shared/problem.ts';
import { addDays, formatTime, isDay, wallTime } from '../../../shared/restaurant-clock.ts';
import { adminPage, redirectTo, statusForm } from './page.ts';
import type { Desk } from './routes.ts';

/** `GET /admin/reservations?day=…`: one day's book, today's unless another is asked for. */
export async function listReservations({ database, session, request, now, timeZone }: Desk): Promise<Answer> {
  const asked = request.query.get('day');
  const day = isDay(asked) ? asked : wallTime(now(), timeZone).day;
  const rows = await database.read((db) =>
    db
      .selectFrom('reservations')
      .innerJoin('dining_tables', 'dining_tables.id', 'reservations.table_id')
      .selectAll('reservations')
      .select('dining_tables.name as table_name')
      .where('day', '=', day)
      .orderBy('starts')
      .execute(),
  );
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(day));
  const gone = (status: string): boolean => status === 'cancelled' || status === 'no-show' || status === 'finished';
  const main = html`<h1>Reservations</h1>
    <form class="day-form" method="get" action="/admin/reservations">
      <a class="quiet" href="/admin/reservations?day=${addDays(day, -1)}">Day before</a>
      <label class="visually-hidden" for="day">Day</label><input id="day" name="day" type="date" value="${day}">
      <button class="button small second" type="submit">Show</button>
      <a class="quiet" href="/admin/reservations?day=${addDays(day, 1)}">Day after</a>
    </form>
    <h2>${words}</h2>
    ${rows.length === 0 && html`<p>No one has booked that day.</p>`}
    <ul class="desk-list">${rows.map(
      (row) => html`<li class="desk-card${gone(row.status) && ' done'}">
        <div><h3>${formatTime(row.starts)} · ${row.guest_name}</h3>
          <p class="fact">${row.party} at ${row.table_name}</p>
          <p class="fact"><a href="tel:${row.guest_phone}">${row.guest_phone}</a> · <a href="mailto:${row.guest_email}">${row.guest_email}</a></p></div>
        ${row.note && html`<p class="word">“${row.note}”</p>`}
        ${row.status === 'cancelled' ? html`<p class="fact">cancelled, the table is free again</p>` : statusForm(session, { action: `/admin/reservations/${row.id}`, name: `the reservation of ${row.guest_name}`, statuses: reservationStatuses, current: row.status })}
      </li>`,
    )}</ul>`;
  return adminPage({ title: 'Reservations', main, session, section: 'reservations' });
}

/** `POST /admin/reservations/{id}` with `status`. What gave its table back stays so: another may have it by now. */
export async function changeReservation({ database, request, form }: Desk): Promise<Answer> {
  const id = request.parameter;
  const status = reservationStatuses.find((each) => each === form.get('status'));
  if (!status) throw new Problem('invalid-reservation', { detail: 'A reservation has no such status.' });
  const day = await database.write(async (db) => {
    const row = await db.selectFrom('reservations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) throw new Problem('reservation-not-found', { detail: `We have no reservation ${id.slice(0, 60)}.` });
    const gaveBack = row.status === 'cancelled' || row.status === 'no-show';
    if (gaveBack && status !== row.status) {
      throw new Problem('too-late-to-cancel', { detail: 'Its table was given back. Please make a new reservation.' });
    }
    await setReservationStatus(db, { id, status });
    return row.day;
  });
  request.log.info('reservation status set', { reservationId: id, status });
  return redirectTo(`/admin/reservations?day=${day}`);
}
