import { timeZone } from '../../../engines/schedules/local-time.ts';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Schedule, schedules } from '../state.ts';
import { invocations } from './invocations.ts';

/** One timer a schedule that is on: its next time. */
const timers = defineEngine('scheduler.timers', () => new Map<string, Timer>());

/** Sets the schedule's timer to its first time after `afterMs`. True when there is one. */
export function arm(kernel: Kernel, schedule: Schedule, afterMs: number): boolean {
  disarm(kernel, schedule);
  const dueMs = schedule.State === 'ENABLED' ? nextTime(schedule, afterMs) : undefined;
  if (dueMs === undefined) return false;
  const timer = kernel.clock.at(
    dueMs + withinWindow(kernel, schedule),
    `schedule ${schedule.Name}`,
    () => fire(kernel, schedule, dueMs),
    { kind: 'schedule' },
  );
  kernel.engine(timers).set(schedule.Arn, timer);
  return true;
}

export function disarm(kernel: Kernel, { Arn }: Schedule): void {
  kernel.engine(timers).get(Arn)?.cancel();
  kernel.engine(timers).delete(Arn);
}

/**
 * A rate begins with StartDate, or at once where there is none; StartDate and EndDate bound what repeats ("Schedule types
 * in EventBridge Scheduler", User Guide).
 */
export function nextTime(schedule: Schedule, afterMs: number): number | undefined {
  const { ScheduleExpression, ScheduleExpressionTimezone, startMs, endMs, modifiedMs } = schedule;
  const parsed = parseSchedule(ScheduleExpression);
  const from = parsed?.kind === 'at' ? afterMs : Math.max(afterMs, (startMs ?? 0) - 1);
  const options = { anchorMs: startMs ?? modifiedMs, zone: timeZone(ScheduleExpressionTimezone) };
  const dueMs = parsed?.next(from, options);
  const over = dueMs !== undefined && parsed?.kind !== 'at' && endMs !== undefined && dueMs > endMs;
  return over ? undefined : dueMs;
}

/** Within a flexible window the target is invoked at a time of Scheduler's choice. */
function withinWindow(kernel: Kernel, { FlexibleTimeWindow }: Schedule): number {
  if (FlexibleTimeWindow.Mode !== 'FLEXIBLE') return 0;
  return Math.floor(kernel.ids.random() * (FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000);
}

function fire(kernel: Kernel, { Arn, account, region, GroupName, Name }: Schedule, scheduledMs: number): void {
  kernel.engine(timers).delete(Arn);
  const kept = schedules(kernel, { account, region });
  const schedule = kept.get(`${GroupName}/${Name}`);
  if (!schedule) return;
  kernel.engine(invocations).add({ schedule, scheduledMs, executionId: kernel.ids.uuid() });
  const more = arm(kernel, schedule, scheduledMs);
  if (!more && schedule.ActionAfterCompletion === 'DELETE') kept.delete(`${GroupName}/${Name}`);
}
