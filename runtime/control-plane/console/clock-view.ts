import type { Clock, TimerKind, WindProgress, WindReport, WoundThing } from '../../kernel/clock/clock.ts';
import { PersonError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';

/** One thing that waits for its time, or several of one name. */
export interface Awaited {
  name: string;
  kind: TimerKind | 'upkeep';
  atMs: number;
  count: number;
}

/** What a wind made happen, what is somebody's first. */
export interface ShownWind extends Omit<WindReport, 'things'> {
  things: (Omit<WoundThing, 'kind'> & { kind: Awaited['kind'] })[];
  /** Names that are not shown. */
  left: number;
}

export interface Agenda {
  timeMs: number;
  aheadMs: number;
  pace: Clock['mode'];
  winding: WindProgress | undefined;
  next: Awaited[];
  /** Names that are not shown. */
  left: number;
  /** Where a wind to the next scheduled event leads. */
  nextEventMs: number | undefined;
  lastWind: ShownWind | undefined;
}

/** Timers looked at: a cloud with more has the soonest of them here. */
const timersRead = 5000;
const mostShown = 300;
const longestWindMs = 400 * 24 * 60 * 60_000;

/** What happens by itself all the time is no event that somebody winds to. */
const constant = new Set<TimerKind | undefined>([undefined, 'alarm', 'health', 'log', 'retention']);

/** The cloud's time, what waits for it, and what the last wind brought. */
export function agenda({ clock }: Kernel): Agenda {
  const timers = clock.upcoming(timersRead);
  const byName = new Map<string, Awaited>();
  for (const { name, kind = 'upkeep', atMs } of timers) {
    const known = byName.get(`${kind} ${name}`);
    if (known) known.count += 1;
    else byName.set(`${kind} ${name}`, { name, kind, atMs, count: 1 });
  }
  const all = [...byName.values()];
  // What is somebody's comes before upkeep where not everything has room.
  const shown = [...all.filter(({ kind }) => kind !== 'upkeep'), ...all.filter(({ kind }) => kind === 'upkeep')]
    .slice(0, mostShown)
    .sort((a, b) => a.atMs - b.atMs);
  const last = clock.lastWind();
  return {
    timeMs: clock.now(),
    aheadMs: clock.offset(),
    pace: clock.mode,
    winding: clock.winding(),
    next: shown,
    left: all.length - shown.length + (timers.length === timersRead ? 1 : 0),
    nextEventMs: nextEvent(clock),
    lastWind: last && shortened(last),
  };
}

/** By a duration, to a time, or to what is scheduled next. */
export async function wind(kernel: Kernel, body: Record<string, unknown>): Promise<ShownWind & { aheadMs: number }> {
  const { clock } = kernel;
  const report = await clock.wind(durationOf(clock, body));
  await kernel.store.durable();
  return { ...shortened(report), aheadMs: clock.offset() };
}

function durationOf(clock: Clock, { durationMs, to, toMs }: Record<string, unknown>): number {
  const next = to === 'next' ? nextEvent(clock) : undefined;
  if (to === 'next' && next === undefined)
    throw new PersonError('nothing-due', 'Nothing is scheduled.', 'Wind by a duration instead.');
  const until = next ?? (toMs === undefined ? undefined : Number(toMs));
  const wanted = until === undefined ? Number(durationMs) : Math.max(1, until - clock.now());
  if (wanted > 0 && wanted <= longestWindMs) return wanted;
  throw new PersonError('duration', 'The clock winds forward, by at most 400 days at once.', 'Choose a shorter time.');
}

function nextEvent(clock: Clock): number | undefined {
  return clock.upcoming(timersRead).find(({ kind }) => !constant.has(kind))?.atMs;
}

/** What does not happen by itself all the time comes first, then what happened most often. */
function shortened({ things, ...report }: WindReport): ShownWind {
  const sorted = [...things].sort(
    (a, b) => Number(constant.has(a.kind)) - Number(constant.has(b.kind)) || b.count - a.count,
  );
  return {
    ...report,
    things: sorted.slice(0, mostShown).map((thing) => ({ ...thing, kind: thing.kind ?? ('upkeep' as const) })),
    left: Math.max(0, sorted.length - mostShown),
  };
}
