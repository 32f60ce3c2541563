/** A time as a clock on the wall shows it. Month 1 to 12. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** Wall clocks of a time zone of the IANA database. */
export interface TimeZone {
  local(epochMs: number): LocalTime;
  /** The first moment that shows this time; undefined when clocks jump over it. */
  epoch(local: LocalTime): number | undefined;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

export const utc: TimeZone = {
  local: (epochMs) => {
    const at = new Date(epochMs);
    return {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
    };
  },
  epoch: asUtc,
};

export function timeZone(name: string): TimeZone {
  if (name === 'UTC') return utc;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const local = (epochMs: number): LocalTime => {
    const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return { year, month, day, hour, minute, second };
  };
  const offsetAt = (epochMs: number): number => asUtc(local(epochMs)) - Math.floor(epochMs / 1000) * 1000;
  return {
    local,
    // A zone's offset changes at most once within a day on either side, so one of the two offsets is the right one.
    epoch: (wanted) => {
      const guess = asUtc(wanted);
      const candidates = [offsetAt(guess - 86_400_000), offsetAt(guess + 86_400_000)].map((offset) => guess - offset);
      return candidates.sort((a, b) => a - b).find((candidate) => asUtc(local(candidate)) === guess);
    },
  };
}

function asUtc({ year, month, day, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
