import type { Clock, Timer } from '../../kernel/clock/clock.ts';

export interface RoundsOptions {
  name: string;
  periodMs: number;
  basis: 'cloud' | 'elapsed';
  round(): Promise<void>;
}

/** Less of the machine's time than this between two rounds: the clock is being wound. */
const hurriedMs = 500;
const longestMs = 3_600_000;

/**
 * Something that is looked at again and again. While the clock is wound fast, looking more often shows nothing new and would
 * make forty days long: rounds are left out and their distance doubles, up to an hour; when the wind is over it is as before.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #options: RoundsOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #hurried = false;

  constructor(clock: Clock, options: RoundsOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#next(options.periodMs);
    clock.onWind((phase) => {
      if (phase === 'ends' && this.#hurried) this.#next(options.periodMs);
    });
  }

  #next(delayMs: number): void {
    const { name, periodMs, basis, round } = this.#options;
    const turn = (): Promise<void> | undefined => {
      this.#hurried = this.#clock.elapsed() - this.#lastMs < hurriedMs;
      if (this.#hurried) {
        this.#next(Math.min(delayMs * 2, longestMs));
        return undefined;
      }
      const work = this.#clock.track(round()).finally(() => {
        this.#lastMs = this.#clock.elapsed();
        this.#next(periodMs);
      });
      return work;
    };
    this.#timer?.cancel();
    this.#timer = this.#clock.after(delayMs, name, turn, { basis });
  }
}
