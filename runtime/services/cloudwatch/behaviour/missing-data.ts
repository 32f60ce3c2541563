import type { StateValue } from '../state.ts';

export interface Rules {
  /** N: how many of the newest points are looked at. */
  EvaluationPeriods: number;
  /** M: how many of them must breach. */
  DatapointsToAlarm: number;
  treatMissing: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
  breaches(value: number): boolean;
}

export interface Verdict {
  /** Undefined: the alarm stays in the state it is in. */
  state: StateValue | undefined;
  /** The real points that decided, newest first, by their place in the range. */
  points: number[];
  /** How many missing points were filled in. */
  filled: number;
}

/** How many points farther back are also retrieved, as in the page's example: three periods, five points. */
export const pointsBeyond = 2;

/**
 * The state that the points of the evaluation range call for, oldest first, undefined where there is none
 * ("Configuring how CloudWatch alarms treat missing data", User Guide): real points are used first, the newest
 * N of the range; only if there are fewer does the treatment of missing data count, and no more than needed.
 */
export function judge(range: (number | undefined)[], rules: Rules): Verdict {
  const { EvaluationPeriods: wanted, DatapointsToAlarm: needed, treatMissing, breaches } = rules;
  const real: number[] = [];
  for (let index = range.length - 1; index >= 0 && real.length < wanted; index -= 1)
    if (range[index] !== undefined) real.push(index);
  const breaching = real.filter((index) => breaches(range[index] ?? 0));
  const filled = wanted - real.length;
  const verdict = (state: StateValue | undefined, points = real): Verdict => ({ state, points, filled });
  if (breaching.length >= needed) return verdict('ALARM', breaching);
  if (filled > 0 && treatMissing === 'breaching' && breaching.length + filled >= needed)
    return verdict('ALARM', breaching);
  if (breaching.length < real.length)
    return verdict(
      'OK',
      real.filter((index) => !breaching.includes(index)),
    );
  if (treatMissing === 'notBreaching') return verdict('OK', []);
  if (treatMissing === 'ignore') return verdict(undefined);
  if (real.length === 0) return verdict('INSUFFICIENT_DATA');
  return verdict(oldEnough(real, range.length, rules) ? 'ALARM' : undefined);
}

/**
 * "Avoiding premature transitions to alarm state": with nothing but breaching and missing points, the alarm goes off
 * once the oldest of the breaching ones is as old as DatapointsToAlarm, however few they are.
 */
function oldEnough(real: number[], length: number, { DatapointsToAlarm }: Rules): boolean {
  const oldest = Math.min(...real);
  return length - oldest >= DatapointsToAlarm;
}
