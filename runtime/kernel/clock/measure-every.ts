import type { Clock, Timer } from './clock.ts';

const minuteMs = 60_000;
/** As far into a wind everything is measured as often as without, so that a short wind shows what a wait would. */
const wholeMs = 60 * minuteMs;
const leastRealMs = 1000;

/**
 * Whether measuring real processes now tells anything. Far into a wind it does only where they have lived a second since
 * the last time it did: a wound month is minutes to them, and 43,200 samples of nothing would be neither true nor quick.
 */
export function worthMeasuring(clock: Clock): () => boolean {
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

/** Calls `measure` every minute that is worth measuring. */
export function measureEveryMinute(clock: Clock, name: string, measure: () => void): Timer {
  const worth = worthMeasuring(clock);
  return clock.every(minuteMs, name, () => {
    if (worth()) measure();
  });
}
