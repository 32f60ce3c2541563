import type { Answer, HttpRequest } from '../../shared/http/answer.ts';
import { cacheable } from '../../shared/http/caching.ts';
import { formatTime, wallTime } from '../../shared/restaurant-clock.ts';
import type { Reservations } from './routes.ts';
import { reservationLimits } from './sittings.ts';

/** `GET /api/reservations/hours`: the week's hours (weekday 0 is Sunday), the closed days to come, and the bounds. */
export async function readHours(
  request: HttpRequest,
  { database, timeZone, now = () => new Date() }: Reservations,
): Promise<Answer> {
  const today = wallTime(now(), timeZone).day;
  const [hours, closures] = await database.read((db) =>
    Promise.all([
      db.selectFrom('opening_hours').selectAll().orderBy('weekday').orderBy('opens').execute(),
      db.selectFrom('closures').selectAll().where('day', '>=', today).orderBy('day').execute(),
    ]),
  );
  const body = JSON.stringify({
    timeZone,
    today,
    hours: hours.map(({ weekday, opens, closes }) => ({
      weekday,
      opens: formatTime(opens),
      closes: formatTime(closes),
    })),
    closures,
    limits: { party: reservationLimits.party, daysAhead: reservationLimits.daysAhead },
  });
  return cacheable(request, { body, type: 'application/json; charset=utf-8' });
}
