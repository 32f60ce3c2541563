import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Distribution } from './distribution.ts';

/** Makes one number of a period's distribution; undefined where it cannot be told. */
export type Statistic = (distribution: Distribution) => number | undefined;

const plain: Record<string, Statistic> = lookupTable({
  SampleCount: (of) => of.count,
  Sum: (of) => of.sum,
  Average: (of) => of.sum / of.count,
  Minimum: (of) => of.min,
  Maximum: (of) => of.max,
  IQM: (of) => trimmed(of, { from: 0.25, to: 0.75 }).mean,
});

/**
 * A statistic by its name ("CloudWatch statistics definitions", User Guide): Sum, p99.9, tm90, TM(10%:90%), TM(:200),
 * wm, tc, ts, PR(:300), IQM. Undefined when there is no such statistic.
 */
export function statisticNamed(name: string): Statistic | undefined {
  if (Object.hasOwn(plain, name)) return plain[name];
  const short = /^(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{0,10})?|100)$/.exec(name);
  if (short) {
    const to = Number(short[2]) / 100;
    return short[1] === 'p'
      ? (of) => percentile(of, to)
      : rangeStatistic(short[1]?.toUpperCase() ?? '', { from: 0, to });
  }
  const long = /^(TM|WM|TC|TS|PR)\((\d*(?:\.\d*)?%?):(\d*(?:\.\d*)?%?)\)$/.exec(name);
  if (!long) return undefined;
  const [, kind = '', from = '', to = ''] = long;
  const percent = from.endsWith('%') || to.endsWith('%');
  const mixed = percent && ((from !== '' && !from.endsWith('%')) || (to !== '' && !to.endsWith('%')));
  if (mixed || (from === '' && to === '') || (kind === 'PR' && percent)) return undefined;
  if (percent)
    return rangeStatistic(kind, {
      from: Number.parseFloat(from || '0') / 100,
      to: Number.parseFloat(to || '100') / 100,
    });
  return valueStatistic(
    kind,
    from === '' ? Number.NEGATIVE_INFINITY : Number(from),
    to === '' ? Number.POSITIVE_INFINITY : Number(to),
  );
}

/** Between the two nearest values where it falls between them; the least for p0, the greatest for p100. */
function percentile(of: Distribution, part: number): number | undefined {
  const spread = of.spread();
  if (!spread) return undefined;
  const rank = part * (of.count - 1);
  const low = valueAt(spread, Math.floor(rank));
  const high = valueAt(spread, Math.ceil(rank));
  return low + (high - low) * (rank - Math.floor(rank));
}

function valueAt(spread: [number, number][], rank: number): number {
  let seen = 0;
  for (const [value, count] of spread) {
    seen += count;
    if (rank < seen) return value;
  }
  return spread.at(-1)?.[0] ?? 0;
}

function rangeStatistic(kind: string, range: { from: number; to: number }): Statistic {
  if (kind === 'TM') return (of) => trimmed(of, range).mean;
  if (kind === 'TC') return (of) => trimmed(of, range).count;
  if (kind === 'TS') return (of) => trimmed(of, range).sum;
  return (of) => {
    const [low, high] = [percentile(of, range.from), percentile(of, range.to)];
    return low === undefined || high === undefined ? undefined : winsorized(of, low, high);
  };
}

/** The part of the values between two ranks; a value on the edge counts as far as it lies inside. */
function trimmed(
  of: Distribution,
  range: { from: number; to: number },
): { mean?: number; count?: number; sum?: number } {
  const spread = of.spread();
  if (!spread) return {};
  const [from, to] = [of.count * range.from, of.count * range.to];
  let [seen, count, sum] = [0, 0, 0];
  for (const [value, times] of spread) {
    const inside = Math.max(0, Math.min(seen + times, to) - Math.max(seen, from));
    seen += times;
    count += inside;
    sum += inside * value;
  }
  return count > 0 ? { mean: sum / count, count, sum } : {};
}

function winsorized(of: Distribution, low: number, high: number): number | undefined {
  const spread = of.spread();
  if (!spread || of.count === 0) return undefined;
  return spread.reduce((sum, [value, count]) => sum + Math.min(Math.max(value, low), high) * count, 0) / of.count;
}

/** Bounds given as values: greater than the lower, and up to the upper. */
function valueStatistic(kind: string, low: number, high: number): Statistic {
  if (kind === 'WM') return (of) => winsorized(of, low, high);
  return (of) => {
    const spread = of.spread();
    if (!spread) return undefined;
    const inside = spread.filter(([value]) => value > low && value <= high);
    const count = inside.reduce((total, [, times]) => total + times, 0);
    const sum = inside.reduce((total, [value, times]) => total + value * times, 0);
    if (kind === 'TC') return count;
    if (kind === 'TS') return sum;
    if (kind === 'PR') return (count / of.count) * 100;
    return count > 0 ? sum / count : undefined;
  };
}
