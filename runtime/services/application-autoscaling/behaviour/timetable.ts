import { timeZone } from '../../../engines/schedules/local-time.ts';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { keyOf, type ScheduledAction, scheduledActions, targets } from '../state.ts';
import { activity } from './activities.ts';
import { holdToBounds } from './capacity.ts';

/** One timer a scheduled action: its next time. */
export const timetable = defineEngine('application-autoscaling.timetable', (kernel) => new Timetable(kernel));

class Timetable {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  follow({ account, region }: Scope, action: ScheduledAction, afterMs = this.#kernel.clock.now()): void {
    this.forget(action);
    const dueMs = nextOf(action, afterMs);
    if (dueMs === undefined) return;
    const timer = this.#kernel.clock.at(
      dueMs,
      `scheduled action ${action.ScheduledActionName}`,
      () => this.#run({ account, region }, action, dueMs),
      { kind: 'schedule' },
    );
    this.#timers.set(action.ScheduledActionARN, timer);
  }

  forget({ ScheduledActionARN }: ScheduledAction): void {
    this.#timers.get(ScheduledActionARN)?.cancel();
    this.#timers.delete(ScheduledActionARN);
  }

  /** The bounds become what the action says; the capacity follows them. */
  async #run(scope: Scope, { ScheduledActionARN: _arn, ...known }: ScheduledAction, dueMs: number): Promise<void> {
    const where = { ...scope, store: this.#kernel.store };
    const action = scheduledActions(where).get(keyOf(known, known.ScheduledActionName));
    if (!action) return;
    this.follow(scope, action, dueMs);
    const target = targets(where).get(keyOf(action));
    if (!target || target.SuspendedState.ScheduledScalingSuspended) return;
    const MinCapacity = action.MinCapacity ?? Math.min(target.MinCapacity, action.MaxCapacity ?? target.MinCapacity);
    const MaxCapacity = action.MaxCapacity ?? Math.max(target.MaxCapacity, MinCapacity);
    const said = `min capacity to ${MinCapacity} and max capacity to ${MaxCapacity}`;
    const open = activity(this.#kernel, target, {
      Description: `Setting ${said}`,
      Cause: `scheduled action name ${action.ScheduledActionName} was triggered`,
    });
    targets(where).put(keyOf(target), { ...target, MinCapacity, MaxCapacity });
    open.end('Successful', `Successfully set ${said}`);
    await holdToBounds(this.#kernel, target);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }
}

/** A rate counts from StartTime, or from when the action was made; both times bound what repeats. */
function nextOf(
  { Schedule, Timezone, startMs, endMs, createdMs }: ScheduledAction,
  afterMs: number,
): number | undefined {
  const parsed = parseSchedule(Schedule);
  const from = parsed?.kind === 'at' ? afterMs : Math.max(afterMs, (startMs ?? 0) - 1);
  const dueMs = parsed?.next(from, { anchorMs: startMs ?? createdMs, zone: timeZone(Timezone ?? 'UTC') });
  return dueMs !== undefined && endMs !== undefined && dueMs > endMs ? undefined : dueMs;
}
