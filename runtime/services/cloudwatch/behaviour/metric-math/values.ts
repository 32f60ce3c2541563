/** A time series: values by the start of their period, oldest first, on a grid that FILL can complete. */
export interface TimeSeries {
  label: string;
  periodSeconds: number;
  /** Every start a value could stand at. */
  grid: readonly number[];
  points: ReadonlyMap<number, number>;
}

/** What an expression gives: a number, a series, or several of them. */
export type Value = number | TimeSeries | TimeSeries[];

export function isSeries(value: Value): value is TimeSeries {
  return typeof value === 'object' && !Array.isArray(value);
}

/** The same series with other values; what is undefined or not a number goes. */
export function mapSeries(of: TimeSeries, change: (value: number, startMs: number) => number | undefined): TimeSeries {
  const points = new Map<number, number>();
  for (const [startMs, value] of of.points) {
    const changed = change(value, startMs);
    if (changed !== undefined && Number.isFinite(changed)) points.set(startMs, changed);
  }
  return { ...of, points };
}

/** Number by number, series by number, or series by series where both have a value; lists element by element. */
export function combine(left: Value, right: Value, compute: (a: number, b: number) => number): Value {
  if (typeof left === 'number' && typeof right === 'number') return compute(left, right);
  if (Array.isArray(left))
    return left.map(
      (one, index) => combine(one, Array.isArray(right) ? (right[index] ?? Number.NaN) : right, compute) as TimeSeries,
    );
  if (Array.isArray(right)) return right.map((one) => combine(left, one, compute) as TimeSeries);
  if (typeof left === 'number') return mapSeries(right as TimeSeries, (value) => compute(left, value));
  if (typeof right === 'number') return mapSeries(left, (value) => compute(value, right));
  return mapSeries(left, (value, startMs) => {
    const other = right.points.get(startMs);
    return other === undefined ? undefined : compute(value, other);
  });
}

export function eachSeries(of: Value, change: (value: number, startMs: number) => number | undefined): Value {
  if (typeof of === 'number') return change(of, 0) ?? Number.NaN;
  return Array.isArray(of) ? of.map((one) => mapSeries(one, change)) : mapSeries(of, change);
}

/** One series out of several: at every start, of the values that are there. */
export function across(series: TimeSeries[], reduce: (values: number[]) => number): TimeSeries {
  const byStart = new Map<number, number[]>();
  for (const { points } of series)
    for (const [startMs, value] of points) byStart.set(startMs, [...(byStart.get(startMs) ?? []), value]);
  const points = new Map(
    [...byStart].sort(([a], [b]) => a - b).map(([startMs, values]) => [startMs, reduce(values)] as const),
  );
  const [first] = series;
  return { label: first?.label ?? '', periodSeconds: first?.periodSeconds ?? 60, grid: first?.grid ?? [], points };
}
