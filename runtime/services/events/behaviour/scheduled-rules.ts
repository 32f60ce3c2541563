import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Rule, ruleKey, rules } from '../state.ts';
import { newEvent } from './event.ts';
import { trigger } from './matching.ts';

/** One timer a scheduled rule that is on: its next time. */
const timers = defineEngine('events.scheduled-rules', () => new Map<string, Timer>());

/** Sets the rule's timer by what it is now. */
export function arm(kernel: Kernel, rule: Rule): void {
  disarm(kernel, rule);
  if (rule.State === 'DISABLED' || rule.ScheduleExpression === undefined) return;
  const atMs = parseSchedule(rule.ScheduleExpression)?.next(kernel.clock.now(), { anchorMs: rule.anchorMs });
  if (atMs === undefined) return;
  const timer = kernel.clock.at(atMs, `rule ${rule.Name}`, () => fire(kernel, rule, atMs), { kind: 'schedule' });
  kernel.engine(timers).set(rule.Arn, timer);
}

export function disarm(kernel: Kernel, { Arn }: Rule): void {
  kernel.engine(timers).get(Arn)?.cancel();
  kernel.engine(timers).delete(Arn);
}

function fire(kernel: Kernel, { Arn, account, region, EventBusName, Name }: Rule, timeMs: number): void {
  kernel.engine(timers).delete(Arn);
  const rule = rules(kernel, { account, region }).get(ruleKey(EventBusName, Name));
  if (!rule) return;
  const event = newEvent(kernel, rule, {
    detailType: 'Scheduled Event',
    source: 'aws.events',
    timeMs,
    resources: [Arn],
    detail: {},
  });
  const trace = startTrace(kernel, 'events', `schedule of ${Name}`, { resource: Arn });
  trigger(kernel, rule, event, { traceHeader: trace.header, hops: 0 });
  trace.end({ status: 200 });
  arm(kernel, rule);
}
