import { type FieldRange, fieldOf, valueIn } from './cron-field.ts';

/** Whether a day is one that the expression means. */
export type DayRule = (year: number, month: number, day: number) => boolean;

const weekdays: FieldRange = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };

/** `L` is the last day, `15W` the weekday nearest to the 15th, `LW` the last weekday. */
export function dayOfMonth(text: string): DayRule | undefined {
  if (text === 'L') return (year, month, day) => day === daysIn(year, month);
  if (text === 'LW') return (year, month, day) => day === nearestWeekday(year, month, daysIn(year, month));
  const near = /^(\d+)W$/.exec(text);
  if (near) {
    const wanted = valueIn(near[1] ?? '', { least: 1, most: 31 });
    if (wanted === undefined) return undefined;
    return (year, month, day) => wanted <= daysIn(year, month) && day === nearestWeekday(year, month, wanted);
  }
  const days = fieldOf(text, { least: 1, most: 31 });
  return days && ((_year, _month, day) => days.includes(day));
}

/** 1 is Sunday. `L` is Saturday, `6L` the month's last Friday, `3#2` its second Tuesday. */
export function dayOfWeek(text: string): DayRule | undefined {
  if (text === 'L') return (year, month, day) => weekdayOf(year, month, day) === 7;
  const last = /^([A-Za-z0-9]+?)L$/.exec(text);
  if (last) {
    const wanted = valueIn(last[1] ?? '', weekdays);
    if (wanted === undefined) return undefined;
    return (year, month, day) => weekdayOf(year, month, day) === wanted && day + 7 > daysIn(year, month);
  }
  const nth = /^([A-Za-z0-9]+)#([1-5])$/.exec(text);
  if (nth) {
    const wanted = valueIn(nth[1] ?? '', weekdays);
    if (wanted === undefined) return undefined;
    return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(nth[2]);
  }
  const days = fieldOf(text, weekdays);
  return days && ((year, month, day) => days.includes(weekdayOf(year, month, day)));
}

export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

/** Never in another month: the first, on a Saturday, becomes Monday the third. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2;
  return day;
}
