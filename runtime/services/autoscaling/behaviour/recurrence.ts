import type { TimeZone } from '../../../engines/schedules/local-time.ts';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';

export interface Recurrence {
  next(afterMs: number, zone: TimeZone): number | undefined;
}

/**
 * A cron expression as scheduled actions take it: five fields, minute to day of the week, Sunday 0 or 7 ("Recurrence",
 * PutScheduledUpdateGroupAction). It is due when either day matches, if both are restricted; undefined when it is none.
 */
export function parseRecurrence(text: string): Recurrence | undefined {
  const words = text.trim().split(/\s+/);
  if (words.length !== 5) return undefined;
  const [minute, hour, day = '', month, weekday = ''] = words;
  const weekdays = weekday === '*' ? undefined : daysOfWeek(weekday);
  if (weekday !== '*' && !weekdays) return undefined;
  const expressions = [
    ...(day !== '*' || !weekdays ? [`cron(${minute} ${hour} ${day} ${month} ? *)`] : []),
    ...(weekdays ? [`cron(${minute} ${hour} ? ${month} ${weekdays} *)`] : []),
  ];
  const schedules = expressions.map(parseSchedule);
  if (/[?#LW]/.test(`${day}${weekday.replace(/[A-Z]{3}/gi, '')}`)) return undefined;
  const known = schedules.flatMap((schedule) => schedule ?? []);
  if (known.length < schedules.length) return undefined;
  return {
    next(afterMs, zone) {
      const times = known.flatMap((schedule) => schedule.next(afterMs, { anchorMs: afterMs, zone }) ?? []);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}

const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** By their names, which mean the same to AWS's six fields; numbers do not. */
function daysOfWeek(text: string): string | undefined {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from, to] = range === '*' ? [0, 6] : boundsOf(range, part.includes('/'));
    if (from === undefined || to === undefined || from > to || Number(step) < 1) return undefined;
    for (let day = from; day <= to; day += Number(step)) days.add(day % 7);
  }
  return [...days].map((day) => names[day]).join(',');
}

function boundsOf(range: string, stepped: boolean): [number | undefined, number | undefined] {
  const [first = '', last] = range.split('-');
  const from = dayOf(first);
  return [from, last === undefined ? (stepped ? 6 : from) : dayOf(last)];
}

function dayOf(text: string): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) : undefined;
}
