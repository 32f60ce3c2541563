/** Knows the background work under way, so that a wind can let it finish before the cloud's time goes on. */
export class WorkTracker {
  readonly #work = new Set<Promise<unknown>>();
  readonly #longestMs: number;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  get busy(): boolean {
    return this.#work.size > 0;
  }

  track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#work.delete(settled),
      () => this.#work.delete(settled),
    );
    this.#work.add(settled);
    return work;
  }

  /**
   * Waits until no tracked work is left, work started meanwhile included, or the longest time is over: work may itself
   * wait for a time that only comes when the wind goes on.
   */
  async settle(also?: unknown): Promise<void> {
    // Most timers wake nobody: what follows costs ten promises, and a wound month is a hundred thousand timers.
    if (also === undefined) {
      await turn();
      if (this.#work.size === 0) return;
    }
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'limit'>((resolve) => {
      timer = setTimeout(() => resolve('limit'), this.#longestMs);
    });
    try {
      const first = Promise.resolve(also).then(() => undefined);
      if ((await Promise.race([first, limit])) === 'limit') return;
      await turn();
      while (this.#work.size > 0) {
        if ((await Promise.race([Promise.allSettled([...this.#work]), limit])) === 'limit') return;
        await turn();
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** One turn of the event loop, in which work that was just woken gets to register itself. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
