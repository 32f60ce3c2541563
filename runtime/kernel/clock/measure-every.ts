import type { Clock, Timer } from './clock.ts';

const minuteMs = 60_000;
/** As far into a wind everything is measured as often as without, so that a short wind shows what a wait would. */
const wholeMs = 60 * minuteMs;
const leastRealMs = 1000;

/**
 * Whether measuring real processes now tells anything. Far into a wind it does only where they have lived a second since
 * the last time it did: a wound month is minutes to them, and 43,200 samples of nothing would be neither true nor quick.
 */
function worthMeasuring(clock: Clock): () => boolean {
  let windFromMs: number | undefined;
  let lastElapsedMs = clock.elapsed();
  clock.onWind((phase) => {
    windFromMs = phase === 'begins' ? clock.now() : undefined;
  });
  return () => {
    const far = windFromMs !== undefined && clock.now() - windFromMs > wholeMs;
    if (far && clock.elapsed() - lastElapsedMs < leastRealMs) return false;
    lastElapsedMs = clock.elapsed();
    return true;
  };
}

/**
 * Calls `measure` every minute that is worth measuring. Far into a wind it looks once an hour whether it is: a timer for
 * each of a month's minutes would take longer than all that happens in most clouds.
 */
export function measureEveryMinute(clock: Clock, name: string, measure: () => void): Timer {
  const worth = worthMeasuring(clock);
  let isOver = false;
  let timer = next(clock.now() + minuteMs);
  clock.onWind((phase) => {
    if (phase === 'begins' || isOver || timer.atMs <= clock.now() + minuteMs) return;
    timer.cancel();
    timer = next(clock.now() + minuteMs);
  });
  return {
    get atMs() {
      return timer.atMs;
    },
    cancel() {
      isOver = true;
      timer.cancel();
    },
  };

  function next(atMs: number): Timer {
    return clock.at(atMs, name, () => {
      const isWorth = worth();
      timer = next(atMs + (isWorth ? minuteMs : wholeMs));
      if (isWorth) measure();
    });
  }
}
