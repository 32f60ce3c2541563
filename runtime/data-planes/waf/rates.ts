import type { Kernel } from '../../kernel/service.ts';

/** "Caveats of rate-based rules": AWS counts in steps of about ten seconds too. */
const stepMs = 10_000;
/** Aggregation instances of a rule that are followed at a time; AWS's own number. */
const mostKeys = 10_000;

interface Count {
  /** Requests by step; the index is the step's number modulo the slots. */
  slots: Uint32Array;
  total: number;
  lastStep: number;
}

/** How often each key was seen in the trailing window, by rule. Memory only: on AWS, too, counts begin anew with a rule. */
export class Rates {
  readonly #clock: Kernel['clock'];
  readonly #rules = new Map<string, Map<string, Count>>();

  constructor(clock: Kernel['clock']) {
    this.#clock = clock;
  }

  /** Counts one request and tells how many there were in the window with it. */
  count(rule: string, key: string, windowSeconds: number): number {
    let keys = this.#rules.get(rule);
    if (!keys) {
      keys = new Map();
      this.#rules.set(rule, keys);
    }
    const slots = Math.ceil((windowSeconds * 1000) / stepMs);
    const step = Math.floor(this.#clock.now() / stepMs);
    let count = keys.get(key);
    if (!count || count.slots.length !== slots) {
      count = { slots: new Uint32Array(slots), total: 0, lastStep: step };
      if (keys.size >= mostKeys) keys.delete(keys.keys().next().value ?? '');
    } else keys.delete(key);
    // Set again at the end: the first of the map is then the one not seen for longest.
    keys.set(key, count);
    advance(count, step);
    const slot = step % slots;
    count.slots[slot] = (count.slots[slot] ?? 0) + 1;
    count.total += 1;
    return count.total;
  }

  /** The keys that are above the limit now. */
  above(rule: string, limit: number): string[] {
    const step = Math.floor(this.#clock.now() / stepMs);
    const found: string[] = [];
    for (const [key, count] of this.#rules.get(rule) ?? []) {
      advance(count, step);
      if (count.total > limit) found.push(key);
    }
    return found;
  }

  /** Forgets the rules whose id begins with this. */
  forget(prefix: string): void {
    for (const rule of this.#rules.keys()) if (rule.startsWith(prefix)) this.#rules.delete(rule);
  }
}

/** Steps that have left the window no longer count. */
function advance(count: Count, step: number): void {
  const { slots } = count;
  const passed = Math.min(step - count.lastStep, slots.length);
  for (let ago = 0; ago < passed; ago += 1) {
    const slot = (step - ago) % slots.length;
    count.total -= slots[slot] ?? 0;
    slots[slot] = 0;
  }
  count.lastStep = step;
}
