/** More different values than this in one period, and they are kept to about half a percent ("coarse"). */
const exactValues = 256;
const gridBase = Math.log(1.01);

/** What was measured in one period of one series: exact sum, least, greatest and count, and how the values spread. */
export class Distribution {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** How often each value came; undefined until asked for when read from the store, or when only statistics were given. */
  #values: Map<number, number> | undefined = new Map();
  #encoded: Uint8Array | null | undefined;
  /** From a StatisticSet: how the values spread is not known. */
  #opaque = false;

  static ofStatistics(set: { count: number; sum: number; min: number; max: number }): Distribution {
    const distribution = new Distribution();
    Object.assign(distribution, set);
    if (set.min === set.max) distribution.#values?.set(set.min, set.count);
    else distribution.#opaque = true;
    return distribution;
  }

  static decode(row: {
    count: number;
    sum: number;
    min: number;
    max: number;
    spread: Uint8Array | null;
  }): Distribution {
    const distribution = new Distribution();
    distribution.count = row.count;
    distribution.sum = row.sum;
    distribution.min = row.min;
    distribution.max = row.max;
    distribution.#values = undefined;
    distribution.#encoded = row.spread;
    distribution.#opaque = row.spread !== null && row.spread.length === 0;
    return distribution;
  }

  add(value: number, count = 1): void {
    this.count += count;
    this.sum += value * count;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (this.#opaque) return;
    const values = this.#values ?? this.#decodeValues();
    const kept = values.size < exactValues || values.has(value) ? value : onGrid(value);
    values.set(kept, (values.get(kept) ?? 0) + count);
  }

  merge(other: Distribution): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.#opaque ||= other.#opaque;
    if (this.#opaque) return;
    const values = this.#values ?? this.#decodeValues();
    for (const [value, count] of other.#values ?? other.#decodeValues()) {
      const kept = values.size < exactValues || values.has(value) ? value : onGrid(value);
      values.set(kept, (values.get(kept) ?? 0) + count);
    }
  }

  /** Values with their counts, least first; undefined when only statistics are known. */
  spread(): [number, number][] | undefined {
    if (this.#opaque) return undefined;
    return [...(this.#values ?? this.#decodeValues())].sort(([a], [b]) => a - b);
  }

  /** Null where the statistics say it all; empty where only they are known; else pairs of value and count. */
  encode(): Uint8Array | null {
    if (this.#opaque) return new Uint8Array(0);
    if (this.min === this.max) return null;
    if (!this.#values) return this.#encoded ?? null;
    const pairs = new Float64Array(this.#values.size * 2);
    let index = 0;
    for (const [value, count] of this.#values) {
      pairs[index] = value;
      pairs[index + 1] = count;
      index += 2;
    }
    return new Uint8Array(pairs.buffer);
  }

  #decodeValues(): Map<number, number> {
    const values = new Map<number, number>();
    this.#values = values;
    if (!this.#encoded) {
      if (this.count > 0) values.set(this.min, this.count);
      return values;
    }
    const pairs = new Float64Array(this.#encoded.slice().buffer);
    for (let index = 0; index < pairs.length; index += 2) values.set(pairs[index] ?? 0, pairs[index + 1] ?? 0);
    return values;
  }
}

/** The nearest point of a grid whose steps are one percent. */
function onGrid(value: number): number {
  if (value === 0) return 0;
  const step = Math.round(Math.log(Math.abs(value)) / gridBase);
  return Math.sign(value) * Math.exp(step * gridBase);
}
