import { type Answer, type HttpRequest, jsonAnswer } from '../../shared/http/answer.ts';
import type { FieldError } from '../../shared/order-rules.ts';
import { Problem } from '../../shared/problem.ts';
import { formatTime, isDay } from '../../shared/restaurant-clock.ts';
import { planDay } from './day-plan.ts';
import type { Reservations } from './routes.ts';
import { freeTables, reservationLimits } from './sittings.ts';

/** `GET /api/reservations/availability?day=2026-12-01&party=4`: each time that day, and whether a table is free. */
export async function readAvailability(
  { query }: HttpRequest,
  { database, timeZone, now = () => new Date() }: Reservations,
): Promise<Answer> {
  const day = query.get('day');
  const party = Number(query.get('party'));
  const errors: FieldError[] = [];
  if (!isDay(day)) errors.push({ field: 'day', detail: 'A day is written like 2026-12-01.' });
  if (!Number.isInteger(party) || party < 1 || party > reservationLimits.party) {
    errors.push({ field: 'party', detail: `A party is 1 to ${reservationLimits.party} people.` });
  }
  if (errors.length > 0 || !isDay(day)) {
    throw new Problem('invalid-reservation', { detail: 'Say for which day and for how many.', errors });
  }
  const { closed, starts, tables, taken } = await database.read((db) => planDay(db, day, { now: now(), timeZone }));
  return jsonAnswer({
    day,
    party,
    ...(closed ? { closed } : {}),
    times: starts.map((start) => ({
      time: formatTime(start),
      free: freeTables(tables, { party, start, taken }).length > 0,
    })),
  });
}
