import type { TimerAction, TimerKind } from './clock.ts';

export interface QueuedTimer {
  atMs: number;
  /** Timers due at the same moment fire in the order they were set. */
  order: number;
  name: string;
  action: TimerAction;
  kind?: TimerKind | undefined;
  cancelled: boolean;
}

/** A binary heap of timers; a cancelled timer stays until it comes to the top or they outnumber the live ones. */
export class TimerQueue {
  #heap: QueuedTimer[] = [];
  #order = 0;
  #cancelled = 0;

  add(atMs: number, what: Pick<QueuedTimer, 'name' | 'action' | 'kind'>): QueuedTimer {
    const timer: QueuedTimer = { ...what, atMs, order: this.#order++, cancelled: false };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  remove(timer: QueuedTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled += 1;
    if (this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.length) this.#compact();
  }

  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    return this.#heap[0];
  }

  /** Takes out the soonest timer that is due at `nowMs`, or nothing. */
  takeDue(nowMs: number): QueuedTimer | undefined {
    const timer = this.peek();
    if (!timer || timer.atMs > nowMs) return undefined;
    this.#pop();
    timer.cancelled = true;
    return timer;
  }

  soonest(limit: number): QueuedTimer[] {
    return this.#heap
      .filter((timer) => !timer.cancelled)
      .sort(compare)
      .slice(0, limit);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last) return;
    const top = this.#heap[0];
    if (top) {
      if (top.cancelled) this.#cancelled -= 1;
      this.#heap[0] = last;
      this.#sink(0);
    } else if (last.cancelled) this.#cancelled -= 1;
  }

  #compact(): void {
    const live = this.#heap.filter((timer) => !timer.cancelled);
    this.#heap = live.sort(compare);
    this.#cancelled = 0;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const left = index * 2 + 1;
      const right = left + 1;
      let least = index;
      if (this.#before(left, least)) least = left;
      if (this.#before(right, least)) least = right;
      if (least === index) return;
      this.#swapIfBefore(least, index);
      index = least;
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && compare(first, second) < 0;
  }

  #swapIfBefore(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (!first || !second || compare(first, second) >= 0) return false;
    this.#heap[a] = second;
    this.#heap[b] = first;
    return true;
  }
}

function compare(a: QueuedTimer, b: QueuedTimer): number {
  return a.atMs - b.atMs || a.order - b.order;
}
