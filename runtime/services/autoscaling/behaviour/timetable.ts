import { timeZone } from '../../../engines/schedules/local-time.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Group, groups, keyOf, type ScheduledAction, scheduledActions } from '../state.ts';
import { at } from './activities.ts';
import { keeper } from './keeper.ts';
import { parseRecurrence } from './recurrence.ts';

/** When scheduled actions are due, and what they then do. */
export const timetable = defineEngine('autoscaling.timetable', (kernel) => new Timetable(kernel));

class Timetable {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** New, changed, or found again at a start. */
  follow(scope: Scope, action: ScheduledAction): void {
    this.forget(scope, action);
    const dueMs = nextOf(action, this.#kernel.clock.now());
    if (dueMs === undefined) {
      scheduledActions({ store: this.#kernel.store, account: scope.account, region: scope.region }).delete(
        keyOf(action.AutoScalingGroupName, action.ScheduledActionName),
      );
      return;
    }
    const name = `scheduled action ${action.ScheduledActionName} of ${action.AutoScalingGroupName}`;
    const records = scheduledActions({ store: this.#kernel.store, account: scope.account, region: scope.region });
    const timer = this.#kernel.clock.at(
      dueMs,
      name,
      () => {
        // It went with its group.
        const known = records.get(keyOf(action.AutoScalingGroupName, action.ScheduledActionName));
        if (known?.ScheduledActionARN !== action.ScheduledActionARN) return;
        this.#carryOut(scope, action);
        this.follow(scope, { ...action, ...(action.Recurrence === undefined ? { endMs: dueMs } : {}) });
      },
      { kind: 'schedule' },
    );
    this.#timers.set(timerKey(scope, action), timer);
  }

  forget(scope: Scope, action: ScheduledAction): void {
    this.#timers.get(timerKey(scope, action))?.cancel();
    this.#timers.delete(timerKey(scope, action));
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #carryOut({ account, region }: Scope, action: ScheduledAction): void {
    const { clock, store } = this.#kernel;
    const group = groups({ store, account, region }).get(action.AutoScalingGroupName);
    if (!group || group.deleting || group.suspended.ScheduledActions) return;
    const sizes = sizesAfter(group, action);
    const { MinSize, MaxSize, DesiredCapacity } = sizes;
    const cause = `At ${at(clock.now())} a scheduled action update of AutoScalingGroup constraints to min: ${MinSize}, max: ${MaxSize}, desired: ${DesiredCapacity} changing the desired capacity from ${group.DesiredCapacity} to ${DesiredCapacity}.`;
    const engine = this.#kernel.engine(keeper);
    engine.change(group, (now) => ({
      ...sizes,
      cause: DesiredCapacity === now.DesiredCapacity ? now.cause : cause,
    }));
    engine.wake(group);
  }
}

const timerKey = ({ account, region }: Scope, { ScheduledActionARN }: ScheduledAction): string =>
  `${account}/${region}/${ScheduledActionARN}`;

/** After its end, and after its only time, an action is no more. */
function nextOf({ Recurrence, startMs, endMs, TimeZone }: ScheduledAction, nowMs: number): number | undefined {
  const dueMs =
    Recurrence === undefined
      ? startMs
      : parseRecurrence(Recurrence)?.next(Math.max(nowMs, (startMs ?? 0) - 1), timeZone(TimeZone ?? 'UTC'));
  if (dueMs === undefined) return undefined;
  if (Recurrence === undefined) return endMs === dueMs ? undefined : Math.max(dueMs, nowMs);
  return endMs !== undefined && dueMs >= endMs ? undefined : dueMs;
}

/** What is not named stays; the desired capacity is held to the bounds ("Scheduled scaling"). */
function sizesAfter(group: Group, action: ScheduledAction): Pick<Group, 'MinSize' | 'MaxSize' | 'DesiredCapacity'> {
  const MinSize = action.MinSize ?? group.MinSize;
  const MaxSize = Math.max(action.MaxSize ?? group.MaxSize, MinSize);
  const wanted = action.DesiredCapacity ?? group.DesiredCapacity;
  return { MinSize, MaxSize, DesiredCapacity: Math.min(Math.max(wanted, MinSize), MaxSize) };
}
