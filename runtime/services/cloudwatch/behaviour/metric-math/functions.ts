import { lookupTable } from '../../../../kernel/lookup-table.ts';
import { across, combine, eachSeries, isSeries, mapSeries, type TimeSeries, type Value } from './values.ts';

/** What a function is given: values, and words or texts as they stand. */
export type Argument = Value | { word: string };
export type MathFunction = (of: Argument[], usage: Usage) => Value;

export interface Usage {
  /** Throws AWS's error for this expression. */
  fail(why: string): never;
  /** The grid of the request, for TIME_SERIES. */
  grid: readonly number[];
  periodSeconds: number;
}

const reductions: Record<string, (values: number[]) => number> = lookupTable({
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: mean,
  MIN: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  MAX: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  STDDEV: (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
});

const perValue: Record<string, (value: number) => number> = lookupTable({
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
});

/** Of the whole grid, also where the series has no value ("returns a new non-sparse time series"). */
const perStart: Record<string, (startMs: number) => number> = lookupTable({
  MINUTE: (startMs) => new Date(startMs).getUTCMinutes(),
  HOUR: (startMs) => new Date(startMs).getUTCHours(),
  DAY: (startMs) => new Date(startMs).getUTCDay() || 7,
  DATE: (startMs) => new Date(startMs).getUTCDate(),
  MONTH: (startMs) => new Date(startMs).getUTCMonth() + 1,
  YEAR: (startMs) => new Date(startMs).getUTCFullYear(),
  EPOCH: (startMs) => startMs / 1000,
});

/** "Metric math syntax and functions", CloudWatch User Guide. */
export function functionNamed(name: string): MathFunction | undefined {
  const reduce = reductions[name];
  if (reduce) return (of, usage) => reduceValue(valueAt(of, 0, usage), reduce);
  const change = perValue[name];
  if (change) return (of, usage) => eachSeries(valueAt(of, 0, usage), change);
  const tell = perStart[name];
  if (tell)
    return (of, usage) =>
      eachOf(valueAt(of, 0, usage), (series) => ({
        ...series,
        points: new Map(series.grid.map((startMs) => [startMs, tell(startMs)])),
      }));
  return others[name];
}

const others: Record<string, MathFunction> = lookupTable({
  IF: (of, usage) =>
    choose(valueAt(of, 0, usage), valueAt(of, 1, usage), of.length > 2 ? valueAt(of, 2, usage) : undefined, usage),
  FILL: (of, usage) => eachOf(valueAt(of, 0, usage), (series) => fill(series, of[1], usage)),
  RATE: (of, usage) =>
    eachOf(valueAt(of, 0, usage), (series) => steps(series, (value, before, seconds) => (value - before) / seconds)),
  DIFF: (of, usage) => eachOf(valueAt(of, 0, usage), (series) => steps(series, (value, before) => value - before)),
  DIFF_TIME: (of, usage) =>
    eachOf(valueAt(of, 0, usage), (series) => steps(series, (_value, _before, seconds) => seconds)),
  RUNNING_SUM: (of, usage) => eachOf(valueAt(of, 0, usage), runningSum),
  PERIOD: (of, usage) => seriesAt(of, 0, usage).periodSeconds,
  DATAPOINT_COUNT: (of, usage) => reduceValue(valueAt(of, 0, usage), (values) => values.length),
  METRIC_COUNT: (of, usage) => listAt(of, 0, usage).length,
  FIRST: (of, usage) => listAt(of, 0, usage)[0] ?? usage.fail('FIRST of no time series'),
  LAST: (of, usage) => listAt(of, 0, usage).at(-1) ?? usage.fail('LAST of no time series'),
  REMOVE_EMPTY: (of, usage) => listAt(of, 0, usage).filter(({ points }) => points.size > 0),
  SLICE: (of, usage) =>
    listAt(of, 0, usage).slice(numberAt(of, 1, usage), of.length > 2 ? numberAt(of, 2, usage) : undefined),
  SORT: sort,
  TIME_SERIES: (of, usage) => {
    const value = numberAt(of, 0, usage);
    const { grid, periodSeconds } = usage;
    return { label: String(value), periodSeconds, grid, points: new Map(grid.map((startMs) => [startMs, value])) };
  },
});

/** A number of a series; a series of several, at every start. */
function reduceValue(value: Value, reduce: (values: number[]) => number): Value {
  if (typeof value === 'number') return reduce([value]);
  return isSeries(value) ? reduce([...value.points.values()]) : across(value, reduce);
}

function eachOf(value: Value, change: (series: TimeSeries) => TimeSeries): Value {
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.map(change) : change(value);
}

function choose(condition: Value, then: Value, otherwise: Value | undefined, usage: Usage): Value {
  if (typeof condition === 'number')
    return condition !== 0 ? then : (otherwise ?? usage.fail('IF needs a value for a condition that does not hold'));
  if (Array.isArray(condition)) return usage.fail('the condition of IF cannot be several time series');
  const at = (value: Value | undefined, startMs: number): number | undefined => {
    if (value === undefined || typeof value === 'number') return value;
    return isSeries(value) ? value.points.get(startMs) : usage.fail('IF takes numbers and time series');
  };
  return mapSeries(condition, (holds, startMs) => at(holds !== 0 ? then : otherwise, startMs));
}

function fill(series: TimeSeries, by: Argument | undefined, usage: Usage): TimeSeries {
  const points = new Map<number, number>();
  const known = [...series.points];
  for (const startMs of series.grid) {
    const value = series.points.get(startMs) ?? filler(known, startMs, by, usage);
    if (value !== undefined) points.set(startMs, value);
  }
  return { ...series, points };
}

function filler(
  known: [number, number][],
  startMs: number,
  by: Argument | undefined,
  usage: Usage,
): number | undefined {
  if (typeof by === 'number') return by;
  if (by === undefined || Array.isArray(by)) return usage.fail('FILL takes a number, a time series, REPEAT or LINEAR');
  if (!('word' in by)) return by.points.get(startMs);
  const before = known.findLast(([start]) => start < startMs);
  if (by.word === 'REPEAT') return before?.[1];
  if (by.word !== 'LINEAR') return usage.fail('FILL takes a number, a time series, REPEAT or LINEAR');
  const after = known.find(([start]) => start > startMs);
  if (!before || !after) return (before ?? after)?.[1];
  return before[1] + ((after[1] - before[1]) * (startMs - before[0])) / (after[0] - before[0]);
}

function steps(series: TimeSeries, change: (value: number, before: number, seconds: number) => number): TimeSeries {
  let last: [number, number] | undefined;
  return mapSeries(series, (value, startMs) => {
    const before = last;
    last = [startMs, value];
    return before && change(value, before[1], (startMs - before[0]) / 1000);
  });
}

function runningSum(series: TimeSeries): TimeSeries {
  let sum = 0;
  return mapSeries(series, (value) => {
    sum += value;
    return sum;
  });
}

/** SORT(METRICS(), MAX, DESC, 10) */
function sort(of: Argument[], usage: Usage): Value {
  const [by, direction] = [wordAt(of, 1, usage), wordAt(of, 2, usage)];
  const reduce = reductions[by];
  if (!reduce || !['ASC', 'DESC'].includes(direction))
    return usage.fail('SORT takes a function such as AVG, and ASC or DESC');
  const sign = direction === 'ASC' ? 1 : -1;
  const keyed = listAt(of, 0, usage).map((series) => ({ series, key: reduce([...series.points.values()]) }));
  const sorted = keyed.sort((a, b) => sign * (a.key - b.key)).map(({ series }) => series);
  return of.length > 3 ? sorted.slice(0, numberAt(of, 3, usage)) : sorted;
}

function valueAt(of: Argument[], index: number, usage: Usage): Value {
  const given = of[index];
  if (given === undefined) return usage.fail(`argument ${index + 1} is missing`);
  if (typeof given === 'object' && 'word' in given) return usage.fail(`${given.word} is not a value`);
  return given;
}

function seriesAt(of: Argument[], index: number, usage: Usage): TimeSeries {
  const value = valueAt(of, index, usage);
  return isSeries(value) ? value : usage.fail(`argument ${index + 1} must be a time series`);
}

function listAt(of: Argument[], index: number, usage: Usage): TimeSeries[] {
  const value = valueAt(of, index, usage);
  if (typeof value === 'number') return usage.fail(`argument ${index + 1} must be time series`);
  return Array.isArray(value) ? value : [value];
}

function numberAt(of: Argument[], index: number, usage: Usage): number {
  const value = valueAt(of, index, usage);
  return typeof value === 'number' ? value : usage.fail(`argument ${index + 1} must be a number`);
}

function wordAt(of: Argument[], index: number, usage: Usage): string {
  const given = of[index];
  return typeof given === 'object' && 'word' in given ? given.word : usage.fail(`argument ${index + 1} must be a word`);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const operators: Record<string, (a: number, b: number) => number> = lookupTable({
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
});

export function operate(operator: string, left: Value, right: Value): Value {
  return combine(left, right, operators[operator] ?? (() => Number.NaN));
}
