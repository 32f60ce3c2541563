import { lookupTable } from '../kernel/lookup-table.ts';
import { usageError } from './errors.ts';

const unitMs: Record<string, number> = lookupTable({
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
});

/** `40d`, `1h30m`, `90s` in milliseconds. `command` is the one whose help says more. */
export function parseDuration(text: string, command = 'wind'): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)];
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0);
  if (parts.map(([whole]) => whole).join('') !== text || total <= 0) {
    throw usageError(
      `"${text}" is not a duration.`,
      'Write a number and a unit: 30s, 15m, 12h, 40d, 2w, or 1h30m. ',
      command,
    );
  }
  return total;
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const pieces: string[] = [];
  let rest = ms;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) pieces.push(`${count}${unit}`);
    rest -= count * size;
  }
  return pieces.join(' ');
}
