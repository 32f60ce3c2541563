/** Traces remembered: what a backlog longer than this works off is counted, but for no route. */
const limit = 50_000;

/** Parts of one, by route. */
export type Shares = ReadonlyMap<string, number>;

/** Which route's requests a trace is for, so that what a queue's consumer uses is counted for the requests that filled it. */
export class Causes {
  /** In two halves, of which the older is forgotten whole: to take the oldest out of a map one by one is slow. */
  #newer = new Map<string, Shares>();
  #older = new Map<string, Shares>();
  /** One object a route: routes are few and traces are many. */
  readonly #whole = new Map<string, Shares>();

  /** False for a route taken on the way: what one request asks of another API is for the first route, which a user asked. */
  began(traceId: string, cause: string): boolean {
    const known = this.#find(traceId);
    if (known) return known.has(cause);
    this.#remember(traceId, this.#all(cause));
    return true;
  }

  linked(traceId: string, of: readonly string[]): void {
    this.#remember(traceId, this.of(of));
  }

  /** The empty text stands for nobody's request: a schedule, a deployment, a developer's own call. */
  of(traces: readonly string[]): Shares {
    const [first] = traces;
    if (first === undefined) return this.#all('');
    if (traces.length === 1) return this.#find(first) ?? this.#all('');
    const shares = new Map<string, number>();
    for (const traceId of traces)
      for (const [cause, part] of this.#find(traceId) ?? this.#all(''))
        shares.set(cause, (shares.get(cause) ?? 0) + part / traces.length);
    return shares;
  }

  #all(cause: string): Shares {
    let shares = this.#whole.get(cause);
    if (!shares) {
      shares = new Map([[cause, 1]]);
      this.#whole.set(cause, shares);
    }
    return shares;
  }

  #find(traceId: string): Shares | undefined {
    return this.#newer.get(traceId) ?? this.#older.get(traceId);
  }

  #remember(traceId: string, shares: Shares): void {
    this.#newer.set(traceId, shares);
    if (this.#newer.size < limit / 2) return;
    this.#older = this.#newer;
    this.#newer = new Map();
  }
}
