import { lookupTable } from '../../kernel/lookup-table.ts';
import { parseCron } from './cron.ts';
import { type TimeZone, utc } from './local-time.ts';

/** When something that repeats is due. Rules and Scheduler share it; anything else with rate() or cron() may. */
export interface Schedule {
  kind: 'rate' | 'cron' | 'at';
  /** The first time after `afterMs`. A rate counts from `anchorMs`, cron and at are read in `zone` (default UTC). */
  next(afterMs: number, options: { anchorMs: number; zone?: TimeZone }): number | undefined;
}

/** "rate(5 minutes)", "cron(0 18 ? * MON-FRI *)" or "at(2026-11-20T13:00:00)"; undefined when it is none. */
export function parseSchedule(text: string): Schedule | undefined {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === 'rate') return rate(inner);
  if (kind === 'at') return once(inner);
  const cron = kind === 'cron' ? parseCron(inner) : undefined;
  return cron && { kind: 'cron', next: (afterMs, { zone }) => cron.next(afterMs, zone) };
}

const unitsMs: Record<string, number> = lookupTable({ minute: 60_000, hour: 3_600_000, day: 86_400_000 });

/** One minute, but two minutes ("Rate expressions"). */
function rate(text: string): Schedule | undefined {
  const [, digits = '', unit = '', plural] = /^\s*(\d+)\s+(minute|hour|day)(s?)\s*$/.exec(text) ?? [];
  const value = Number(digits);
  if (value < 1 || (value === 1) !== (plural === '')) return undefined;
  const periodMs = value * (unitsMs[unit] ?? 0);
  return {
    kind: 'rate',
    next: (afterMs, { anchorMs }) => anchorMs + Math.max(0, Math.floor((afterMs - anchorMs) / periodMs) + 1) * periodMs,
  };
}

function once(text: string): Schedule | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const wanted = { year, month, day, hour, minute, second };
  const epochMs = utc.epoch(wanted);
  if (epochMs === undefined || new Date(epochMs).toISOString().slice(0, 19) !== text) return undefined;
  return {
    kind: 'at',
    next: (afterMs, { zone = utc }) => {
      const atMs = zone.epoch(wanted);
      return atMs !== undefined && atMs > afterMs ? atMs : undefined;
    },
  };
}
