import type { Queries } from '../../shared/data/database.ts';
import type { Tables } from '../../shared/data/schema.ts';
import { addDays, wallTime, weekdayOf } from '../../shared/restaurant-clock.ts';
import { reservationLimits, startsWithin } from './sittings.ts';

export type DayPlan = {
  /** Why no one can book that day, in words for the guest. */
  closed?: string;
  starts: number[];
  tables: Tables['dining_tables'][];
  taken: Set<string>;
};

export type Moment = { now: Date; timeZone: string };

/** What the day offers as it stands: its times, its tables, and which are taken when. */
export async function planDay(db: Queries, day: string, moment: Moment): Promise<DayPlan> {
  const nothing = (closed: string): DayPlan => ({ closed, starts: [], tables: [], taken: new Set() });
  const today = wallTime(moment.now, moment.timeZone);
  if (day < today.day) return nothing('That day has passed.');
  if (day > addDays(today.day, reservationLimits.daysAhead)) {
    return nothing(`We take bookings up to ${reservationLimits.daysAhead} days ahead.`);
  }
  const closure = await db.selectFrom('closures').select('reason').where('day', '=', day).executeTakeFirst();
  if (closure) return nothing(closure.reason);
  const hours = await db
    .selectFrom('opening_hours')
    .select(['opens', 'closes'])
    .where('weekday', '=', weekdayOf(day))
    .orderBy('opens')
    .execute();
  if (hours.length === 0) return nothing('We are closed that day of the week.');
  const earliest = day === today.day ? today.minutes + reservationLimits.noticeMinutes : 0;
  const starts = startsWithin(hours).filter((start) => start >= earliest);
  if (starts.length === 0) return nothing('It is too late for a table today.');
  const tables = await db.selectFrom('dining_tables').selectAll().execute();
  const slots = await db.selectFrom('reservation_slots').select(['table_id', 'slot']).where('day', '=', day).execute();
  return { starts, tables, taken: new Set(slots.map(({ table_id, slot }) => `${table_id}:${slot}`)) };
}
