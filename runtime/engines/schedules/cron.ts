import { type DayRule, dayOfMonth, dayOfWeek, daysIn } from './cron-days.ts';
import { fieldOf } from './cron-field.ts';
import { type TimeZone, utc } from './local-time.ts';

export interface Cron {
  /** The first time after `afterMs`, undefined when there is none up to 2199. */
  next(afterMs: number, zone?: TimeZone): number | undefined;
}

interface Fields {
  minutes: number[];
  hours: number[];
  days: DayRule;
  months: Set<number>;
  years: Set<number>;
}

/**
 * AWS's cron with six fields, minute to year, of which the day of the month or of the week is `?` ("Cron expressions
 * reference" of EventBridge). Undefined when the text is none.
 */
export function parseCron(text: string): Cron | undefined {
  const words = text.trim().split(/\s+/);
  if (words.length !== 6) return undefined;
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = words;
  const minutes = fieldOf(minute, { least: 0, most: 59 });
  const hours = fieldOf(hour, { least: 0, most: 23 });
  const months = fieldOf(month, { least: 1, most: 12, names: monthNames });
  const years = fieldOf(year, { least: 1970, most: 2199 });
  if ((day === '?') === (weekday === '?')) return undefined;
  const days = day === '?' ? dayOfWeek(weekday) : dayOfMonth(day);
  if (!minutes || !hours || !months || !years || !days) return undefined;
  const fields = { minutes, hours, days, months: new Set(months), years: new Set(years) };
  return { next: (afterMs, zone = utc) => nextTime(fields, afterMs, zone) };
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function nextTime(fields: Fields, afterMs: number, zone: TimeZone): number | undefined {
  const start = zone.local(afterMs);
  for (let months = start.year * 12 + start.month - 1; months < 2200 * 12; months += 1) {
    const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
    if (!fields.years.has(year) || !fields.months.has(month)) continue;
    const first = year === start.year && month === start.month ? start.day : 1;
    for (let day = first; day <= daysIn(year, month); day += 1) {
      if (!fields.days(year, month, day)) continue;
      const today = year === start.year && month === start.month && day === start.day;
      const found = nextOfDay(fields, afterMs, zone, { year, month, day, fromHour: today ? start.hour : 0 });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

interface Day {
  year: number;
  month: number;
  day: number;
  /** A clock set back may show an hour again, whose times have all been: looking from it on is enough. */
  fromHour: number;
}

function nextOfDay(fields: Fields, afterMs: number, zone: TimeZone, { fromHour, ...day }: Day): number | undefined {
  for (const hour of fields.hours) {
    if (hour < fromHour) continue;
    for (const minute of fields.minutes) {
      const atMs = zone.epoch({ ...day, hour, minute, second: 0 });
      if (atMs !== undefined && atMs > afterMs) return atMs;
    }
  }
  return undefined;
}
