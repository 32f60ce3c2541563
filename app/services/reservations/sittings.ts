import type { Tables } from '../../shared/data/schema.ts';

/** A party has its table for two hours, counted in quarters; parties start on the half hour. */
const sittingMinutes = 120;
const slotMinutes = 15;
const stepMinutes = 30;

export const reservationLimits = { party: 8, daysAhead: 90, noticeMinutes: 30 } as const;

/** The times at which a party may sit down within the hours, the last of them early enough to finish. */
export function startsWithin(hours: Pick<Tables['opening_hours'], 'opens' | 'closes'>[]): number[] {
  return hours.flatMap(({ opens, closes }) => {
    const starts: number[] = [];
    for (let start = opens; start + sittingMinutes <= closes; start += stepMinutes) starts.push(start);
    return starts;
  });
}

/** The quarters of an hour a table is taken for by a party that sits down at `start`. */
export function slotsFrom(start: number): number[] {
  return Array.from({ length: sittingMinutes / slotMinutes }, (_, index) => start + index * slotMinutes);
}

/**
 * The tables a party may have at `start`, the smallest first: two people at the long table would turn away eight.
 * `taken` holds `table:slot`.
 */
export function freeTables(
  tables: Tables['dining_tables'][],
  { party, start, taken }: { party: number; start: number; taken: ReadonlySet<string> },
): Tables['dining_tables'][] {
  return tables
    .filter(({ id, seats }) => seats >= party && slotsFrom(start).every((slot) => !taken.has(`${id}:${slot}`)))
    .sort((one, other) => one.seats - other.seats || one.id - other.id);
}
