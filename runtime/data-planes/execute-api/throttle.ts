import type { Clock } from '../../kernel/clock/clock.ts';

/** Token buckets on the cloud's clock ("Throttle requests to your HTTP APIs"): a steady rate and a burst above it. */
export class Throttle {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; timeMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more request may pass. */
  admit(key: string, limit: { rate: number; burst: number }): boolean {
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: limit.burst, timeMs: nowMs };
    bucket.tokens = Math.min(limit.burst, bucket.tokens + ((nowMs - bucket.timeMs) / 1000) * limit.rate);
    bucket.timeMs = nowMs;
    const admitted = bucket.tokens >= 1;
    if (admitted) bucket.tokens -= 1;
    this.#buckets.set(key, bucket);
    return admitted;
  }

  forget(prefix: string): void {
    for (const key of this.#buckets.keys()) if (key.startsWith(prefix)) this.#buckets.delete(key);
  }
}
