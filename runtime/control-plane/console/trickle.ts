/**
 * Gathers what comes between two flushes and lets so many of it through. What is left out is spread evenly over the time, so
 * that a burst does not hide what came after it; `seen` says how many there were.
 */
export class Trickle<T> {
  readonly #limit: number;
  readonly #keyOf: ((value: T) => string) | undefined;
  #values = new Map<string | number, T>();
  #seen = 0;
  #stride = 1;

  /** Values with the same key are one, the last. */
  constructor(limit: number, keyOf?: (value: T) => string) {
    this.#limit = limit;
    this.#keyOf = keyOf;
  }

  add(value: T): void {
    const key = this.#keyOf?.(value) ?? this.#seen;
    if (this.#values.has(key)) {
      this.#values.set(key, value);
      return;
    }
    this.#seen += 1;
    if (this.#seen % this.#stride !== 0) return;
    this.#values.set(key, value);
    if (this.#values.size <= this.#limit * 2) return;
    this.#stride *= 2;
    [...this.#values.keys()].forEach((one, index) => {
      if (index % 2 === 0) this.#values.delete(one);
    });
  }

  take(): { items: T[]; seen: number } {
    const items = [...this.#values.values()];
    const step = items.length / this.#limit;
    const shown = step <= 1 ? items : Array.from({ length: this.#limit }, (_, at) => items[Math.floor(at * step)] as T);
    const result = { items: shown, seen: this.#seen };
    this.#values = new Map();
    this.#seen = 0;
    this.#stride = 1;
    return result;
  }
}
